"""Posts a second through `perdure serve`, each answered only when it survives a power cut, from 1 and 32 clients.

Asked: at least 600 a second from 32 clients. Every answer is counted against the rows that are really stored.
"""

import os
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import community

ASKED = 600
RUN_S = 8


def main() -> int:
    community.need("wrk")
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        folder = Path(name)
        members = community.seed(folder / "data", people=300, follows=40, texts=250)
        sync_ms = _sync_ms(folder)
        post = community.tokens_lua(members) + _POST
        with community.served(folder / "data") as url:
            community.wrk(folder, url, post, clients=4, seconds=2)
            loads = {clients: _measure(folder, url, post, clients) for clients in (1, 32)}
    return _report(loads, sync_ms)


_POST = """
request = function()
  turn = turn + 1
  local token = tokens[turn % #tokens + 1]
  local headers = {Authorization = "Bearer " .. token, ["Content-Type"] = "application/json"}
  return wrk.format("POST", "/api/v1/statuses", headers,
    '{"status":"The heron stood in the pond again, number ' .. turn .. ', and the choir walked by #garden"}')
end
"""


def _measure(folder: Path, url: str, lua: str, clients: int) -> tuple[community.Load, int]:
    before = _stored(folder)
    load = community.wrk(folder, url, lua, clients=clients, seconds=RUN_S)
    time.sleep(0.5)
    return load, _stored(folder) - before


def _stored(folder: Path) -> int:
    connection = sqlite3.connect(folder / "data" / "perdure.db")
    try:
        found: int = connection.execute("SELECT count(*) FROM post").fetchone()[0]
        return found
    finally:
        connection.close()


def _sync_ms(folder: Path) -> float:
    """What one fsync of this disk takes: the price that durability is paid in."""
    count = 50
    with (folder / "sync").open("wb") as file:
        started = time.perf_counter()
        for _ in range(count):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) / count * 1000


def _report(loads: dict[int, tuple[community.Load, int]], sync_ms: float) -> int:
    print(f"Durable posts: {RUN_S} s each, one fsync of this disk takes {sync_ms:.2f} ms\n")
    print(f"{'clients':<9}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'answered':>10}{'stored':>10}{'refused':>10}")
    lost = refused = 0
    for clients, (load, stored) in loads.items():
        lost += max(0, load.requests - load.refused - stored)
        refused += load.refused
        print(
            f"{clients:<9}{load.per_second:>12.0f}{load.p50_ms:>10.2f}{load.p99_ms:>10.2f}"
            f"{load.requests:>10}{stored:>10}{load.refused:>10}"
        )
    print(f"\nasked: at least {ASKED} a second from 32 clients")
    community.write_out(
        "posting",
        {
            "seconds": RUN_S,
            "fsync_ms": round(sync_ms, 3),
            "load_average_after": round(os.getloadavg()[0], 2),
            **{f"posts_per_s_{clients}": load.per_second for clients, (load, _) in loads.items()},
            **{f"clients_{clients}": {**load._asdict(), "stored": stored} for clients, (load, stored) in loads.items()},
            "asked": ASKED,
        },
    )
    if lost or refused:
        print(f"Not a valid measurement: {refused} refused, {lost} answered and not stored.", file=sys.stderr)
    return 1 if lost or refused else 0


if __name__ == "__main__":
    sys.exit(main())
