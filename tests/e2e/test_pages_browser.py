"""Pages in a real browser: what scripts add, and that all of it holds to the strict policy."""

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from perdure.continuity.rules import signing
from perdure.portability.model import FileEntry, Identity, Manifest
from tests.app.pictures import picture
from tests.command import Command
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
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[tuple[str, str]]:
    """The address of a running site with a member, and the member's password."""
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


def test_a_recovery_key_is_made_and_used_in_the_browser_and_its_private_half_never_leaves_it(
    page: Page, site: tuple[str, str], data: Path, command: Command, tmp_path: Path
) -> None:
    url, _password = site
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(f"{asked.url} {asked.post_data or ''}"))
    page.goto(f"{url}/settings/move")
    page.click("[data-make]")
    with page.expect_download() as saved:
        page.click("[data-save]")
    private = Path(saved.value.path()).read_text().strip()
    assert re.fullmatch(r"alice-localhost\S*-recovery\.key", saved.value.suggested_filename)
    page.check("#kept")
    page.click("[data-made] button[type=submit]")
    public = signing.public_of(bytes.fromhex(private))
    page.wait_for_selector(f"code:text('{public}')")

    old = signing.new_key()
    command("sites", "trust", "old.example", signing.public_of(old), "--data", data)
    (tmp_path / "a.zip").write_bytes(bare_archive(old, public))
    with ThreadPoolExecutor() as aside:  # the browser's event loop runs in this thread
        done = aside.submit(command, "import", "account", "alice", tmp_path / "a.zip", "--data", data)
        assert done.result().status == 0
    page.goto(f"{url}/settings/move")
    page.click("text=Prove it with the key")
    (tmp_path / "wrong.key").write_text("no key")
    page.set_input_files("#private", tmp_path / "wrong.key")
    page.wait_for_selector("text=This is not the key file")
    (tmp_path / "my.key").write_text(private)
    page.set_input_files("#private", tmp_path / "my.key")
    page.wait_for_function("document.querySelector('#signature').value.length === 128")
    page.click("text=Check the signature")
    page.wait_for_selector("text=proven with your key")
    assert [one for one in sent if private in one] == []


def bare_archive(key: bytes, public: str) -> bytes:
    """The archive of anna, whose site is gone: who she was, and whose key speaks for her."""
    about = {
        "host": "old.example",
        "base_url": "https://old.example",
        "account_id": "7",
        "username": "anna",
        "made_at": 1,
    }
    identity = signing.sign("member-identity", Identity(recovery_key=public, registered_at=1, **about), key)
    entry = FileEntry("identity.json", hashlib.sha256(identity).hexdigest(), len(identity))
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as box:
        box.writestr("manifest.json", signing.sign("member-export", Manifest(files=(entry,), **about), key))
        box.writestr("identity.json", identity)
    return kept.getvalue()
