"""Debian's Chromium through Playwright, dressed as a reader: size, theme, language, with or without JavaScript."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tools.gallery.site import Gallery

SIZES: Final = {"phone": (390, 844), "desktop": (1280, 800)}
MISSING: Final = "needs Chromium: on Debian, apt-get install chromium"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")


class Reader(NamedTuple):
    """How somebody looks at a page."""

    who: str = "guest"
    size: str = "phone"
    theme: str = "light"
    language: str = "en"
    script: bool = True
    zoom: int = 1


def found() -> str | None:
    """The path of the Chromium of this machine, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. It may run as root, in a container, where its own sandbox cannot."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found(), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def reading(browser: Browser, site: Gallery, reader: Reader) -> Iterator[BrowserContext]:
    """A fresh context of the browser for a reader, signed in where the reader is a member or the owner."""
    width, height = SIZES[reader.size]
    given: dict[str, Any] = {
        "viewport": {"width": width // reader.zoom, "height": height // reader.zoom},
        "device_scale_factor": reader.zoom,
        "color_scheme": reader.theme,
        "locale": {"en": "en-GB", "fr": "fr-FR"}[reader.language],
        "java_script_enabled": reader.script,
        "has_touch": reader.size == "phone",
        "is_mobile": reader.size == "phone" and reader.zoom == 1,
        "reduced_motion": "reduce",
    }
    context = browser.new_context(**given)
    if reader.who != "guest":
        cookies = [{"name": "perdure_session", "value": site.community.cookies[reader.who], "url": site.url}]
        context.add_cookies(cookies)  # type: ignore[arg-type] # a plain dict is what it takes
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


def in_language(address: str, language: str) -> str:
    """The address, asking for a language: a member's own setting would win over the browser's wish."""
    return f"{address}{'&' if '?' in address else '?'}lang={language}"
