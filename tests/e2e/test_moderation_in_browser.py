"""A threat from being written to being proved, in a browser: held, decided by keys alone, told, appealed, overturned."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as View

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.accounts.service.sign_in import open_session_in
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.web.words import Words
from tools.gallery.browser import MISSING, chromium, found
from tools.gallery.site import free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(found() is None, reason=MISSING)]
PERDURE = str(Path(sys.executable).with_name("perdure"))
PATIENCE_MS = 20_000
# Ignored by git, for CI to keep: what everybody saw, at both widths and in both themes.
SHOTS = Path(__file__).parents[2] / "screenshots" / "story"
THREAT = "I'm going to kill you, old scarecrow."
WORDS = "It says what happens to a scarecrow of straw in a play for children."
PEOPLE = {"olga": "owner", "mod1": "moderator", "mod2": "moderator", "bea": "member", "mina": "member"}
t = Words("en", 0)
expect.set_options(timeout=PATIENCE_MS)


def people(settings: Settings) -> dict[str, str]:
    """Somebody who writes, somebody who follows her, and a staff of three; returns their cookies."""
    runner.upgrade(settings)
    with wiring.runtime(settings, local=True) as rt:
        return asyncio.run(rt.db.write("story.people", _people_in))


def _people_in(tx: Tx) -> dict[str, str]:
    ids: dict[str, int] = {}
    for name, role in PEOPLE.items():
        private: dict[str, Any] = {"totp_secret": pyotp.random_base32()} if role != "member" else {}
        ids[name] = accounts.create_account_in(
            tx,
            username=name,
            email=f"{name}@x.test",
            password_hash="",
            role=role,
            private=private,  # type: ignore[arg-type]
        )
    graph.follow_in(tx, ids["mina"], ids["bea"])
    return {name: open_session_in(tx, number, "Story", "127.0.0.1") for name, number in ids.items()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def cookies(data: Path) -> dict[str, str]:
    return people(Settings(data=data))


@pytest.fixture
def url(data: Path, cookies: dict[str, str]) -> Iterator[str]:
    with serving(data, free_port()) as address:
        yield address


@pytest.fixture
def browser(url: str) -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Desk:
    """Everybody's tab, and pictures of what they see."""

    def __init__(self, browser: Browser, url: str, cookies: dict[str, str]) -> None:
        self._browser, self._url, self._cookies = browser, url, cookies
        SHOTS.mkdir(parents=True, exist_ok=True)

    def of(self, name: str) -> View:
        context = self._browser.new_context(
            base_url=self._url, locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )
        context.add_cookies([{"name": "perdure_session", "value": self._cookies[name], "url": self._url}])
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    @staticmethod
    def shot(view: View, name: str) -> None:
        """In both widths and both themes."""
        for size, width, height in (("phone", 390, 844), ("desktop", 1280, 800)):
            view.set_viewport_size({"width": width, "height": height})
            for theme in ("dark", "light"):
                view.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # the tuple says str
                view.screenshot(path=SHOTS / f"{name}-{size}-{theme}.png")


def reload_until(view: View, path: str, text: str) -> None:
    """What the worker brings is there soon."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    view.goto(path)
    while text not in view.locator("main").inner_text() and time.monotonic() < ends:
        view.wait_for_timeout(300)
        view.goto(path)
    expect(view.locator("main")).to_contain_text(text)


def write(view: View, text: str) -> None:
    view.goto("/")
    view.locator("#status").fill(text)
    view.get_by_role("button", name=t("composer.post"), exact=True).first.click()
    expect(view.locator("article.post").first).to_contain_text(text)


def test_a_threat_is_held_decided_by_keys_told_appealed_overturned_and_proved(  # noqa: PLR0915 - one story
    browser: Browser, url: str, cookies: dict[str, str], data: Path, tmp_path: Path
) -> None:
    desk = Desk(browser, url, cookies)
    bea, mina = desk.of("bea"), desk.of("mina")
    write(bea, THREAT)
    strip = bea.locator("article.post .held").first
    expect(strip).to_contain_text(t("held.strip"))
    desk.shot(bea, "1-held")
    mina.goto("/@bea")
    expect(mina.locator("main")).not_to_contain_text("scarecrow")

    mod = desk.of("mod1")
    reload_until(mod, "/moderation", "scarecrow")
    mod.keyboard.press("j")
    mod.keyboard.press("Enter")
    expect(mod.locator("#case-title")).to_contain_text("@bea")
    expect(mod.locator("[data-lease-words]")).to_contain_text("Yours")
    expect(mod.locator("mark").first).to_be_visible()
    desk.shot(mod, "2-case")
    case = re.findall(r"/moderation/cases/(\d+)", mod.url)[0]
    mod.wait_for_load_state("load")
    mod.keyboard.press("?")
    expect(mod.locator("#keys")).to_be_visible()
    desk.shot(mod, "3-keys")
    mod.keyboard.press("Escape")
    expect(mod.locator("#keys")).to_be_hidden()
    mod.keyboard.press("1")
    mod.keyboard.press("f")
    mod.keyboard.type("The post announces to kill somebody.")
    mod.keyboard.press("Control+Enter")
    expect(mod.locator(".undo-strip")).to_be_visible()
    desk.shot(mod, "4-decided")
    expect(mod.locator(".case-row")).to_have_count(0)

    bea.goto("/decisions")
    bea.locator(".rows a").first.click()
    expect(bea.locator("main")).to_contain_text("The post announces to kill somebody.")
    desk.shot(bea, "5-reasons")
    bea.get_by_role("link", name=t("decisions.appeal"), exact=True).click()
    bea.locator("#text").fill(WORDS)
    bea.get_by_role("button", name=t("appeal.send"), exact=True).click()
    expect(bea.locator("main")).to_contain_text(t("appeal.states.filed"))

    mod.goto("/moderation/appeals")
    expect(mod.locator(".case-row")).to_have_count(0)
    other = desk.of("mod2")
    other.goto("/moderation/appeals")
    other.locator(".case-row a").click()
    other.wait_for_url(re.compile(r"/moderation/appeals/\d+"))  # loaded: from then on its scripts listen to keys
    other.keyboard.press("c")
    expect(other.locator("main")).to_contain_text(THREAT)
    expect(other.locator("main")).not_to_contain_text(WORDS)
    desk.shot(other, "6-blind")
    other.wait_for_load_state("load")
    other.keyboard.press("2")
    other.keyboard.press("Control+Enter")
    expect(other.locator("main")).to_contain_text(WORDS)
    desk.shot(other, "7-appeal")
    other.keyboard.press("1")
    other.keyboard.press("f")
    other.keyboard.type("It is a line of a play.")
    other.keyboard.press("Control+Enter")
    expect(other).to_have_url(re.compile(r"/moderation/appeals$"))

    mina.goto("/@bea")
    expect(mina.locator("article.post").first).to_contain_text(THREAT)
    expect(mina.locator(".numbers")).to_contain_text("1 post")
    reload_until(mina, "/", THREAT)
    bea.goto("/decisions")
    bea.locator(".rows a").first.click()
    expect(bea.locator("main")).to_contain_text("It is a line of a play.")
    desk.shot(bea, "8-back")
    prove(data, case, tmp_path / "pack")


def prove(data: Path, case: str, pack: Path) -> None:
    """The proof pack of a case, checked as anybody would: with Python and nothing else."""
    command = [PERDURE, "audit", "prove", "--case", case, "--out", str(pack), "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(pack / "verify.py")],
        cwd=pack,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_next_case_is_there_within_a_tenth_of_a_second(browser: Browser, url: str, cookies: dict[str, str]) -> None:
    desk = Desk(browser, url, cookies)
    bea = desk.of("bea")
    for name in ("bea", "mina"):
        write(desk.of(name), THREAT)
    del bea
    mod = desk.of("mod1")
    mod.goto("/moderation")
    expect(mod.locator(".case-row")).to_have_count(2)
    mod.keyboard.press("x")
    expect(mod.locator("[data-lease-words]")).to_contain_text("Yours")
    first = mod.locator("#case-title").inner_text()
    mod.wait_for_timeout(1500)  # the next one comes ahead
    mod.keyboard.press("1")
    mod.keyboard.press("f")
    mod.keyboard.type("The post announces to kill somebody.")
    took = mod.evaluate("""async () => {
      const title = document.querySelector("#case-title").textContent;
      const began = performance.now();
      document.querySelector("form[action$='/decide']").requestSubmit();
      while (document.querySelector("#case-title").textContent === title) await new Promise((next) => setTimeout(next, 1));
      return performance.now() - began;
    }""")
    assert took <= 100
    assert mod.locator("#case-title").inner_text() != first
    expect(mod.locator(".undo-strip")).to_be_visible()
    mod.locator("body").press("z")
    expect(mod.locator(".case-row")).to_have_count(2)


def test_rules_are_tried_and_switched_and_people_frozen_by_keys_alone(
    browser: Browser, url: str, cookies: dict[str, str]
) -> None:
    olga = Desk(browser, url, cookies).of("olga")
    olga.goto("/moderation/rules")
    olga.wait_for_load_state("load")
    olga.keyboard.press("s")  # no line is in focus: nothing is switched
    olga.keyboard.press("t")
    olga.keyboard.type(THREAT)
    olga.keyboard.press("Control+Enter")
    expect(olga.locator(".tried mark").first).to_be_visible()
    olga.wait_for_load_state("load")
    for _ in range(2):
        olga.keyboard.press("j")
    second = olga.locator(".entries > li").nth(1)
    olga.keyboard.press("s")  # a folded line unfolds and asks why
    expect(second.locator("[name=reason]")).to_be_focused()
    olga.keyboard.type("It is tried in a test.")
    olga.keyboard.press("Enter")
    expect(olga.locator(".entries > li.off")).to_have_count(1)
    expect(olga.locator(".entries > li").nth(1)).to_have_class("off")

    olga.wait_for_load_state("load")
    olga.keyboard.press("g")
    olga.keyboard.press("p")
    olga.wait_for_url(re.compile("/moderation/people$"))
    olga.wait_for_load_state("load")
    olga.keyboard.press("/")
    olga.keyboard.type("bea")
    olga.keyboard.press("Enter")
    olga.wait_for_url(re.compile("/moderation/people/bea$"))
    olga.wait_for_load_state("load")
    olga.keyboard.press("?")
    expect(olga.locator("#keys")).to_contain_text(t("moderation.key.lift"))
    olga.keyboard.press("Escape")
    expect(olga.locator("#keys")).to_be_hidden()
    olga.locator("#policy").select_option("spam")
    olga.locator("#policy").press("Escape")
    olga.keyboard.press("2")
    expect(olga.locator("#scope")).to_have_value("account")
    olga.keyboard.press("f")
    olga.keyboard.type("She sells the same bucket in every thread.")
    olga.keyboard.press("Control+Enter")
    expect(olga.locator(".undo-strip")).to_be_visible()
    expect(olga.locator(".case-head")).to_contain_text(t("moderation.person.is.frozen"))
    olga.wait_for_load_state("load")
    olga.keyboard.press("z")
    expect(olga.locator("#case")).to_contain_text(t("moderation.person.nothing_in_force"))
