"""What a stranger does with a fresh site, in a browser, against the processes that people run."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as View

from perdure.web.words import Words
from tests.app.pictures import picture
from tools.gallery.browser import MISSING, chromium, found
from tools.gallery.site import free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(found() is None, reason=MISSING)]
PERDURE = str(Path(sys.executable).with_name("perdure"))
PATIENCE_MS = 20_000
t = Words("en", 0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def url(data: Path) -> Iterator[str]:
    with serving(data, free_port()) as address:
        yield address


@pytest.fixture
def browser(url: str) -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def fresh_view(browser: Browser, url: str, *, script: bool = True) -> View:
    context = browser.new_context(base_url=url, locale="en-GB", java_script_enabled=script)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


def make_member(data: Path, name: str) -> str:
    """An account as an operator makes it; returns its password."""
    command = [PERDURE, "accounts", "create", name, "--email", f"{name}@x.test", "--confirmed", "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.rsplit("New password: ", 1)[1].split()[0]


def sign_in(view: View, name: str, password: str, app: pyotp.TOTP | None = None) -> None:
    view.goto("/auth/sign_in")
    view.get_by_label(t("auth.email")).fill(name)
    view.get_by_label(t("auth.password"), exact=True).fill(password)
    view.get_by_role("button", name=t("auth.sign_in"), exact=True).click()
    if app is not None:  # the next code, because each works once
        view.get_by_label(t("auth.factor")).fill(app.at(time.time() + 30))
        press(view, t("auth.continue"))
    expect(view).to_have_url(re.compile(r"/$"))


def press(view: View, word: str) -> None:
    view.get_by_role("button", name=word, exact=True).first.click()


def make_owner(view: View) -> None:
    view.goto("/")
    expect(view.get_by_role("heading", level=1)).to_have_text(t("setup.title"))
    view.get_by_label(t("setup.username")).fill("olga")
    view.get_by_label(t("setup.email")).fill("olga@x.test")
    view.get_by_label(t("setup.password")).fill("a long password")
    press(view, t("setup.make"))
    expect(view.get_by_role("heading", level=1)).to_have_text(t.of("settings.pages", "security"))


def turn_codes_on(view: View) -> pyotp.TOTP:
    """What staff is led to first; returns what an authenticator app then knows."""
    view.goto("/settings/security/codes")
    app = pyotp.TOTP(view.locator('input[name="secret"]').get_attribute("value") or "")
    view.get_by_label(t("settings.codes.code")).fill(app.now())
    view.get_by_label(t("settings.current")).fill("a long password")
    press(view, t("settings.codes.turn_on"))
    expect(view.get_by_role("heading", level=1)).to_have_text(t("settings.recovery.title"))
    return app


def test_from_an_empty_site_to_people_who_answer_each_other(
    browser: Browser, url: str, data: Path, tmp_path: Path
) -> None:
    owner = fresh_view(browser, url)
    make_owner(owner)
    app = turn_codes_on(owner)
    owner.goto("/you")
    press(owner, t("nav.sign_out"))
    owner.goto("/you")
    expect(owner).to_have_url(re.compile("/auth/sign_in"))

    bea = fresh_view(browser, url)
    sign_in(bea, "bea", make_member(data, "bea"))
    file = tmp_path / "square.png"
    file.write_bytes(picture("png", 600, 400))
    bea.locator("#status").fill("The first beans are up. #garden")
    bea.locator("#files").set_input_files(file)
    bea.get_by_label(t("composer.alt")).fill("Four green sprouts in a row")
    press(bea, t("composer.post"))
    post = bea.locator("article.post").first
    expect(post).to_contain_text("The first beans are up.")
    expect(post.get_by_role("img", name="Four green sprouts in a row")).to_be_visible()

    sign_in(owner, "olga", "a long password", app)
    owner.goto("/search?q=beans")
    expect(owner.locator("article.post").first).to_contain_text("The first beans are up.")
    owner.goto("/@bea")
    press(owner, t("person.follow"))
    expect(owner.get_by_role("button", name=t("person.following"))).to_be_visible()
    owner.locator("article.post").first.get_by_role("button", name=t("act.echo")).click()
    expect(owner.locator("article.post .echo").first).to_have_attribute("aria-pressed", "true")
    owner.locator("article.post").first.get_by_role("link", name=t("act.reply")).click()
    owner.locator("#status").press_sequentially("May I have two? ")
    press(owner, t("composer.reply"))

    notices = bea.locator('.bar a[href="/notifications"] .count').first
    expect(notices).to_contain_text("3", timeout=PATIENCE_MS)  # without loading the page again
    bea.goto("/notifications")
    expect(bea.locator("main")).to_contain_text("May I have two?")


def test_reading_writing_and_following_need_no_javascript(browser: Browser, url: str, data: Path) -> None:
    owner = fresh_view(browser, url, script=False)
    make_owner(owner)
    owner.goto("/")
    owner.locator("#status").fill("Written without a script. #plain")
    press(owner, t("composer.post"))
    expect(owner.locator("article.post").first).to_contain_text("Written without a script.")

    bea = fresh_view(browser, url, script=False)
    sign_in(bea, "bea", make_member(data, "bea"))
    bea.goto("/@olga")
    press(bea, t("person.follow"))
    expect(bea.get_by_role("button", name=t("person.following"))).to_be_visible()
    bea.locator("article.post").first.get_by_role("button", name=t("act.favourite")).click()
    expect(bea.locator("article.post .favourite").first).to_have_attribute("aria-pressed", "true")
    bea.goto("/tags/plain")
    expect(bea.locator("article.post .favourite .n").first).to_have_text("1")
    bea.goto("/auth/sign_in?return_to=/you")
    bea.goto("/you")
    press(bea, t("nav.sign_out"))
    expect(bea.get_by_role("heading", level=1)).to_have_text(t("auth.sign_in"))
