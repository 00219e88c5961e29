"""Pages in a real browser: what scripts add, and that all of it holds to the strict policy."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.app.pictures import picture
from tests.e2e.test_serve import perdure, serving

pytestmark = pytest.mark.slow
CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Debian's chromium on the path")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a running site with a member, and the member's password."""
    data = tmp_path_factory.mktemp("pages")
    made = perdure("accounts", "create", "alice", "--email", "a@x.test", "--confirmed", "--data", str(data)).stdout
    found = re.search(r"New password: (\S+)", made)
    assert found
    with serving(data) as (_process, url):
        httpx.post(f"{url}/setup", data={"username": "olga", "email": "o@x.test", "password": "a long password"})
        yield url, found[1]


@pytest.fixture
def page(browser: Browser, site: tuple[str, str]) -> Iterator[Page]:
    """A browser in which alice is signed in, on her home page; no error may reach its console."""
    url, password = site
    context = browser.new_context(locale="en")
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{url}/auth/sign_in")
    opened.fill("#user_email", "alice")
    opened.fill("#user_password", password)
    opened.click("main button[type=submit]")
    opened.wait_for_selector("form.composer")
    yield opened
    context.close()
    assert errors == []


def test_a_favourite_is_there_without_leaving_the_page_and_keeps_the_focus(page: Page) -> None:
    page.fill("#status", "hello from a browser")
    page.click(".send [name=do]")
    page.wait_for_selector("text=Posted.")
    page.evaluate("window.same = true")
    page.click(".post .favourite")
    page.wait_for_selector(".post .favourite.on")
    assert page.evaluate("window.same") is True
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.reload()
    assert page.locator(".post .favourite.on .n").inner_text() == "1"


def test_the_counter_appears_late_warns_and_never_stops_the_typing(page: Page) -> None:
    counter = page.locator(".counter")
    page.fill("#status", "x" * 899)
    assert counter.inner_text() == ""
    page.fill("#status", "x" * 985)
    assert (counter.inner_text(), "warn" in (counter.get_attribute("class") or "")) == ("15 left", True)
    page.fill("#status", "x" * 1003)
    assert (counter.inner_text(), "over" in (counter.get_attribute("class") or "")) == ("3 too many", True)
    page.fill("#status", "https://example.org/" + "x" * 500)
    assert counter.inner_text() == ""  # a link counts as 23
    page.fill("#status", "")


def test_a_draft_outlives_the_page_until_it_is_posted(page: Page) -> None:
    page.fill("#status", "not finished")
    page.reload()
    assert page.input_value("#status") == "not finished"
    page.click(".send [name=do]")
    page.wait_for_selector("text=Posted.")
    assert page.input_value("#status") == ""


def test_a_picture_is_taken_while_writing_and_posted_with_its_description(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "boat.png"
    file.write_bytes(picture("png"))
    with page.expect_file_chooser() as chooser:
        page.click(".pictures summary")
    chooser.value.set_files(str(file))
    page.fill(".attached textarea", "a red boat")
    page.fill("#status", "with a picture")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Posted.")
    assert page.locator('.post img[alt="a red boat"]').count() == 1


def test_escape_closes_a_menu_and_gives_the_focus_back(page: Page) -> None:
    page.fill("#status", "with a menu")
    page.click(".send [name=do]")
    page.wait_for_selector("text=Posted.")
    page.locator(".post .more summary").first.click()
    assert page.locator(".post .more[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".post .more[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
