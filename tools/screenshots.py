"""Takes every page of the table before phone and desktop, light and dark, and lays them out in screenshots/.

Run by ``make screenshots``; ``python -m tools.screenshots NAME …`` takes only the pages named.
"""

import html
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from playwright.sync_api import Browser
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page as View

from tools.gallery.browser import MISSING, Reader, chromium, found, in_language, reading
from tools.gallery.pages import PAGES, Page
from tools.gallery.site import Gallery, gallery

OUT: Final = Path("screenshots")
_TALLEST: Final = 2400
_SHEET: Final = """<!doctype html><meta charset="utf-8"><title>Perdure: every page</title>
<style>body{font:15px/1.4 system-ui;margin:24px;background:#ddd}h2{margin:32px 0 8px}
div{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}figure{margin:0}
img{display:block;max-height:480px;border:1px solid #888}</style>
"""


class Shot(NamedTuple):
    """One picture to take."""

    reader: Reader
    page: Page

    @property
    def file(self) -> str:
        """Its name in the folder."""
        size, theme, language, script, zoom = self.reader[1:]
        words = [self.page.name, size, theme, *([language] if language != "en" else [])]
        return "-".join(words + ([] if script else ["no-script"]) + (["zoom"] if zoom > 1 else [])) + ".png"


def shots(page: Page) -> Iterator[Shot]:
    """Every picture of a page."""
    for size in ("phone", "desktop"):
        for theme in ("light", "dark"):
            yield Shot(Reader(page.who, size, theme), page)
        if page.close:
            yield Shot(Reader(page.who, size, language="fr"), page)
    if page.close:
        yield Shot(Reader(page.who, "desktop", zoom=2), page)
    if page.bare:
        yield Shot(Reader(page.who, script=False), page)


def main() -> int:
    """Take them all; 2 without a Chromium, 1 where a page could not be taken."""
    if found() is None:
        print(f"make screenshots {MISSING}", file=sys.stderr)
        return 2
    wanted = [page for page in PAGES if len(sys.argv) == 1 or page.name in sys.argv[1:]]
    every = sorted((shot for page in wanted for shot in shots(page)), key=lambda shot: shot.reader)
    OUT.mkdir(exist_ok=True)
    began, failed = time.monotonic(), 0
    with gallery(demo=True) as site, chromium() as browser:
        for reader, group in groupby(every, key=lambda shot: shot.reader):
            failed += _take(browser, site, reader, list(group))
    _sheet()
    print(f"{len(every) - failed} of {len(every)} pictures in {time.monotonic() - began:.0f} s: {OUT}/index.html")
    return 1 if failed else 0


def _take(browser: Browser, site: Gallery, reader: Reader, group: list[Shot]) -> int:
    """The pictures of one reader; returns how many could not be taken."""
    failed = 0
    with reading(browser, site, reader) as context:
        view = context.new_page()
        for shot in group:
            try:
                view.goto(in_language(site.address(shot.page), reader.language), wait_until="load")
                _whole(view)
                view.screenshot(path=OUT / shot.file)
            except BrowserError as error:
                print(f"{shot.file}: {error.message.splitlines()[0]}", file=sys.stderr)
                failed += 1
    return failed


def _whole(view: View) -> None:
    """Make the window as tall as the page, within reason: a bar at the bottom then stays at the bottom."""
    width, height = view.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    view.set_viewport_size({"width": width, "height": min(max(height, 400), _TALLEST)})


def _sheet() -> None:
    """One page that shows what is in the folder, page by page."""
    parts = [_SHEET]
    for page in PAGES:
        files = [shot.file for shot in shots(page) if (OUT / shot.file).exists()]
        if files:
            parts.append(f"<h2>{page.name}</h2><p>{html.escape(page.path)} ({page.who})</p><div>")
            parts += [
                f'<figure><a href="{file}"><img src="{file}" alt="" loading="lazy"></a>{file}</figure>'
                for file in files
            ]
            parts.append("</div>")
    (OUT / "index.html").write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
