"""What staff decided survives the loss of the host: an older copy and the ledger, on a clean host (check C3, rule I9).

A site is copied to two stores, and the copies are put aside. Then 500 posts are removed and 50 people banned by
decisions, the host is killed, and the stores hold the older copy again, with nothing newer than it but the ledger.
`perdure restore` brings that back. Asked: the ledger at the stores within 60 s of each decision, and 0 of the 550
reached by page, client API, search, feed or address of a picture, from the first answer of the restored site on.
"""

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
from tests.app.pictures import patchwork
from tests.unreachable import Banned, Get, Removed, once, reachable_people, reachable_posts

import community
import shipping
from perdure import wiring
from perdure.accounts import service as accounts
from perdure.continuity.model.ledger import MEASURES, Measures
from perdure.continuity.rules import keys, sealing
from perdure.continuity.service import ledger
from perdure.continuity.service.site import load_site
from perdure.kernel.db import Tx, sql
from perdure.kernel.settings import Settings
from perdure.moderation.model.decisions import Act, DecisionInput
from perdure.moderation.service import decisions, operating

POSTS = int(os.environ.get("POSTS", "500"))
PEOPLE = int(os.environ.get("PEOPLE", "50"))
AUTHORS = max(1, POSTS // 5)
PICTURES = max(1, POSTS // 10)
SAMPLE = 20
KEPT = 5
ASKED_S: Final = 60.0
_GUEST: Final = None
_MEASURES: Final = "m-"
_CASES: Final = sql("SELECT id FROM moderation_case WHERE open_key IS NOT NULL ORDER BY id")
_GIVEN: Final = DecisionInput(
    policy="threat",
    acts=(Act(kind="hide"),),
    ground="incompatible",
    explanation="The post announces violence against a person who is named.",
    facts="The post says that a named person will be hurt.",
    scope="content",
    automated_detection=False,
    automated_decision="not",
)
_BAN: Final = DecisionInput(
    policy="threat",
    acts=(Act(kind="account_ban"),),
    ground="incompatible",
    explanation="The account was made to threaten.",
    facts="Every post of it threatens somebody.",
    scope="account",
    automated_detection=False,
    automated_decision="not",
)


class Town(NamedTuple):
    """Who and what there is before anything is decided."""

    readers: list[community.Member]
    staff: int
    posts: list[Removed]
    people: list[Banned]
    kept: list[Removed]
    """Posts that nobody decided about: what proves that the restored site shows what it should."""


def main() -> int:
    os.environ["PERDURE_TRUSTED_PROXIES"] = "127.0.0.1"  # readers come from many addresses
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        folder = Path(name)
        data = folder / "old" / "data"
        members = community.seed(data, people=AUTHORS + PEOPLE + 40, follows=12, texts=0)
        staff = _staff(data)
        master = shipping.begin(data, folder, "ab")
        with community.served(data) as url:
            town = _town(url, data, members, staff)
            _await_copies(folder, data)
            before = _reached(url, town._replace(posts=town.posts[:SAMPLE], people=town.people[:SAMPLE]))
            for store in "ab":
                shutil.copytree(folder / f"store-{store}", folder / f"older-{store}")
            decided_s = _decide(url, data, town)
            time.sleep(8)
            _kill()
        lag = _ledger_lag(data, folder, master)
        _go_back(folder)
        shipping.write_kit(folder / "kit.txt", data, master, folder)
        shutil.rmtree(data)
        restored_s = _restore(folder)
        with community.served(folder / "home") as url:
            first = _reached(url, town)
            _await_open(folder / "home")
            after = _reached(url, town)
            kept = _reached(url, town._replace(posts=town.kept, people=[]))
            shown = sum(_status(url, post.file) == 200 for post in town.kept)
    return _report(before, decided_s, lag, restored_s, (first, after), (kept, shown))


def _staff(data: Path) -> int:
    def make(tx: Tx) -> int:
        return accounts.create_account_in(
            tx, username="mona", email="mona@bench.example", password_hash="", role="moderator",
            private={"totp_secret": "JBSWY3DPEHPK3PXP"},
        )  # fmt: skip

    with wiring.runtime(Settings(data=data), local=True) as rt:
        return rt.db.write_now("bench.staff", make)


def _town(url: str, data: Path, members: list[community.Member], staff: int) -> Town:
    """Posts with a word of their own, some with a picture, by members whom others follow."""
    menaces, authors, readers = members[:PEOPLE], members[PEOPLE : PEOPLE + AUTHORS], members[PEOPLE + AUTHORS :]
    with httpx.Client(base_url=url, timeout=60) as client:
        posts = [_publish(client, authors[n % AUTHORS], f"quillwort{n}x", pictured=n < PICTURES) for n in range(POSTS)]
        people = [
            Banned(who.name, who.id, _publish(client, who, f"hemlock{n}x", pictured=False))
            for n, who in enumerate(menaces)
        ]
        kept = [_publish(client, readers[n], f"starling{n}x", pictured=True) for n in range(KEPT)]
    with sqlite3.connect(data / "perdure.db", timeout=60) as connection:
        connection.execute("UPDATE account SET discoverable = 1, indexable = 1")
    return Town(readers, staff, posts, people, kept)


def _publish(client: httpx.Client, who: community.Member, word: str, *, pictured: bool) -> Removed:
    auth = {"Authorization": f"Bearer {who.tokens[0]}"}
    body: dict[str, Any] = {"status": f"{word} by the pond #herbs", "media_ids": []}
    if pictured:
        made = client.post("/api/v2/media", headers=auth, files={"file": ("a.png", patchwork(who.id), "image/png")})
        media = made.json()["id"]
        while client.get(f"/api/v1/media/{media}", headers=auth).status_code != 200:
            time.sleep(0.1)
        body["media_ids"] = [media]
    made = client.post("/api/v1/statuses", headers=auth, json=body)
    made.raise_for_status()
    post = made.json()
    files = [httpx.URL(one["url"]).path for one in post["media_attachments"]]
    return Removed(post["id"], who.name, who.id, word, "herbs", *files)


def _await_copies(folder: Path, data: Path) -> None:
    def complete() -> bool:
        kinds = ("snap/*/*/manifest", "config/*/*.age")
        return all(any((folder / f"store-{name}").glob(kind)) for name in "ab" for kind in kinds)

    _await(complete, 120, "a snapshot and a bundle at each store")
    shipping.wait_until_current(data)


def _await(check: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            sys.exit(f"there is no {what} after {seconds:.0f} s")
        time.sleep(0.2)


def _decide(url: str, data: Path, town: Town) -> float:
    """Report and decide as people do, on the site's own database beside the running site; returns the seconds."""
    began = time.monotonic()
    by_author: dict[int, list[Removed]] = {}
    for post in town.posts:
        by_author.setdefault(post.author_id, []).append(post)
    reporters = itertools.cycle(member.tokens[0] for member in town.readers)
    with httpx.Client(base_url=url, timeout=60) as client:
        for author, posts in by_author.items():
            body = {"account_id": str(author), "status_ids": [post.id for post in posts], "category": "violation"}
            auth = {"Authorization": f"Bearer {next(reporters)}"}
            client.post("/api/v1/reports", headers=auth, json=body).raise_for_status()
    with wiring.runtime(Settings(data=data)) as rt:
        for row in rt.db.read_now(lambda tx: tx.all(_CASES)):
            rt.db.write_now("moderation.decide", decisions.decide_in, town.staff, row.id, None, _GIVEN)
        for one in town.people:
            rt.db.write_now("moderation.decide", operating.decide_in, one.name, _BAN)
    return time.monotonic() - began


def _kill() -> None:
    """The host is gone: SIGKILL for the site and all its processes."""
    for process in _descendants(os.getpid()):
        os.kill(process, 9)


def _descendants(pid: int) -> Iterator[int]:
    """The deepest first."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    for line in found.stdout.splitlines():
        child, _, command = line.strip().partition(" ")
        if "perdure" in command:
            yield from _descendants(int(child))
            yield int(child)


def _ledger_lag(data: Path, folder: Path, master: bytes) -> dict[str, Any]:
    """Between a measure's time and the time of the object that brought it to a store, for the slowest of all."""
    site = load_site(data)
    assert site is not None
    identity = keys.recovery_identity(master)
    worst, counted = 0.0, []
    for name in "ab":
        place = folder / f"store-{name}" / "ledger"
        seen = 0
        for path in place.iterdir():
            if not path.name.startswith(_MEASURES):
                continue
            opened = sealing.unwrap(identity, path.read_bytes(), path.name)
            found = ledger.document(MEASURES, opened, {site.host}, path.name, Measures).measures
            worst = max([worst, *(path.stat().st_mtime - one.at / 1000 for one in found)])
            seen += len(found)
        counted.append(seen)
    return {"measures": min(counted), "slowest_s": round(worst, 2)}


def _go_back(folder: Path) -> None:
    """Each store as it was before the decisions, with the ledger of now."""
    for name in "ab":
        now = folder / f"store-{name}"
        shutil.copytree(now / "ledger", folder / f"older-{name}" / "ledger", dirs_exist_ok=True)
        shutil.rmtree(now)
        (folder / f"older-{name}").rename(now)


def _restore(folder: Path) -> float:
    began = time.monotonic()
    program = Path(sys.executable).with_name("perdure")
    to = f"sqlite:///{folder / 'home' / 'perdure.db'}"
    command = [str(program), "restore", "--kit", str(folder / "kit.txt"), "--to", to, "--yes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"perdure restore ended with status {done.returncode}: {done.stderr[-1000:]}")
    return time.monotonic() - began


def _await_open(data: Path) -> None:
    def is_open() -> bool:
        with sqlite3.connect(f"file:{data / 'perdure.db'}?mode=ro", uri=True) as connection:
            return bool(connection.execute("SELECT mode FROM _site").fetchone()[0] == "open")

    _await(is_open, 120, "site that may be written to")


def _reached(url: str, town: Town) -> int:
    """How many of the posts and people anybody reaches, a guest or a member."""
    addresses = itertools.count()
    tokens = itertools.cycle(token for member in town.readers for token in member.tokens)
    with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as client:

        def get(address: str, token: str | None) -> httpx.Response:
            n = next(addresses)
            headers = {"X-Forwarded-For": f"10.{n >> 14 & 255}.{n >> 6 & 255}.{n & 63}"}
            if token is not None:
                headers["Authorization"] = f"Bearer {next(tokens)}"
            return client.get(address, headers=headers)

        ask: Get = once(get)
        who = (_GUEST, town.readers[0].tokens[0])
        return len(reachable_posts(ask, town.posts, who)) + len(reachable_people(ask, town.people, who))


def _status(url: str, path: str) -> int:
    return httpx.get(url + path, timeout=60).status_code


def _report(
    before: int,
    decided_s: float,
    lag: dict[str, Any],
    restored_s: float,
    reached: tuple[int, int],
    kept: tuple[int, int],
) -> int:
    first, after = reached
    sample = min(SAMPLE, POSTS) + min(SAMPLE, PEOPLE)
    print(f"\n{POSTS} posts removed and {PEOPLE} people banned after the copy, in {decided_s:.0f} s\n")
    print(f"reached before, of a sample of {sample}:           {before}")
    print(f"measures in the ledger at each store:           {lag['measures']}")
    print(f"the slowest came there after:                   {lag['slowest_s']} s   (asked: {ASKED_S:.0f} s)")
    print(f"perdure restore of the older copy:              {restored_s:.0f} s")
    print(f"reached of {POSTS + PEOPLE}, from the first answer on:        {first}   (asked: 0)")
    print(f"reached of {POSTS + PEOPLE}, once it may be written to:      {after}   (asked: 0)")
    print(f"posts and pictures that nobody removed, of {KEPT}: {kept[0]} and {kept[1]}")
    community.write_out(
        "moderation_survives_restore",
        {
            "posts": POSTS,
            "people": PEOPLE,
            "reached_before_of_sample": before,
            "sample": sample,
            "ledger": lag,
            "restore_s": round(restored_s, 1),
            "reached_at_first": first,
            "reached_once_open": after,
            "kept_posts_reached": kept[0],
            "kept_pictures_reached": kept[1],
        },
    )
    good = before == sample and lag["slowest_s"] <= ASKED_S and lag["measures"] >= POSTS + PEOPLE
    return 0 if good and first == after == 0 and kept == (KEPT, KEPT) else 1


if __name__ == "__main__":
    sys.exit(main())
