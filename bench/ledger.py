"""What the tamper-evident ledger costs beside what it records, how quickly it is verified, how large a proof is.

In one process on SQLite, in turns and in the same run, so that a busy machine slows both alike: transactions as they
are, and the same with their ledger entry. 32 at a time, as the site's group commit takes them. Posts have no entry on a
site; they are the worst case that there is. Hiding a post writes two: the audit entry and the measure in force.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

import community
from perdure import wiring
from perdure.audit import service as audit
from perdure.audit.rules import merkle
from perdure.audit.service import packing, roots
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.posts import service as posts
from perdure.posts.model import Draft, Measures
from perdure.posts.service.publishing import limits_of

AT_ONCE = 32
TURNS = 7
IN_A_TURN = 480
_HIDDEN = Measures("hidden", limited=False, sensitive=False, labels=())
Body = Callable[[Tx, int], None]


def main() -> int:
    """Measure, print, write bench/out/ledger.json."""
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        data = Path(name) / "data"
        members = [one.id for one in community.seed(data, people=100, follows=5, texts=100)]
        with wiring.runtime(Settings(data=data), local=True) as rt:
            found = asyncio.run(_measured(rt, members, Path(name)))
    return _report(found)


async def _measured(rt: Runtime, members: list[int], folder: Path) -> dict[str, Any]:
    made: list[int] = []

    def post(tx: Tx, number: int) -> None:
        draft = Draft(text=f"The heron stood in the pond again, number {number}, and the choir walked by")
        made.append(posts.publish_in(tx, limits_of(rt), members[number % len(members)], draft))

    def post_told(tx: Tx, number: int) -> None:
        post(tx, number)
        audit.append_in(tx, actor_id=None, action="bench.post", subject=f"post:{made[-1]}", number=number)

    def hide(tx: Tx, _number: int) -> None:
        posts.apply_in(tx, made.pop(), _HIDDEN)

    def hide_told(tx: Tx, number: int) -> None:
        post_id = made.pop()
        posts.apply_in(tx, post_id, _HIDDEN)
        subject, case = f"post:{post_id}", number % 500 + 1
        audit.append_in(tx, actor_id=members[0], action="bench.decide", subject=f"case:{case}", about=subject)
        audit.enforce_in(tx, kind="takedown", subject=subject, decision_id=case)

    posting = await _in_turns(rt, post, post_told)
    deciding = await _in_turns(rt, hide, hide_told)
    return {"post": posting, "hide": deciding, **await _proved(rt, folder)}


async def _in_turns(rt: Runtime, plain: Body, told: Body) -> dict[str, float]:
    """Transactions a second without and with the ledger: medians over the turns, after one that does not count."""
    rates: dict[str, list[float]] = {"plain": [], "ledger": []}
    for turn in range(TURNS + 1):
        for name, body in (("plain", plain), ("ledger", told)):
            rate = await _rate(rt, body)
            if turn:
                rates[name].append(rate)
    pairs = [ledger / plain for plain, ledger in zip(rates["plain"], rates["ledger"], strict=True)]
    return {
        "plain_per_s": round(statistics.median(rates["plain"]), 1),
        "ledger_per_s": round(statistics.median(rates["ledger"]), 1),
        "ratio": round(statistics.median(pairs), 3),
        "ratio_least": round(min(pairs), 3),
        "ratio_most": round(max(pairs), 3),
    }


async def _rate(rt: Runtime, body: Body) -> float:
    numbers = iter(range(IN_A_TURN))

    async def client() -> None:
        for number in numbers:
            await rt.db.write("bench.ledger", lambda tx: body(tx, number))  # noqa: B023 - awaited before the next number

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return IN_A_TURN / (time.perf_counter() - began)


async def _proved(rt: Runtime, folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    entries, broken = await rt.db.read_long(audit.verify_in)
    seconds = time.perf_counter() - began
    assert broken is None, broken
    root = await roots.close_now(rt)
    assert root is not None
    leaves = await rt.db.read_long(lambda tx: list(roots.leaves_in(tx, 1, root.last_seq)))
    path = merkle.Tree(leaves).path(len(leaves) // 2)
    (folder / "case").mkdir()
    told = await rt.db.read_long(
        partial(packing.prove_case_in, site="bench", folder=folder / "case", case_id=7, dossier=None)
    )
    size = sum(file.stat().st_size for file in (folder / "case").iterdir())
    return {
        "entries": entries,
        "verified_per_s": round(entries / seconds),
        "path_hashes": len(path),
        "path_bytes": sum(map(len, path)),
        "case_entries": told,
        "case_bytes": size,
    }


def _report(found: dict[str, Any]) -> int:
    print(f"{'transaction':<14}{'plain /s':>12}{'with ledger /s':>16}{'ratio':>8}{'least':>8}{'most':>8}")
    for name in ("post", "hide"):
        one = found[name]
        print(
            f"{name:<14}{one['plain_per_s']:>12.0f}{one['ledger_per_s']:>16.0f}{one['ratio']:>8.2f}"
            f"{one['ratio_least']:>8.2f}{one['ratio_most']:>8.2f}"
        )
    print(f"\n{found['entries']:,} entries, verified at {found['verified_per_s']:,} a second")
    print(f"a proof that one of them is under the root: {found['path_hashes']} hashes, {found['path_bytes']} bytes")
    print(f"the proof of a case with {found['case_entries']} entries: {found['case_bytes']:,} bytes")
    community.write_out("ledger", msgspec.to_builtins(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
