"""A host's letter of 98 items, worked through by keys alone, and its answer checked as a stranger would."""

import asyncio
import email
import io
import json
import math
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as View

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.accounts.service.sign_in import open_session_in
from perdure.desk.model import Arrived, SenderInput
from perdure.desk.service import arriving, senders
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.posts.model import Draft
from perdure.posts.service.publishing import limits_of, publish_in
from perdure.web.words import Words
from tools.gallery.browser import MISSING, chromium, found
from tools.gallery.site import free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.skipif(found() is None, reason=MISSING)]
PATIENCE_MS = 20_000
SHOTS = Path(__file__).parents[2] / "screenshots" / "letter"
AUTHORS = ("ann", "ben", "cem", "dora", "emil", "fay", "gus", "hana", "ida", "jon", "kay", "leo")
NOTES = ("a walk", "a stew", "a bridge", "a choir", "a lamp", "a kite", "a well", "a fence", "a boat", "a barn")
BUCKET = "Only today the blue bucket from our market stall, order it over there, number {n}"
SLUR = "People from beyond the river should never be let into our town again, they spoil everything"
ITEMS = 98
# A glance at an item, and longer where its text is new: what somebody needs beside pressing keys.
GLANCE_S, READ_S, PRESS_S = 2, 9, 0.6
t = Words("en", 0)
expect.set_options(timeout=PATIENCE_MS)


class Seeded:
    """The site before the worker runs: who may sign in, and the letter that waits at the door."""

    def __init__(self) -> None:
        self.cookie = ""
        self.letter_id = 0
        self.texts: dict[int, str] = {}


async def seed(rt: Runtime) -> Seeded:
    made = Seeded()
    ids = await rt.db.write("story.people", _people_in)
    made.cookie = await rt.db.write("story.session", lambda tx: open_session_in(tx, ids["mona"], "S", "127.0.0.1"))
    lines = await rt.db.write("story.posts", _said_in, rt, ids)
    lines += lines[:10] + [f"{rt.settings.base_url}/@ann/{n}" for n in range(1, 6)]
    lines += [f"https://elsewhere.example/@x/{n}" for n in range(ITEMS - len(lines))]
    given = SenderInput(
        name="Example Hosting", authority="provider", domains=("host.test",), answer_to="abuse@host.test"
    )
    sender, _ = await senders.create(rt, None, given)
    raw = "\n".join(["Dear Perdure, please look at these within 24 hours.", *lines]).encode()
    arrived = Arrived(
        raw=raw, channel="lmtp", received_at=rt.clock.now_ms(), sender_id=sender.id, proof="dkim:host.test"
    )
    made.letter_id = await arriving.arrive(rt, arrived)
    return made


def _posts() -> list[tuple[str, str]]:
    """30 of one seller, 20 in nearly the same words by many, 30 that have nothing to do with each other."""
    bucket = [("kay", BUCKET.format(n=n)) for n in range(30)]
    slur = [(AUTHORS[n % 10], f"{SLUR} {'!' * (n % 4)}") for n in range(20)]
    plain = [
        (
            AUTHORS[n % 10],
            f"I remember {NOTES[n % 10]} in the year {1950 + 3 * n}, as my aunt {AUTHORS[n // 3]} told it",
        )
        for n in range(30)
    ]
    return bucket + slur + plain


def _said_in(tx: Tx, rt: Runtime, ids: dict[str, int]) -> list[str]:
    made = [(name, publish_in(tx, limits_of(rt), ids[name], Draft(text=text))) for name, text in _posts()]
    return [f"{rt.settings.base_url}/@{name}/{post_id}" for name, post_id in made]


def _people_in(tx: Tx) -> dict[str, int]:
    ids = {}
    for name in ("olga", "mona", *AUTHORS):
        role: Any = {"olga": "owner", "mona": "moderator"}.get(name, "member")
        private: dict[str, Any] = {"totp_secret": pyotp.random_base32()} if role != "member" else {}
        ids[name] = accounts.create_account_in(
            tx, username=name, email=f"{name}@x.test", password_hash="", role=role, private=private
        )
    return ids


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def seeded(data: Path) -> Seeded:
    settings = Settings(data=data)
    runner.upgrade(settings)
    with wiring.runtime(settings, local=True) as rt:
        return asyncio.run(seed(rt))


@pytest.fixture
def url(data: Path, seeded: Seeded) -> Iterator[str]:
    with serving(data, free_port()) as address:
        yield address


@pytest.fixture
def browser(url: str) -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Keys:
    """A person with a keyboard and no mouse: every press is counted."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.presses = 0

    def press(self, *names: str) -> None:
        for name in names:
            self.view.keyboard.press(name)
            self.presses += 1

    def type(self, text: str) -> None:
        self.view.keyboard.type(text)
        self.presses += len(text)


def shot(view: View, name: str) -> None:
    """In both widths and both themes; ignored by git, for CI to keep."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for size, width, height in (("phone", 390, 844), ("desktop", 1280, 800)):
        view.set_viewport_size({"width": width, "height": height})
        for theme in ("dark", "light"):
            view.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # the tuple says str
            view.screenshot(path=SHOTS / f"{name}-{size}-{theme}.png")


def waits(view: View, number: int) -> None:
    """Until the line of a number is the one that keys act on."""
    expect(view.locator(f'.letter-item[data-n="{number}"] [aria-current]')).to_have_count(1)


def settled(view: View, pending: int) -> None:
    expect(view.locator("[data-progress]")).to_have_text(t("letters.progress", done=ITEMS - pending, n=ITEMS))


def test_a_letter_of_98_items_is_worked_through_and_answered_by_keys_alone(  # noqa: PLR0915 - one story
    browser: Browser, url: str, seeded: Seeded, data: Path, tmp_path: Path
) -> None:
    context = browser.new_context(
        base_url=url, locale="en-GB", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    )
    context.add_cookies([{"name": "perdure_session", "value": seeded.cookie, "url": url}])
    context.set_default_timeout(PATIENCE_MS)
    view = context.new_page()
    opened(view, f"/moderation/letters/{seeded.letter_id}")
    view.goto("/moderation")
    expect(view.locator(".owed")).to_contain_text("Example Hosting")
    keys, began = Keys(view), time.monotonic()
    keys.press("g", "l")
    view.wait_for_url(re.compile("/moderation/letters$"))
    view.wait_for_load_state("load")
    shot(view, "1-list")
    keys.press("j", "Enter")
    view.wait_for_url(re.compile(r"/moderation/letters/\d+$"))
    view.wait_for_load_state("load")
    settled(view, 80)
    waits(view, 1)
    shot(view, "2-letter")
    keys.press("?")
    expect(view.locator("#keys")).to_be_visible()
    view.screenshot(path=SHOTS / "3-keys.png")
    keys.press("Escape")

    # Thirty of one seller: one rule, one likeness, one key.
    keys.press("p")
    keys.type("Spam")
    keys.press("Escape", "a")
    expect(view.locator("[data-chosen-words]")).to_contain_text("30")
    shot(view, "4-chosen")
    keys.press("1")
    settled(view, 50)
    waits(view, 31)
    # Taken back, and done again.
    keys.press("z")
    settled(view, 80)
    view.wait_for_load_state("load")
    waits(view, 1)
    keys.press("p")
    keys.type("Spam")
    keys.press("Escape", "a", "1")
    settled(view, 50)
    waits(view, 31)
    # Twenty in nearly the same words, by ten people.
    keys.press("p")
    keys.type("Hate")
    keys.press("Escape", "t")
    expect(view.locator("[data-chosen-words]")).to_contain_text("20")
    keys.press("1")
    settled(view, 30)
    # Thirty that have nothing to do with each other: one press each, read one by one.
    for pending in range(29, -1, -1):
        waits(view, 80 - pending)
        expect(view.locator("[data-beside] [data-item]")).to_have_attribute("data-item", str(80 - pending))
        keys.press("0")
        settled(view, pending)
    shot(view, "5-decided")
    keys.press("s")
    view.wait_for_url(re.compile("/answer$"))
    view.wait_for_load_state("load")
    reload_until(view, t("letters.send"))
    expect(view.locator(".mail").first).to_contain_text("hidden from everybody, by a person")
    shot(view, "6-answer")
    keys.press("Control+Enter")
    expect(view.locator(".said")).to_contain_text(t("said.letter_answered"))
    shot(view, "7-sent")
    took = time.monotonic() - began
    view.goto("/moderation/letters/" + str(seeded.letter_id) + "?lang=fr")
    shot(view, "8-french")

    files = sent(data)
    outcome = json.loads(files["outcome.json"])
    assert len(outcome["items"]) == ITEMS
    assert outcome["counts"] == {
        "items": ITEMS,
        "not_understood": 0,
        "actioned": 50,
        "no_violation": 30,
        "duplicate_of": 10,
        "not_found": 5,
        "not_ours": 3,
    }
    pack = tmp_path / "pack"
    zipfile.ZipFile(io.BytesIO(files["proof.zip"])).extractall(pack)
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(pack / "verify.py")], capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    reading = 30 * READ_S + 3 * READ_S + (ITEMS - 33) * GLANCE_S
    person = math.ceil((reading + keys.presses * PRESS_S) / 60)
    (SHOTS / "presses.json").write_text(
        json.dumps(
            {"items": ITEMS, "presses": keys.presses, "script_seconds": round(took, 1), "person_minutes": person}
        )
    )
    assert keys.presses <= 4 * ITEMS
    assert person < 20


def opened(view: View, path: str) -> None:
    """The worker reads the letter and looks its items up."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    view.goto(path)
    while view.locator("[data-again]").count() and time.monotonic() < ends:
        view.wait_for_timeout(300)
        view.goto(path)
    expect(view.locator("[data-again]")).to_have_count(0)


def reload_until(view: View, text: str) -> None:
    """The draft of the decided case is there soon."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while view.locator("button", has_text=text).count() == 0 and time.monotonic() < ends:
        view.wait_for_timeout(300)
        view.reload()
    expect(view.locator("button", has_text=text).first).to_be_visible()


def sent(data: Path) -> dict[str, bytes]:
    """The files of the answer as the host has them."""
    mails = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in (data / "mail").glob("*.eml")]
    theirs = [one for one in mails if one["To"] == "abuse@host.test"]
    assert len(theirs) == 2  # the receipt and the answer
    (answer,) = [one for one in theirs if list(one.iter_attachments())]
    return {str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in answer.iter_attachments()}  # type: ignore[arg-type] # bytes, once decoded
