"""How much is lost when host and shipper are killed: 50 SIGKILLs at 200 transactions a second, on each engine.

Three stores of different kinds, all on this machine: a folder, S3 (SeaweedFS) and SFTP (rclone). Asked: at most 1.0 s
at every store, a median of at most 0.3 s, and nothing of what was answered as durable. Beside it, in the same run and
under the same load, Litestream with its defaults, copying SQLite to a folder. KILLS=5 makes a short run.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.fault.copies import PRIMARY_KEY_BASE, Copies, Reached, folder
from tests.fault.processes import postgres, until
from tests.store_servers import PASSWORD, USER, fingerprint, rclone, seaweed

import community
import shipping
from perdure.adapters.stores import Stores
from perdure.continuity.model.stores import Owner, StoreRecord
from perdure.kernel.settings import Settings
from perdure.migrations import runner

KILLS = int(os.environ.get("KILLS", "50"))
RATE = 200
ASKED_MOST_S = 1.0
ASKED_MEDIAN_S = 0.3
_S3_SECRET = "access_key_id=key\nsecret_access_key=secret\n"


def main() -> int:
    litestream = shutil.which("litestream", path=Path(sys.executable).parent)
    lost: dict[str, list[float]] = {}
    durable_lost = 0
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name, _servers(Path(name)) as servers:
        for engine in ("sqlite", "postgresql"):
            with ExitStack() as stack:
                url = stack.enter_context(postgres()).url if engine == "postgresql" else ""
                for durable in (False, True):
                    place = Path(name) / f"{engine}-{durable}"
                    copies = _site(place, url, servers, durable=durable)
                    read = {record.name: Reached() for record in copies.records}
                    for number in range(KILLS if not durable else max(3, KILLS // 5)):
                        found = _kill(copies, read)
                        if durable:
                            durable_lost += found.pop("durable")
                        else:
                            for store, seconds in found.items():
                                lost.setdefault(f"{engine}, {store}", []).append(seconds)
                        print(f"\r{engine} {'durable' if durable else 'fast'}: {number + 1} kills", end="", flush=True)
                    _check_whole(copies, read)
                print()
        if litestream:
            fresh = Path(name) / "fresh"
            runner.upgrade(Settings(data=_made(fresh)))
            lost["litestream, folder"] = [
                _litestream(Path(name) / f"l{number}", fresh / "perdure.db", litestream) for number in range(KILLS)
            ]
    return _report(lost, durable_lost)


@contextmanager
def _servers(place: Path) -> Iterator[dict[str, tuple[str, str]]]:
    """Address and secret by kind."""
    with seaweed(_made(place / "weed")) as weed, rclone("sftp", _made(place / "sftp")) as port:
        shipping.await_bucket(weed, place)
        yield {
            "s3": (f"s3://perdure/SITE?endpoint=http://127.0.0.1:{weed}", _S3_SECRET),
            "sftp": (f"sftp://{USER}@127.0.0.1:{port}/SITE?host_key={fingerprint(port)}", PASSWORD),
        }


def _site(place: Path, url: str, servers: dict[str, tuple[str, str]], *, durable: bool) -> Copies:
    settings = Settings(data=_made(place / "data"), database_url=_fresh(url, place.name))
    runner.upgrade(settings)
    records = [folder(place, "folder")]
    for kind, (address, secret) in servers.items():
        kept = settings.data / "secrets" / f"store-{kind}"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(secret)
        record = StoreRecord(
            name=kind,
            url=address.replace("SITE", place.name),
            owner=Owner(entity=kind),
            secret_file=f"secrets/store-{kind}",
        )
        Stores().make_ready(record)
        records.append(record)
    return Copies(settings, records, durable=durable)


def _kill(copies: Copies, read: dict[str, Reached]) -> dict[str, float]:
    """One kill at a random moment under load: seconds lost by store, and how many durable answers no store has.

    What a store gave back after earlier kills is not read again until the end.
    """
    before = len(copies.acknowledged())
    copies.start(RATE)
    until(lambda: len(copies.acknowledged()) > before + 20 and copies.is_shipping(), 60)
    time.sleep(random.uniform(0.4, 1.2))
    copies.kill()
    acks = copies.acknowledged()
    lost: dict[str, float] = {}
    everywhere: set[int] = set()
    for record in copies.records:
        asyncio.run(copies.read_on(record, read[record.name]))
        held = read[record.name].numbers
        everywhere |= held
        kept = [ack.at for ack in acks if ack.number in held]
        lost[record.name] = (acks[-1].at - kept[-1]) / 1000
    if copies.durable:
        return {"durable": float(sum(ack.number not in everywhere for ack in acks))}
    return lost


def _check_whole(copies: Copies, read: dict[str, Reached]) -> None:
    """At the end each store gives back, from the first segment on, all that it gave back on the way."""
    for record in copies.records:
        assert asyncio.run(copies.held(record)) == read[record.name].numbers, record.name


def _litestream(place: Path, fresh: Path, binary: str) -> float:
    """The same writer and kill, with Litestream in the shipper's place."""
    settings = Settings(data=_made(place / "data"))
    shutil.copy(fresh, settings.data)
    copies = Copies(settings, [])
    database, replica = settings.data / "perdure.db", place / "replica"
    environment = {key: value for key, value in os.environ.items() if key != "AWS_CA_BUNDLE"}
    command = [binary, "replicate", str(database), f"file://{replica}"]
    shipper = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    copies.start_writer(RATE)
    until(lambda: len(copies.acknowledged()) > 20 and any(replica.rglob("*.ltx")), 60)
    time.sleep(random.uniform(1.2, 2.2))
    shipper.kill()
    copies.kill()
    shipper.wait()
    restored = place / "restored.db"
    subprocess.run(
        [binary, "restore", "-o", str(restored), f"file://{replica}"], env=environment, check=True, capture_output=True
    )
    with sqlite3.connect(restored) as connection:
        found = {row[0] - PRIMARY_KEY_BASE for row in connection.execute("SELECT id FROM tag")}
    acks = copies.acknowledged()
    kept = [ack.at for ack in acks if ack.number in found]
    shutil.rmtree(place)
    return (acks[-1].at - (kept[-1] if kept else acks[0].at)) / 1000


def _fresh(url: str, name: str) -> str:
    """A database of its own on the server."""
    if not url:
        return ""
    import psycopg

    database = name.replace("-", "_").lower()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")  # type: ignore[arg-type] # our own name
    return url.replace("/postgres?", f"/{database}?")


def _made(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def _report(lost: dict[str, list[float]], durable_lost: int) -> int:
    print(f"\nSeconds lost at SIGKILL, {RATE} transactions a second, {KILLS} kills each\n")
    print(f"{'':<26}{'median':>8}{'p95':>8}{'most':>8}")
    figures = {}
    for name, seconds in lost.items():
        ordered = sorted(seconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        figures[name] = {"median": statistics.median(ordered), "p95": p95, "most": ordered[-1]}
        print(f"{name:<26}{statistics.median(ordered):>8.3f}{p95:>8.3f}{ordered[-1]:>8.3f}")
    ours = {name: found for name, found in figures.items() if not name.startswith("litestream")}
    most = max(found["most"] for found in ours.values())
    median = max(found["median"] for found in ours.values())
    print(
        f"\nasked: at most {ASKED_MOST_S} s, median at most {ASKED_MEDIAN_S} s; "
        f"durable answers lost: {durable_lost:.0f} (asked: 0)"
    )
    community.write_out(
        "rpo",
        {"kills": KILLS, "lost_s": figures, "worst_s": most, "worst_median_s": median, "durable_lost": durable_lost},
    )
    return 0 if durable_lost == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
