"""Home timelines a second through `perdure serve`, beside nginx serving the same bytes from a file.

Asked: at least 0.20 of nginx's rate, same machine, same run, load generator beside it.
"""

import socket
import sys
import tempfile
from pathlib import Path

import httpx

import community

ASKED = 0.20
CLIENTS, WARM_S, RUN_S = 32, 3, 8


def main() -> int:
    community.need("wrk", "nginx")
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        folder = Path(name)
        members = community.seed(folder / "data", people=300, follows=40, texts=1500)
        get = community.tokens_lua(members) + (
            "request = function()\n  turn = turn % #tokens + 1\n"
            '  return wrk.format("GET", "/api/v1/timelines/home", {Authorization = "Bearer " .. tokens[turn]})\nend\n'
        )
        with community.served(folder / "data") as url:
            page, items = _page(url, members[0].token)
            community.wrk(folder, url, get, clients=CLIENTS, seconds=WARM_S)
            ours = community.wrk(folder, url, get, clients=CLIENTS, seconds=RUN_S)
        with community.nginx(folder, page, _free_port()) as url:
            community.wrk(folder, url, get, clients=CLIENTS, seconds=1)
            theirs = community.wrk(folder, url, get, clients=CLIENTS, seconds=RUN_S)
    return _report(ours, theirs, len(page), items)


def _report(ours: community.Load, theirs: community.Load, size: int, items: int) -> int:
    ratio = ours.per_second / theirs.per_second
    valid = ours.refused == 0 and theirs.refused == 0
    print(f"Home timeline: {items} posts, {size} bytes, {CLIENTS} clients, {RUN_S} s\n")
    print(f"{'server':<10}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}{'refused':>10}")
    for server, load in (("perdure", ours), ("nginx", theirs)):
        print(f"{server:<10}{load.per_second:>12.0f}{load.p50_ms:>10.2f}{load.p99_ms:>10.2f}{load.refused:>10}")
    print(f"\nratio to nginx: {ratio:.3f} (asked: at least {ASKED})")
    found = {"clients": CLIENTS, "seconds": RUN_S, "page_bytes": size, "posts_per_page": items}
    community.write_out(
        "home_timeline",
        {
            **found,
            "perdure": ours._asdict(),
            "nginx": theirs._asdict(),
            "ratio_to_nginx": round(ratio, 4),
            "asked": ASKED,
            "valid": valid,
        },
    )
    if not valid:
        print("Not a valid measurement: some requests were refused.", file=sys.stderr)
        return 1
    return 0


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
