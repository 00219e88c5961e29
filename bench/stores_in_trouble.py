"""One store in trouble: what people who write notice of it, how far its siblings fall behind, who says so, and the end.

`perdure serve` on SQLite with three stores: two folders, and S3 (SeaweedFS) behind a line that breaks in eight ways
(faulty_s3.py). Members write RATE posts a second. Each trouble comes and goes TURNS times, so that healthy and troubled
seconds lie side by side, then stays until the site's own alarm names the store, then ends. Asked: p95 of a write within
10 % of the healthy one, siblings at most 1 s behind, an alarm within 60 s, and all that was missed at the store in the
end, in one unbroken chain, without anybody's help. FAULTS="dead,slow" tries only these.
"""

import asyncio
import http.client
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.store_servers import free_port, seaweed

import community
import faulty_s3
import shipping
from perdure.adapters.stores import Stores
from perdure.continuity.model.status import LaneStatus
from perdure.continuity.model.stores import Owner, StoreRecord
from perdure.continuity.rules import layout, packs, segments
from perdure.continuity.service import alarming, stores
from perdure.continuity.service.status import read_status
from perdure.kernel.clock import SystemClock

RATE = int(os.environ.get("RATE", "25"))
TURNS = int(os.environ.get("TURNS", "6"))
TURN_S = float(os.environ.get("TURN_S", "5"))
LONGEST_S = 90.0
ASKED_RATIO = 1.1
ASKED_SIBLINGS_S = 1.0
ASKED_NAMED_S = 60.0
STORE = "south"
_SECRET = "access_key_id=key\nsecret_access_key=secret\n"


@dataclass
class Trial:
    """What one trouble did."""

    healthy_ms: list[float] = field(default_factory=list)
    troubled_ms: list[float] = field(default_factory=list)
    siblings_s: float = 0.0
    seen_s: float = -1.0
    """Until the status named the store."""
    named_s: float = -1.0
    """Until the site's alarm did."""
    said: str = ""
    caught_up_s: float = -1.0


class Writer:
    """Members write at a rate, one after the other, each on a line that stays open."""

    def __init__(self, url: str, members: list[community.Member]) -> None:
        place = urlsplit(url)
        self._line = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        self._tokens = itertools.cycle(token for member in members for token in member.tokens)
        self._number = itertools.count()

    def write(self, seconds: float) -> Iterator[float]:
        """For so long; yields how long each answer took, in ms."""
        due = time.monotonic()
        end = due + seconds
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            began = time.monotonic()
            self._post()
            yield (time.monotonic() - began) * 1000
            due = max(due + 1 / RATE, time.monotonic())

    def _post(self) -> None:
        body = json.dumps({"status": f"The heron stood in the pond again, for the {next(self._number)}th time"})
        headers = {"Authorization": f"Bearer {next(self._tokens)}", "Content-Type": "application/json"}
        self._line.request("POST", "/api/v1/statuses", body, headers)
        answer = self._line.getresponse()
        answer.read()
        if answer.status != 200:
            print(f"Not a valid measurement: a post was answered with {answer.status}", file=sys.stderr)
            sys.exit(1)


def main() -> int:
    wanted = os.environ.get("FAULTS", "").split(",") if os.environ.get("FAULTS") else list(faulty_s3.FAULTS)
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        place = Path(name)
        data = place / "site" / "data"
        members = community.seed(data, people=120, follows=10, texts=100)
        shipping.begin(data, place / "site", "ab")
        (place / "weed").mkdir()
        faults, port = faulty_s3.Faults(), free_port()
        with seaweed(place / "weed") as real, faulty_s3.line(port, real, faults):
            shipping.await_bucket(real, place)
            asyncio.run(stores.add(data, Stores(), SystemClock(), _record(port), _SECRET))
            with community.served(data) as url:
                shipping.wait_until_current(data)
                writer = Writer(url, members)
                list(writer.write(5))
                trials = {fault: _trial(fault, faults, data, writer) for fault in wanted}
                shipping.wait_until_current(data)
            shipped = _longest_chain(data, place / "site" / "store-a", None)
            held = _longest_chain(data, place / "site" / "store-a", STORE)
    return _report(trials, shipped, held)


def _record(port: int) -> StoreRecord:
    url = f"s3://perdure/site?endpoint=http://127.0.0.1:{port}"
    return StoreRecord(name=STORE, url=url, owner=Owner(entity="Southern Storage"))


def _trial(fault: str, faults: faulty_s3.Faults, data: Path, writer: Writer) -> Trial:
    trial = Trial()
    for _ in range(TURNS):
        trial.healthy_ms += writer.write(TURN_S)
        faults.fault = fault
        trial.troubled_ms += _watched(trial, data, writer, TURN_S)
        faults.fault = ""
    trial.healthy_ms += writer.write(TURN_S)
    trial.seen_s = trial.named_s = -1.0
    _until_well(data, writer)
    faults.fault, began = fault, time.monotonic()
    while time.monotonic() - began < LONGEST_S and (trial.named_s < 0 or trial.seen_s < 0):
        for _ in _watched(trial, data, writer, 1.0, began):
            pass
    faults.fault, ended = "", time.monotonic()
    if _until_well(data, writer):
        trial.caught_up_s = time.monotonic() - ended
    print(f"  {fault}: {trial.said}", flush=True)
    return trial


def _watched(trial: Trial, data: Path, writer: Writer, seconds: float, began: float = 0.0) -> Iterator[float]:
    """Write, and look at how the copies stand every half second."""
    look = 0.0
    for took in writer.write(seconds):
        yield took
        now = time.monotonic()
        if now - look < 0.5:
            continue
        look = now
        lanes = _lanes(data)
        siblings = [lane.behind_ms / 1000 for name, lane in lanes.items() if name != STORE]
        trial.siblings_s = max([trial.siblings_s, *siblings])
        ours = lanes[STORE]
        if began and trial.seen_s < 0 and (ours.trouble or ours.behind_ms > 1000):
            trial.seen_s = now - began
        told = [one for one in alarming.lasting(data, int(time.time() * 1000)) if one.sign.about == STORE]
        if began and told and trial.named_s < 0:
            trial.named_s = now - began
            trial.said = f"{told[0].sign.kind}: {told[0].sign.detail or ours.trouble}"


def _until_well(data: Path, writer: Writer) -> bool:
    """Write on until the store has everything, and no alarm is left; False where that never came."""
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        for _ in writer.write(0.5):
            pass
        ours = _lanes(data)[STORE]
        troubles = alarming.lasting(data, int(time.time() * 1000))
        if ours.state == "ok" and ours.behind_ms < 1000 and not ours.trouble and not troubles:
            return True
    return False


def _lanes(data: Path) -> dict[str, LaneStatus]:
    found = read_status(data)
    return {lane.name: lane for lane in found.lanes} if found else {}


def _longest_chain(data: Path, sibling: Path, name: str | None) -> int:
    """How many segments a store gives back in one unbroken chain: the one of a name, or the sibling in its folder."""
    listed = stores.load(data)
    record = next(one for one in listed.stores if (one.name == name if name else one.url == f"file://{sibling}"))
    return asyncio.run(_chain(data, record))


async def _chain(data: Path, record: StoreRecord) -> int:
    store = stores.open_store(data, Stores(), record)
    try:
        pieces: dict[int, bytes] = {}
        for prefix in (layout.segments(1), layout.packs(1)):
            for name in [info.name async for info in store.list_after(prefix)]:
                content = await store.get(name)
                for piece in packs.split(content, name) if prefix == layout.packs(1) else [content]:
                    pieces.setdefault(segments.read_header(piece, name)[0].seq, piece)
        previous, seq = segments.digest(await store.get(layout.genesis(1))), 0
        while (piece := pieces.get(seq + 1)) is not None:
            if segments.read_header(piece, "it")[0].previous != previous:
                break
            previous, seq = segments.digest(piece), seq + 1
        return seq
    finally:
        await store.close()


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def _report(trials: dict[str, Trial], shipped: int, held: int) -> int:
    healthy = [took for trial in trials.values() for took in trial.healthy_ms]
    print(f"\nOne of three stores in trouble, {RATE} posts a second, {TURNS} × {TURN_S:.0f} s of each in turn\n")
    print(
        f"{'':<20}{'p95 healthy':>12}{'troubled':>10}{'ratio':>7}{'siblings':>10}{'status':>8}{'alarm':>8}{'well':>11}"
    )
    rows: dict[str, Any] = {}
    for fault, one in trials.items():
        before, during = _p95(one.healthy_ms), _p95(one.troubled_ms)
        rows[fault] = {
            "p95_healthy_ms": round(before, 2),
            "p95_troubled_ms": round(during, 2),
            "ratio": round(during / before, 3),
            "siblings_behind_s": round(one.siblings_s, 2),
            "in_status_after_s": round(one.seen_s, 1),
            "alarm_after_s": round(one.named_s, 1),
            "caught_up_after_s": round(one.caught_up_s, 1),
            "said": one.said,
        }
        print(
            f"{fault:<20}{before:>9.1f} ms{during:>7.1f} ms{during / before:>7.2f}{one.siblings_s:>8.2f} s"
            f"{one.seen_s:>6.0f} s{one.named_s:>6.0f} s{one.caught_up_s:>9.0f} s"
        )
    troubled = [took for trial in trials.values() for took in trial.troubled_ms]
    ratio = _p95(troubled) / _p95(healthy)
    print(f"{'all':<20}{_p95(healthy):>9.1f} ms{_p95(troubled):>7.1f} ms{ratio:>7.2f}")
    print(f"\nasked: ratio at most {ASKED_RATIO}, siblings {ASKED_SIBLINGS_S} s, alarm within {ASKED_NAMED_S:.0f} s")
    print(f"segments in one chain: {held} at the store that was in trouble, {shipped} at a sibling")
    community.write_out(
        "stores_in_trouble",
        {
            "troubles": rows,
            "p95_ratio": round(ratio, 3),
            "segments": shipped,
            "segments_at_the_store": held,
            "load_average_after": round(os.getloadavg()[0], 2),
        },
    )
    well = all(
        0 <= one.named_s <= ASKED_NAMED_S and one.siblings_s <= ASKED_SIBLINGS_S and one.caught_up_s >= 0
        for one in trials.values()
    )
    return 0 if well and held == shipped and ratio <= ASKED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
