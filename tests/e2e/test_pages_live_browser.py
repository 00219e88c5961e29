"""Open pages in a real browser: they keep in step with the site, and keys work without getting into anybody's typing."""

import re
import secrets
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from tests.e2e.test_pages_browser import browser as browser
from tests.e2e.test_pages_browser import data as data
from tests.e2e.test_pages_browser import page as page
from tests.e2e.test_pages_browser import site as site

pytestmark = pytest.mark.slow


@pytest.fixture
def olga(site: tuple[str, str]) -> Iterator[httpx.Client]:
    """The owner in a browser of her own."""
    url, _password = site
    with httpx.Client(base_url=url, follow_redirects=True) as client:
        client.post("/auth/sign_in", data={"user[email]": "olga", "user[password]": "a long password"})
        assert "@olga" in client.get("/you").text
        yield client


def say(olga: httpx.Client, text: str) -> None:
    form = {"status": text, "visibility": "public", "key": secrets.token_hex(8)}
    assert olga.post("/posts", data=form).status_code == 200


def follow_olga(page: Page, url: str) -> None:
    page.goto(f"{url}/@olga")
    button = page.locator('main form[action$="/follow"] button')
    if button.count():
        button.click()
        page.wait_for_selector('main form[action$="/unfollow"]')  # else the next page may end the request half way


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.post')?.innerText ?? ''"))


def test_a_new_post_is_announced_and_nothing_moves(page: Page, site: tuple[str, str], olga: httpx.Client) -> None:
    url, _password = site
    follow_olga(page, url)
    page.goto(url)
    say(olga, "the first")
    page.wait_for_selector(".fresh a")  # also where there was nothing yet
    page.reload()
    assert page.locator("text=the first").count() == 1
    page.fill("#status", "half a sentence")
    say(olga, "and one more")
    page.wait_for_selector(".fresh a")
    assert page.inner_text(".fresh") == "1 new post"
    assert page.input_value("#status") == "half a sentence"
    assert page.locator("text=and one more").count() == 0
    page.click(".fresh a")
    page.wait_for_selector("text=and one more")


def test_a_message_arrives_in_the_open_conversation_and_counts_elsewhere(
    page: Page, site: tuple[str, str], olga: httpx.Client
) -> None:
    url, _password = site
    follow_olga(page, url)
    page.goto(f"{url}/lists")
    opened = olga.post("/messages/new", data={"to": "alice", "text": "ping"})
    assert opened.status_code == 200
    page.wait_for_selector('.bar a[href="/messages"] .count')
    page.goto(f"{url}/messages")
    page.click(".talk")
    page.wait_for_selector(".bubble >> text=ping")
    page.fill("#text", "half an answer")
    olga.post(opened.url.path, data={"text": "pong"})
    page.wait_for_selector(".bubble >> text=pong")
    assert page.inner_text("[data-said]") == "A new message is there."
    assert page.input_value("#text") == "half an answer"
    page.wait_for_selector('.bar a[href="/messages"] .count', state="detached")  # seen, so read


def test_keys_move_act_and_show_their_map(page: Page, site: tuple[str, str]) -> None:
    url, _password = site
    for text in ("older post", "newer post"):
        page.goto(url)
        page.fill("#status", text)
        page.click(".send [name=do]")
        page.wait_for_selector("text=Posted.")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert "newer post" in focused(page)
    page.keyboard.press("j")
    assert "older post" in focused(page)
    page.keyboard.press("k")
    page.keyboard.press("f")
    page.wait_for_selector(".post:focus-within .favourite.on")
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/notifications$"))


def test_keys_never_act_while_somebody_types_and_can_be_switched_off(page: Page, site: tuple[str, str]) -> None:
    url, _password = site
    page.focus("#status")
    page.keyboard.type("gn?/jf")
    assert page.input_value("#status") == "gn?/jf"
    assert page.locator("#keys[open]").count() == 0
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+f")
    page.keyboard.press("?")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 0
    page.click("[data-keys]")
    page.check("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    assert page.url.rstrip("/") == url


def test_what_was_looked_at_is_read_and_the_stream_ends_with_the_page(
    page: Page, site: tuple[str, str], olga: httpx.Client
) -> None:
    url, _password = site
    page.goto(f"{url}/lists")
    say(olga, "@alice look here")
    page.wait_for_selector('.bar a[href="/notifications"] .count')
    page.goto(f"{url}/notifications")
    page.wait_for_selector("form[data-seen]", state="attached")
    page.wait_for_selector("form[data-seen]", state="detached")
    page.wait_for_selector('.bar a[href="/notifications"] .count', state="detached")
