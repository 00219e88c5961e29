"""Copies for benches: a kit, three stores in folders, and what the shipper says of itself."""

import asyncio
import os
import shutil
import sqlite3
import sys
import time
from pathlib import Path

import msgspec

from perdure.adapters.storage_s3 import S3Store
from perdure.adapters.stores import Stores
from perdure.continuity.model.keys import Site
from perdure.continuity.model.kit import Kit, KitStore
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.rules import keys, sealing, signing
from perdure.continuity.rules import kit as kits
from perdure.continuity.service import disk, site, stores
from perdure.continuity.service.status import read_status
from perdure.kernel.errors import NotFound, Unavailable

_TICKS = os.sysconf("SC_CLK_TCK")


def clone(seeded: Path, data: Path) -> None:
    """A copy of a data directory whose site does not run."""
    shutil.copytree(seeded, data, ignore=shutil.ignore_patterns("run", "*.lock"))
    with sqlite3.connect(data / "perdure.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def begin(data: Path, folder: Path, names: str = "abc") -> bytes:
    """Keys as a kit makes them, and stores in folders; returns the kit's master secret."""
    master = keys.new_master()
    root = keys.root_key(master)
    recovery = sealing.recipient_of(keys.recovery_identity(master))
    fresh = Site(site_id=os.urandom(16).hex(), root=signing.public_of(root), recovery=recovery, host_id="", host="")
    site.new_host(data, fresh, root=root, now_ms=int(time.time() * 1000))
    records = []
    for name in names:
        place = folder / f"store-{name}"
        place.mkdir()
        records.append(StoreRecord(name=name, url=f"file://{place}", owner=Owner(entity=name)))
        Stores().make_ready(records[-1])
    disk.write_private(data / stores.FILE, msgspec.json.encode(StoreList(stores=tuple(records))))
    return master


def write_kit(path: Path, data: Path, master: bytes, folder: Path, store: str = "a") -> None:
    """The kit's text, with one store in it."""
    known = site.load_site(data)
    assert known is not None
    kit = Kit(
        site_id=known.site_id,
        root=signing.public_of(keys.root_key(master)),
        made_at=0,
        master=master,
        store=KitStore(name=store, url=f"file://{folder / f'store-{store}'}"),
    )
    path.write_text(kits.PREFIX + "\n" + "\n".join(kits.lines(kit)) + "\n")


def wait_until_current(data: Path, seconds: float = 60) -> None:
    """Return when every store has everything that is committed now."""
    with sqlite3.connect(data / "perdure.db") as connection:
        newest = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = '_log'").fetchone()[0]
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = read_status(data)
        if found and found.lanes and all(lane.low >= newest for lane in found.lanes):
            return
        time.sleep(0.1)
    print(f"the stores are not current after {seconds} s: {read_status(data)}", file=sys.stderr)
    sys.exit(1)


def await_bucket(port: int, place: Path) -> None:
    """Wait until SeaweedFS takes a write, which also makes the bucket."""
    url = f"s3://perdure/x?endpoint=http://127.0.0.1:{port}&access_key_id=key&secret_access_key=secret"
    (place / "probe").write_bytes(b"x")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            asyncio.run(S3Store(url).put("probe", place / "probe", "text/plain"))
        except (Unavailable, NotFound):
            time.sleep(0.5)
        else:
            return
    sys.exit("SeaweedFS did not come up")


def stored(folder: Path, name: str = "a") -> int:
    """Bytes at one store, without heads and snapshots, which do not grow with the load."""
    place = folder / f"store-{name}"
    kinds = ("seg", "key", "schema")
    return sum(file.stat().st_size for kind in kinds for file in (place / kind).rglob("*") if file.is_file())


def cpu_seconds() -> float:
    """What the shipper of a site that this process started has used so far."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and b"perdure.shipper" in _command(folder):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def _command(folder: Path) -> bytes:
    try:
        return (folder / "cmdline").read_bytes()
    except OSError:
        return b""
