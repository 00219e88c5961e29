"""Home timelines a second through `perdure serve`, beside nginx serving the same bytes from a file.

Asked: at least 0.20 of nginx's rate, same machine, same run, load generator beside it. The two take turns in short
rounds, so that whatever else the machine does falls on both; the ratio is the median of the rounds' ratios.
Then the same once more while somebody posts: every new post changes feeds, counts and profiles, and caches must follow.
"""

import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

import community

ASKED = 0.20
CLIENTS, WARM_S, ROUNDS, ROUND_S = 32, 3, 5, 3
POSTS_PER_S = 20
Pair = tuple[community.Load, community.Load]


def main() -> int:
    community.need("wrk", "nginx")
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        folder = Path(name)
        members = community.seed(folder / "data", people=2000, follows=40, texts=1500)
        get = community.tokens_lua(members) + (
            "request = function()\n  turn = turn % #tokens + 1\n"
            '  return wrk.format("GET", "/api/v1/timelines/home", {Authorization = "Bearer " .. tokens[turn]})\nend\n'
        )
        with community.served(folder / "data") as ours:
            page, items = _page(ours, members[0].tokens[0])
            with community.nginx(folder, page, _free_port()) as theirs:
                community.wrk(folder, ours, get, clients=CLIENTS, seconds=WARM_S)
                community.wrk(folder, theirs, get, clients=CLIENTS, seconds=1)
                before = os.getloadavg()[0]
                rounds = [_round(folder, ours, theirs, get) for _ in range(ROUNDS)]
                with _posting(ours, members):
                    busy = [_round(folder, ours, theirs, get) for _ in range(ROUNDS)]
    return _report(rounds, busy, len(page), items, before)


@contextmanager
def _posting(url: str, members: list[community.Member]) -> Iterator[None]:
    """Members post one after the other, 20 a second, until the block ends."""
    done = threading.Event()

    def post() -> None:
        with httpx.Client(base_url=url) as client:
            for number in range(10_000):
                if done.wait(1 / POSTS_PER_S):
                    return
                headers = {"Authorization": f"Bearer {members[number % len(members)].tokens[0]}"}
                text = {"status": f"The heron is back, number {number} #garden"}
                client.post("/api/v1/statuses", headers=headers, json=text).raise_for_status()

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _round(folder: Path, ours: str, theirs: str, get: str) -> Pair:
    return (
        community.wrk(folder, ours, get, clients=CLIENTS, seconds=ROUND_S),
        community.wrk(folder, theirs, get, clients=CLIENTS, seconds=ROUND_S),
    )


def _ratios(rounds: list[Pair]) -> list[float]:
    return [ours.per_second / theirs.per_second for ours, theirs in rounds]


def _report(rounds: list[Pair], busy: list[Pair], size: int, items: int, load: float) -> int:
    ratios = _ratios(rounds)
    refused = sum(one.refused for pair in rounds + busy for one in pair)
    print(f"Home timeline: {items} posts, {size} bytes, {CLIENTS} clients, {ROUNDS} rounds of {ROUND_S} s")
    print(f"{os.cpu_count()} cores, load average before {load:.1f}\n")
    print(
        f"{'round':<8}{'perdure/s':>11}{'p50 ms':>8}{'p99 ms':>8}{'nginx/s':>11}{'p50 ms':>8}{'p99 ms':>8}{'ratio':>8}"
    )
    for number, ((ours, theirs), ratio) in enumerate(zip(rounds, ratios, strict=True), 1):
        cells = "".join(f"{one.per_second:>11.0f}{one.p50_ms:>8.2f}{one.p99_ms:>8.2f}" for one in (ours, theirs))
        print(f"{number:<8}{cells}{ratio:>8.3f}")
    print(f"\nratio to nginx: median {median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f} (asked: {ASKED})")
    print(f"while {POSTS_PER_S} posts a second are written: median {median(_ratios(busy)):.3f}")
    community.write_out(
        "home_timeline",
        {
            "clients": CLIENTS,
            "round_seconds": ROUND_S,
            "page_bytes": size,
            "posts_per_page": items,
            "cores": os.cpu_count(),
            "load_average_before": round(load, 2),
            "rounds": [{"perdure": ours._asdict(), "nginx": theirs._asdict()} for ours, theirs in rounds],
            "ratio_to_nginx": round(median(ratios), 4),
            "ratio_lowest": round(min(ratios), 4),
            "ratio_highest": round(max(ratios), 4),
            "ratio_while_posting": round(median(_ratios(busy)), 4),
            "posts_per_s_meanwhile": POSTS_PER_S,
            "asked": ASKED,
            "refused": refused,
        },
    )
    if refused:
        print(f"Not a valid measurement: {refused} requests were refused.", file=sys.stderr)
    return 1 if refused else 0


def _page(url: str, token: str) -> tuple[bytes, int]:
    answer = httpx.get(f"{url}/api/v1/timelines/home", headers={"Authorization": f"Bearer {token}"})
    answer.raise_for_status()
    return answer.content, len(answer.json())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
