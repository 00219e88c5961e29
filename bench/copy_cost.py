"""What the copies cost: posts a second with capture and shipping to three stores, against the same site without.

Asked: at least 0.85 of the throughput, at most 300 bytes a transaction at each store. Both ways alternate in one run,
on one machine; "without" drops the capture triggers of the running site and has no kit.
"""

import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import community
import shipping

ASKED = 0.85
ASKED_BYTES = 300
ROUNDS = 3
RUN_S = 6
CLIENTS = 32


class Run(NamedTuple):
    """One load: posts a second, transactions of all processes, bytes at one store, CPU seconds of the shipper."""

    per_second: float
    transactions: int
    stored: int
    shipper_cpu_s: float


def main() -> int:
    community.need("wrk")
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        seeded = Path(name) / "seeded" / "data"
        members = community.seed(seeded, people=300, follows=40, texts=250)
        post = community.tokens_lua(members) + _POST
        runs: dict[bool, list[Run]] = {True: [], False: []}
        for number in range(ROUNDS):
            for copied in (False, True):
                folder = Path(name) / f"{number}-{copied}"
                shipping.clone(seeded, folder / "data")
                runs[copied].append(_run(folder, post, copied=copied))
    return _report(runs)


def _run(folder: Path, post: str, *, copied: bool) -> Run:
    if copied:
        shipping.begin(folder / "data", folder)
    with community.served(folder / "data") as url:
        if copied:
            shipping.wait_until_current(folder / "data")
        else:
            _drop_capture(folder / "data")
        community.wrk(folder, url, post, clients=4, seconds=2)
        before, held = _transactions(url), shipping.stored(folder)
        load = community.wrk(folder, url, post, clients=CLIENTS, seconds=RUN_S)
        time.sleep(1.5)
        after = _transactions(url)
        cpu = shipping.cpu_seconds() if copied else 0.0
        if load.refused:
            print(f"Not a valid measurement: {load.refused} refused", file=sys.stderr)
            sys.exit(1)
        return Run(load.per_second, after - before, shipping.stored(folder) - held, cpu)


def _drop_capture(data: Path) -> None:
    connection = sqlite3.connect(data / "perdure.db", timeout=30)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '\\_log\\_%' ESCAPE '\\'"
    )
    for (name,) in names.fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.close()


def _transactions(url: str) -> int:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.search(r"^perdure_write_batch_sum\s+(\S+)$", text, re.MULTILINE)
    assert found is not None, "no perdure_write_batch_sum in /metrics"
    return int(float(found[1]))


def _report(runs: dict[bool, list[Run]]) -> int:
    plain = statistics.median(run.per_second for run in runs[False])
    copied = statistics.median(run.per_second for run in runs[True])
    ratio = copied / plain
    total = sum(run.transactions for run in runs[True])
    size = sum(run.stored for run in runs[True]) / max(1, total)
    cpu = sum(run.shipper_cpu_s for run in runs[True]) / (ROUNDS * RUN_S)
    print(
        f"Posts a second, {CLIENTS} clients, {ROUNDS} rounds of {RUN_S} s each way, SQLite, three stores in folders\n"
    )
    print(f"without copies: {plain:8.0f}   {[round(run.per_second) for run in runs[False]]}")
    print(f"with copies:    {copied:8.0f}   {[round(run.per_second) for run in runs[True]]}")
    print(f"ratio:          {ratio:8.2f}   (asked: at least {ASKED})")
    print(f"bytes a transaction at each store: {size:.0f}   (asked: at most {ASKED_BYTES})")
    print(f"the shipper used {cpu:.0%} of a core")
    community.write_out(
        "copy_cost",
        {
            "throughput_ratio": round(ratio, 3),
            "posts_per_s_without": plain,
            "posts_per_s_with": copied,
            "bytes_per_transaction": round(size, 1),
            "shipper_cpu_share": round(cpu, 3),
            "load_average_after": round(os.getloadavg()[0], 2),
            "asked": ASKED,
        },
    )
    return 0


_POST = """
request = function()
  turn = turn + 1
  local token = tokens[turn % #tokens + 1]
  local headers = {Authorization = "Bearer " .. token, ["Content-Type"] = "application/json"}
  return wrk.format("POST", "/api/v1/statuses", headers,
    '{"status":"The heron stood in the pond again, number ' .. turn .. ', and the choir walked by #garden"}')
end
"""


if __name__ == "__main__":
    sys.exit(main())
