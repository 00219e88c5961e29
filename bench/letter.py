"""A host's letter of 98 items, mixed as check C1 says, into a site of a million posts.

Ten items are named twice, five are gone, three are somewhere else, four are short links, two are screenshots; of the
rest one in four is a threat that nobody saw. Measured: seconds from the letter's arrival to its receipt, to every item
looked up, to the last threat hidden, and to the draft of the answer (asked: 60 s); then a hundred such letters at once
and one of 5,000 items. The worker runs as it does on a site; SIZE is how many posts there are (``--posts``).
"""

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import community
import copies
from perdure import wiring
from perdure.accounts import service as accounts
from perdure.desk.model import Arrived, SenderInput
from perdure.desk.service import answering_drafting, answering_sending, arriving, letters, senders
from perdure.kernel.db import Tx, sql
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.migrations import runner

ASKED_S = 60.0
ITEMS = 98
_HOST = "http://social.bench.example"
_PEOPLE = 2000
_TEXTS = 100_000
_BEGIN = 1_780_000_000_000 << 16
_BLUNT = 40_000  # threats among the posts, for letters to name
_JOBS_S = 5.0  # how often the desk's own jobs run
_GIVE_UP_S = 300.0


def main() -> int:
    """Fill a site, send letters, print what they took, write bench/out/letter.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--many", type=int, default=100, help="letters at once")
    parser.add_argument("--long", type=int, default=5000, help="items of the long letter")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name, _shortener() as port:
        settings = Settings(
            data=Path(name),
            base_url=_HOST,
            short_link_hosts=("127.0.0.1",),
            outgoing_networks=("127.0.0.0/8",),
            outgoing_ports=(port,),
        )
        runner.upgrade(settings)
        started = time.perf_counter()
        with wiring.runtime(settings, local=True) as rt:
            people = rt.db.write_now("bench.people", _people_in)
        ids = _fill(settings.data / "perdure.db", people, given.posts)
        print(f"{given.posts:,} posts were made in {time.perf_counter() - started:.0f} s\n")
        with wiring.runtime(settings, local=True) as rt:
            found = asyncio.run(_measure(rt, ids, port, given.many, given.long))
    return _report(found | {"posts": given.posts})


class _Led(BaseHTTPRequestHandler):
    """A service of short links: ``/17`` leads to post 17."""

    def do_GET(self) -> None:
        self.send_response(301)
        self.send_header("Location", f"{_HOST}/@m1{self.path}")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class _shortener:  # noqa: N801 - used like a function
    def __enter__(self) -> int:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Led)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()


def _people_in(tx: Tx) -> list[int]:
    return [
        accounts.create_account_in(tx, username=f"m{number}", email=f"m{number}@bench.example", password_hash="")
        for number in range(_PEOPLE)
    ]


_POST = (
    "INSERT INTO post (id, account_id, text, content, spoiler_text, sensitive, visibility, thread_id, has_media, state,"
    " created_at, version, replies_count, reblogs_count, favourites_count, limited)"
    " VALUES (?, ?, ?, '', '', 0, 'public', ?, 0, 'published', ?, 1, 0, 0, 0, 0)"
)


def _fill(path: Path, people: list[int], wanted: int) -> tuple[list[int], list[int]]:
    """Write posts in bulk; returns ids of ordinary ones and of threats. Indexes and triggers are made at the end."""
    base = sqlite3.connect(path)
    base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;")
    kept = base.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = 'post'"
        " AND type IN ('index', 'trigger')"
    ).fetchall()
    for name, kind, _ in kept:
        base.execute(f"DROP {kind} {name}")
    ids = [_BEGIN + number * 64 for number in range(wanted)]
    blunt = set(ids[:: max(1, wanted // min(_BLUNT, wanted // 4))])
    rows = _texts(ids, blunt)
    base.executemany(_POST, ((one, people[one // 64 % len(people)], text, one, one >> 16) for one, text in rows))
    for _, _, text in kept:
        base.execute(text)
    base.commit()
    base.execute("PRAGMA journal_mode=WAL")
    base.close()
    return [one for one in ids if one not in blunt], sorted(blunt)


def _texts(ids: list[int], blunt: set[int]) -> Iterator[tuple[int, str]]:
    pick = random.Random(2)
    texts = [copies.ordinary(pick) for _ in range(min(_TEXTS, len(ids)))]
    for number, one in enumerate(ids):
        if one in blunt:
            yield one, f"I am going to kill you, number {number}. {copies.ordinary(pick)}"
        else:
            yield one, texts[number % len(texts)]


def _letter(pick: random.Random, ids: tuple[list[int], list[int]], port: int, items: int) -> tuple[bytes, list[int]]:
    """A letter in the proportions of C1 as a mail, and the threats that it names."""
    share = items / ITEMS
    doubled, gone, foreign, short, shots = (round(share * one) for one in (10, 5, 3, 4, 2))
    live = items - doubled - gone - foreign - short - shots
    blunt = pick.sample(ids[1], live // 4)
    named = blunt + pick.sample(ids[0], live - len(blunt))
    lines = [f"{_HOST}/@m1/{one}" for one in named]
    lines += [f"hxxp://social[.]bench[.]example/api/v1/statuses/{one}" for one in named[:doubled]]
    lines += [f"{_HOST}/@m1/{pick.randrange(10**6, 10**7)}" for _ in range(gone)]
    lines += [f"https://elsewhere.example/@x/{number}" for number in range(foreign)]
    lines += [f"http://127.0.0.1:{port}/{one}" for one in pick.sample(ids[0], short)]
    pick.shuffle(lines)
    mail = EmailMessage()
    mail["From"], mail["To"] = "Abuse Desk <abuse@host.bench.example>", "abuse@social.bench.example"
    mail["Subject"], mail["Message-ID"] = (
        f"Notice {pick.getrandbits(60)}",
        f"<{pick.getrandbits(90)}@host.bench.example>",
    )
    mail.set_content("Dear operator,\n\nremove these within 24 hours:\n\n" + "\n".join(lines) + "\n\nAbuse Desk\n")
    for number in range(shots):
        mail.add_attachment(_PIXEL + pick.randbytes(8), "image", "png", filename=f"shot{number}.png")
    return mail.as_bytes(), blunt


_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


async def _measure(rt: Runtime, ids: tuple[list[int], list[int]], port: int, many: int, long: int) -> dict[str, Any]:
    pick = random.Random(7)
    given = SenderInput(name="Bench Host", authority="provider", domains=("host.bench.example",))
    sender = await senders.create(rt, None, given)
    ends = asyncio.Event()
    worker = asyncio.create_task(_work(rt, ends))
    try:
        warm = await _one(rt, sender[0].id, *_letter(pick, ids, port, 5), "first")
        one = await _one(rt, sender[0].id, *_letter(pick, ids, port, ITEMS), "letter")
        crowd = await _crowd(rt, sender[0].id, [_letter(pick, ids, port, ITEMS) for _ in range(many)]) if many else {}
        tall = await _one(rt, sender[0].id, *_letter(pick, ids, port, long), "long") if long else {}
        if crowd:
            print(f"at once: {crowd}", flush=True)
    finally:
        ends.set()
        await worker
    return {"first": warm, "letter": one, "at_once": crowd, "long": tall}


async def _work(rt: Runtime, ends: asyncio.Event) -> None:
    """What the worker does: deliver what is due, again and again, and the jobs that send receipts."""
    worker = Deliverer(rt, wiring.registry())
    jobs = asyncio.create_task(_jobs(rt, ends))
    while not ends.is_set():
        if not await worker.deliver_due():
            await asyncio.sleep(0.02)
    await worker.settle(10)
    await jobs


async def _jobs(rt: Runtime, ends: asyncio.Event) -> None:
    while not ends.is_set():
        await answering_drafting.acknowledge_due(rt)
        await answering_sending.send_due(rt)
        await asyncio.sleep(_JOBS_S)


async def _one(rt: Runtime, sender: int, raw: bytes, blunt: list[int], told: str = "") -> dict[str, Any]:
    began = time.perf_counter()
    arrived = Arrived(raw=raw, channel="lmtp", received_at=rt.clock.now_ms(), sender_id=sender, proof="dkim")
    letter_id = await arriving.arrive(rt, arrived)
    stored = time.perf_counter() - began
    took = await _watch(rt, letter_id, blunt, began, 0.05 if told else 1.0)
    found = {"stored_s": round(stored, 4), **took, **await _outcome(rt, letter_id, blunt)}
    if told:
        print(f"{told}: {found}", flush=True)
    return found


async def _watch(rt: Runtime, letter_id: int, blunt: list[int], began: float, every: float) -> dict[str, Any]:
    """Seconds until the receipt, all looked up, the threats hidden, the draft; None for what did not come."""
    found: dict[str, float | None] = dict.fromkeys(("receipt_s", "resolved_s", "hidden_s", "draft_s"))
    while None in found.values() and time.perf_counter() - began < _GIVE_UP_S:
        now = await rt.db.read(_state_in, letter_id, blunt)
        for name, there in now.items():
            if there and found[name] is None:
                found[name] = round(time.perf_counter() - began, 2)
        await asyncio.sleep(every)
    return found


_RECEIPT = sql("SELECT COUNT(*) FROM answer WHERE letter_id = :letter_id AND number = 0")
_DRAFT = sql("SELECT COUNT(*) FROM answer WHERE letter_id = :letter_id AND number > 0")
_LETTER = sql("SELECT state FROM letter WHERE id = :letter_id")
_VISIBLE = sql("SELECT COUNT(*) FROM post WHERE state = 'published' AND id IN (SELECT value FROM json_each(:ids))")


def _state_in(tx: Tx, letter_id: int, blunt: list[int]) -> dict[str, bool]:
    visible = tx.scalar(_VISIBLE, ids=json.dumps(blunt)) if blunt else 0
    return {
        "receipt_s": bool(tx.scalar(_RECEIPT, letter_id=letter_id)),
        "resolved_s": tx.scalar(_LETTER, letter_id=letter_id) in {"opened", "answered"},
        "hidden_s": not visible,
        "draft_s": bool(tx.scalar(_DRAFT, letter_id=letter_id)),
    }


async def _outcome(rt: Runtime, letter_id: int, blunt: list[int]) -> dict[str, Any]:
    view = await rt.db.read_long(letters.letter_in, letter_id)
    items = await rt.db.read_long(letters.items_in, letter_id)
    # Classified: it has its outcome, or what it is about is before a person; a screenshot is, as what it is.
    known = [one for one in items if one.state != "pending" or one.subject is not None or one.pointer == "screenshot"]
    return {
        "items": view.items,
        "outcomes": view.outcomes,
        "threats": len(blunt),
        "held": sum(one.held_by is not None for one in items),
        "classified_share": round(len(known) / max(1, len(items)), 4),
    }


async def _crowd(rt: Runtime, sender: int, all_of: list[tuple[bytes, list[int]]]) -> dict[str, Any]:
    """Letters that come at the same moment."""
    began = time.perf_counter()
    found = await asyncio.gather(*(_one(rt, sender, raw, blunt) for raw, blunt in all_of))
    took = {name: [one[name] for one in found] for name in ("receipt_s", "resolved_s", "hidden_s", "draft_s")}
    worst = {name: None if None in values else max(values) for name, values in took.items()}
    share = min(one["classified_share"] for one in found)
    return {"letters": len(found), **worst, "classified_share": share, "all_s": round(time.perf_counter() - began, 1)}


def _report(found: dict[str, Any]) -> int:
    print(f"{'':12}{'stored':>9}{'receipt':>9}{'resolved':>9}{'hidden':>9}{'draft':>9}{'classified':>12}")
    for name in ("letter", "at_once", "long"):
        one = found[name]
        cells = [one.get(each) for each in ("stored_s", "receipt_s", "resolved_s", "hidden_s", "draft_s")]
        print(f"{name:12}" + "".join(f"{'-' if cell is None else cell:>9}" for cell in cells), end="")
        print(f"{one.get('classified_share', '-'):>12}  {one.get('outcomes', '')}")
    letter = found["letter"]
    found |= {"seconds_to_draft": letter["draft_s"], "classified_share": letter["classified_share"]}
    community.write_out("letter", found)
    draft = letter["draft_s"]
    return 0 if draft is not None and draft <= ASKED_S and letter["classified_share"] == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
