"""Every page of the table before a real browser: accessible, without sideways scrolling, calm, and of use without
JavaScript. One site and one browser for all of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Route
from playwright.sync_api import Page as View

from tools.gallery.browser import MISSING, SIZES, Reader, chromium, found, in_language, reading
from tools.gallery.pages import PAGES, Page
from tools.gallery.site import Gallery, gallery

pytestmark = [pytest.mark.slow, pytest.mark.skipif(found() is None, reason=MISSING)]
WATCH_SHIFTS = """
globalThis.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
TOO_WIDE = """() => {
  const room = Math.min(innerWidth, screen.width, document.documentElement.clientWidth);
  const wide = (one) => one.getBoundingClientRect().right > room + 0.5;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll("*")].filter((one) => wide(one) && ![...one.children].some(wide))
    .map((one) => `${one.parentElement.className} > ${one.outerHTML.slice(0, 120)}`);
}"""
TOO_SMALL = """(selector) => [...document.querySelectorAll(selector)]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return [one.tagName, one === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)];
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[Gallery]:
    with gallery() as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(site: Gallery) -> Iterator[Browser]:
    """Started after the site: seeding it needs an event loop of its own."""
    with chromium() as opened:
        yield opened


class Readers:
    """A tab for each kind of reader, kept for the module."""

    def __init__(self, browser: Browser, site: Gallery) -> None:
        self._browser = browser
        self._site = site
        self._contexts = ExitStack()
        self._views: dict[Reader, View] = {}

    def view(self, reader: Reader) -> View:
        """The reader's tab."""
        if reader not in self._views:
            context = self._contexts.enter_context(reading(self._browser, self._site, reader))
            context.add_init_script(WATCH_SHIFTS)
            self._views[reader] = context.new_page()
        return self._views[reader]

    def open(self, page: Page, reader: Reader) -> View:
        """A page in the reader's tab."""
        view = self.view(reader)
        width, height = SIZES[reader.size]
        view.set_viewport_size({"width": width, "height": height})
        view.emulate_media(color_scheme=reader.theme)  # type: ignore[arg-type] # the tuple says str
        answer = view.goto(in_language(self._site.address(page), reader.language))
        assert answer is not None
        assert answer.status == page.status
        return view

    def close(self) -> None:
        self._contexts.close()


@pytest.fixture(scope="module")
def readers(browser: Browser, site: Gallery) -> Iterator[Readers]:
    opened = Readers(browser, site)
    yield opened
    opened.close()


def no(faults: list[str]) -> None:
    """There are none; where there are, all of them are told."""
    assert not faults, "\n".join(faults)


def broken_rules(view: View, rules: list[str] | None = None) -> list[str]:
    options = {"runOnly": {"type": "rule", "values": rules}} if rules else None
    found = Axe().run(view, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_accessible_calm_and_fits(readers: Readers, page: Page) -> None:
    """On a phone in the light with every rule of axe, in the dark with its rules about colours; on a desktop."""
    view = readers.open(page, Reader(page.who))
    assert view.locator("html").get_attribute("lang") == "en"
    assert view.locator("h1").count() == 1
    no(broken_rules(view))
    no(view.evaluate(TOO_WIDE))
    assert view.evaluate("globalThis.shifted") <= 0.02
    no(view.evaluate(TOO_SMALL, ".bar a, .post footer a, .post footer button, .post footer summary"))
    view.emulate_media(color_scheme="dark")
    no(broken_rules(view, ["color-contrast", "link-in-text-block"]))
    view.set_viewport_size({"width": 1280, "height": 800})
    no(view.evaluate(TOO_WIDE))


@pytest.mark.parametrize("page", [page for page in PAGES if page.close], ids=lambda page: page.name)
def test_a_page_fits_in_french_and_at_twice_the_size(readers: Readers, page: Page) -> None:
    view = readers.open(page, Reader(page.who, language="fr"))
    assert view.locator("html").get_attribute("lang") == "fr"
    no(view.evaluate(TOO_WIDE))
    view.set_viewport_size({"width": 320, "height": 800})
    no(view.evaluate(TOO_WIDE))


def test_the_keyboard_always_shows_where_it_is(readers: Readers) -> None:
    view = readers.open(next(page for page in PAGES if page.name == "home"), Reader("member", "desktop"))
    seen = set()
    for _ in range(45):
        view.keyboard.press("Tab")
        tag, shown = view.evaluate(FOCUSED)
        assert shown, view.evaluate("document.activeElement.outerHTML")
        seen.add(tag)
    assert {"A", "TEXTAREA", "BUTTON"} <= seen


class Links(HTMLParser):
    """Where a page leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if link := given.get("src") or given.get("href"):
            self.found.append(link)


@pytest.mark.parametrize("who", ["guest", "member", "owner"])
def test_no_link_of_any_page_leads_nowhere(site: Gallery, who: str) -> None:
    """Everything that can be reached from the pages of the table, once; of long lists the first page."""
    waiting = {site.address(page): "the table" for page in PAGES if page.who == who and page.status == 200}
    seen, dead = set(waiting), []
    cookies = {} if who == "guest" else {"perdure_session": site.community.cookies[who]}
    with httpx.Client(cookies=cookies, headers={"Accept": "text/html"}, timeout=20) as asking:
        while waiting and len(seen) < 500:
            address, linked = next(iter(waiting.items()))
            del waiting[address]
            answer = asking.get(address)
            if answer.status_code >= 400:
                dead.append(f"{address}: {answer.status_code}, linked by {linked}")
            if not answer.is_success or not answer.headers["content-type"].startswith("text/html"):
                continue
            for link in Links(answer.text).found:
                target = urldefrag(urljoin(address, link)).url
                if target.startswith(f"{site.url}/") and "max_id=" not in target and target not in seen:
                    seen.add(target)
                    waiting[target] = address
    no(dead)
    assert len(seen) > 10


def test_the_copies_page_draws_what_it_hears_every_second_and_says_so_as_a_table(
    browser: Browser, site: Gallery
) -> None:
    told = {"mark": "", "level": "warn", "text": "2.0 s behind, said live", "stores": []}
    heard = 0

    def answer(route: Route) -> None:
        nonlocal heard
        heard += 1
        one = {"name": "attic", "ms": heard * 1000, "far": f"{heard}.0 s", "level": "warn", "state": "live"}
        route.fulfill(json=told | {"stores": [one | {"waiting": "much", "newest": "now"}]})

    page = next(page for page in PAGES if page.name == "operations-copies")
    with reading(browser, site, Reader(page.who, "desktop")) as context:
        view = context.new_page()
        view.emulate_media(reduced_motion="no-preference")
        view.goto(site.address(page))
        told["mark"] = view.get_attribute("[data-copies]", "data-mark") or ""
        view.route("**/operations/copies/live*", answer)
        view.wait_for_selector("[data-store=attic] [data-part=far]:text-is('3.0 s')")
        assert view.inner_text(".headline") == "2.0 s behind, said live"
        line = view.get_attribute("[data-store=attic] .line", "d") or ""
        assert line.count("L") >= 2
        view.click("[data-store=attic] .as-table summary")
        rows = view.locator("[data-store=attic] .as-table tbody tr")
        assert rows.count() >= 1
        assert "0 s" in rows.first.inner_text()
        view.unroute("**/operations/copies/live*")
        view.route("**/operations/copies/live*", lambda route: route.abort())
        view.wait_for_selector("[data-away]:not([hidden])")
