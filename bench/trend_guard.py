"""Check C7: 14,000 posts that threaten any name in thirty spellings, liked by many: none on trends, at any time.

Asked: zero seconds on trends (tags, posts), and at least 99 % of five hundred harmless trends pass.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import community
import menaces
from perdure import wiring
from perdure.accounts import service as accounts
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.posts.service.publishing import limits_of
from perdure.signals.rules.menace import menace
from perdure.signals.service import guard

_POSTS, _BATCH, _PEOPLE = 14_000, 200, 60
ASKED_PASS = 0.99


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        settings = Settings(data=Path(name))
        runner.upgrade(settings)
        clock = ManualClock(1_790_000_000_000)
        with wiring.runtime(settings, clock=clock, local=True) as rt:
            people = rt.db.write_now("bench.people", _people_in)
            clock.advance(days=10)
            found = _raid(rt, clock, people)
            passed = _harmless(rt, clock, people)
    return _report(found, passed)


def _people_in(tx: Tx) -> list[int]:
    return [
        accounts.create_account_in(tx, username=f"m{number}", email=f"m{number}@bench.example", password_hash="")
        for number in range(_PEOPLE)
    ]


def _raid(rt: Runtime, clock: ManualClock, people: list[int]) -> dict[str, float]:
    """Publish the threats, five seconds a batch, and read the trends after each batch as everybody would."""
    chosen, bad_tags, bad_posts, looks, spent = menaces.names(40), 0, 0, 0, 0.0
    for start in range(0, _POSTS, _BATCH):
        rt.db.write_now("bench.raid", _threaten_in, rt, people, chosen, start)
        asyncio.run(Deliverer(rt, wiring.registry()).deliver_all())
        clock.advance(seconds=5)
        began = time.perf_counter()
        tags, said = asyncio.run(rt.db.read_long(_trends_in, rt.port(RankGuard)))
        spent += time.perf_counter() - began
        looks += 1
        bad_tags += len(tags)
        bad_posts += len(said)
    return {"looks": looks, "tags_shown": bad_tags, "posts_shown": bad_posts, "read_ms": spent / looks * 1000}


def _threaten_in(tx: Tx, rt: Runtime, people: list[int], chosen: list[str], start: int) -> None:
    for number in range(start, start + _BATCH):
        spelling = menaces.SPELLINGS[number % len(menaces.SPELLINGS)]
        name = chosen[number // len(menaces.SPELLINGS) % len(chosen)]
        author = people[number % len(people)]
        post_id = posts.publish_in(tx, limits_of(rt), author, Draft(text=f"{spelling(name)} #rally{number % 7}"))
        for step in (1, 2, 3):
            posts.vote_in(tx, people[(number + step) % len(people)], post_id, 1)


def _trends_in(tx: Tx, ranked: RankGuard) -> tuple[list[str], list[int]]:
    return (
        [row.name for row in discovery.trending_tags_in(tx, ranked, 20)],
        discovery.trending_posts_in(tx, ranked, None, 40),
    )


def _harmless(rt: Runtime, clock: ManualClock, people: list[int]) -> dict[str, int]:
    """How many harmless trends the pattern lets pass, and how many of their hashtags the whole guard does."""
    clock.advance(days=4)
    trends = menaces.harmless()
    tags = list(dict.fromkeys(text[1:].lower() for text in trends if text.startswith("#")))
    rt.db.write_now("bench.harmless", _use_in, rt, people, tags)
    asyncio.run(Deliverer(rt, wiring.registry()).deliver_all())
    found = asyncio.run(rt.db.read_long(guard.may_rank_in, "trends", "tag", tags))
    return {
        "trends": len(trends),
        "passed": sum(1 for text in trends if menace(text) is None),
        "tags": len(tags),
        "tags_ranked": len(found),
    }


def _use_in(tx: Tx, rt: Runtime, people: list[int], tags: list[str]) -> None:
    for number, tag in enumerate(tags):
        for step in range(5):
            author = people[(number + step) % len(people)]
            posts.publish_in(tx, limits_of(rt), author, Draft(text=f"what a day for #{tag}"))


def _report(raid: dict[str, float], passed: dict[str, int]) -> int:
    print(f"{_POSTS} threats in {len(menaces.SPELLINGS)} spellings, trends read {raid['looks']:.0f} times meanwhile\n")
    print(f"hashtags shown     {raid['tags_shown']:>8.0f}   asked 0")
    print(f"posts shown        {raid['posts_shown']:>8.0f}   asked 0")
    print(f"reading trends     {raid['read_ms']:>8.1f} ms")
    print(f"harmless passed    {passed['passed']:>8} of {passed['trends']}, asked {ASKED_PASS:.0%}")
    print(f"their hashtags     {passed['tags_ranked']:>8} of {passed['tags']} pass the whole guard")
    community.write_out(
        "trend_guard", {"posts": _POSTS, **raid, **passed, "load_average": round(os.getloadavg()[0], 2)}
    )
    clean = not raid["tags_shown"] and not raid["posts_shown"]
    ranked = min(passed["passed"] / passed["trends"], passed["tags_ranked"] / passed["tags"])
    return 0 if clean and ranked >= ASKED_PASS else 1


if __name__ == "__main__":
    sys.exit(main())
