"""A database with a writer and a shipper in processes of their own, stores, and how to read what arrived there."""

import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from perdure.adapters.stores import Stores
from perdure.continuity.model.keys import Site
from perdure.continuity.model.kit import Kit, KitStore
from perdure.continuity.model.status import Status
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.rules import keys, layout, packs, sealing, segments, signing
from perdure.continuity.rules import kit as kits
from perdure.continuity.service import bundle, disk, outgoing, stores
from perdure.continuity.service import site as sites
from perdure.continuity.service.durable import DurableDatabase
from perdure.continuity.service.plain import open_database
from perdure.continuity.service.shipping import acks
from perdure.kernel import process
from perdure.kernel.clock import SystemClock
from perdure.kernel.db import Tx, sql
from perdure.kernel.errors import ReadOnly
from perdure.kernel.settings import Settings

_ACK: Final = struct.Struct("<QQ")
PRIMARY_KEY_BASE: Final = 1_000_000
_INSERT = sql("INSERT INTO tag (id, name, display, created_at) VALUES (:id, :name, :display, :at)")


class Ack(NamedTuple):
    """What the writer was told was stored, and when it was (ms)."""

    number: int
    at: int


@dataclass
class Reached:
    """How far a store's chain was read, and the transactions in it."""

    seq: int = 0
    previous: bytes = b""
    numbers: set[int] = field(default_factory=set)
    opened: dict[str, bytes] = field(default_factory=dict)
    """Keys by their names."""


class Copies:
    """A site's copies under test: ``start``, let time pass, ``kill``, then ask what each store holds."""

    def __init__(self, settings: Settings, records: list[StoreRecord], *, durable: bool = False) -> None:
        self.settings = settings
        self.data = settings.data
        self.records = records
        self.durable = durable
        self.master = keys.new_master()
        self.root = keys.root_key(self.master)
        self.identity = keys.recovery_identity(self.master)
        fresh = Site(
            site_id=os.urandom(16).hex(),
            root=signing.public_of(self.root),
            recovery=sealing.recipient_of(self.identity),
            host_id="",
            host="",
        )
        self.site = sites.new_host(self.data, fresh, root=self.root, now_ms=int(time.time() * 1000))
        self.list_stores(records)
        self._children: list[subprocess.Popen[bytes]] = []
        self._acks = self.data / "acks"

    def list_stores(self, records: list[StoreRecord]) -> None:
        disk.write_private(self.data / stores.FILE, msgspec.json.encode(StoreList(stores=tuple(records))))

    def start(self, rate: int = 200) -> None:
        """Start the shipper and, as soon as it answers for durable writes, a writer of so many a second (0: none)."""
        self.start_shipper()
        if self.durable:
            promise = acks.Reader(self.data)
            while not promise.promises(int(time.time() * 1000)):
                time.sleep(0.05)
        if rate:
            self.start_writer(rate)

    def start_writer(self, rate: int) -> None:
        """Only the writer."""
        told = json.dumps([str(self.data), self.settings.database_url, rate, self.durable])
        self._children.append(subprocess.Popen([sys.executable, "-m", "tests.fault.copies", told]))

    def start_shipper(self) -> subprocess.Popen[bytes]:
        shipper = subprocess.Popen(
            [sys.executable, "-m", "perdure.shipper"], stdin=subprocess.PIPE, env={**os.environ, **process.for_child()}
        )
        assert shipper.stdin is not None
        shipper.stdin.write(process.encode_settings(self.settings))
        shipper.stdin.close()
        self._children.append(shipper)
        return shipper

    def send_bundle(self) -> None:
        """Hand the config bundle to the shipper, as the worker does."""
        now = int(time.time() * 1000)
        name = layout.config(1, now)
        made = bundle.collect(self.data, self.settings, {}, name=name, now_ms=now)
        assert made is not None
        outgoing.put(self.data, name, made.data)

    def kit_file(self, path: Path) -> Path:
        """The kit's text, with the first store in it."""
        first = self.records[0]
        kit = Kit(
            site_id=self.site.site_id,
            root=self.site.root,
            made_at=int(time.time() * 1000),
            master=self.master,
            store=KitStore(first.name, first.url),
        )
        path.write_text("\n".join(kits.squares(kit)))
        return path

    def kill(self) -> None:
        """SIGKILL for the host and the shipper at once."""
        for child in self._children:
            child.send_signal(signal.SIGKILL)
        for child in self._children:
            child.wait()
        self._children = []

    def stop(self) -> None:
        """End both in the ordinary way, the writer first."""
        for child in reversed(self._children):
            child.terminate()
            child.wait(30)
        self._children = []

    def status(self) -> Status | None:
        """What the shipper says of itself."""
        try:
            return msgspec.json.decode((self.data / "continuity/status.json").read_bytes(), type=Status)
        except FileNotFoundError:
            return None

    def is_shipping(self) -> bool:
        """Whether every store has just acknowledged something."""
        found = self.status()
        fresh = time.time() * 1000 - 1_000
        return found is not None and bool(found.lanes) and all(lane.acked_at > fresh for lane in found.lanes)

    def acknowledged(self) -> list[Ack]:
        """Every transaction whose commit was answered, in order."""
        raw = self._acks.read_bytes() if self._acks.exists() else b""
        whole = len(raw) - len(raw) % _ACK.size
        return [Ack(*pair) for pair in _ACK.iter_unpack(raw[:whole])]

    async def held(self, record: StoreRecord, upto: int = 10**9) -> set[int]:
        """The transactions of the writer in the segments up to one that a store gives back, in an unbroken chain."""
        reached = Reached()
        await self.read_on(record, reached, upto)
        return reached.numbers

    async def read_on(self, record: StoreRecord, reached: Reached, upto: int = 10**9) -> None:
        """Read what a store has beyond a place in the chain, and check that it goes on from there without a gap."""
        store = stores.open_store(self.data, Stores(), record)
        try:
            reached.previous = reached.previous or segments.digest(await store.get(layout.genesis(1)))
            chain = {seq: piece for seq, piece in await _pieces(store, reached.seq) if reached.seq < seq <= upto}
            assert sorted(chain) == list(range(reached.seq + 1, reached.seq + 1 + len(chain)))
            for seq, piece in sorted(chain.items()):
                header, _ = segments.read_header(piece, str(seq))
                assert header.previous == reached.previous, f"segment {seq} does not follow the one before"
                name = layout.key(1, header.key)
                if name not in reached.opened:
                    reached.opened[name] = sealing.unwrap(self.identity, await store.get(name), name)
                rows = segments.decode(piece, reached.opened[name], str(seq)).rows
                images = [json.loads(row.image) for row in rows]
                reached.numbers |= {image[2] - PRIMARY_KEY_BASE for image in images if image[1] == 1}
                reached.seq, reached.previous = seq, segments.digest(piece)
        finally:
            await store.close()


async def _pieces(store: Store, after: int) -> list[tuple[int, bytes]]:
    """Segments behind a place, from objects of their own and from packs."""
    found = [info.name async for info in store.list_after(layout.segments(1), layout.segment(1, after))]
    parts = [(name, [await store.get(name)]) for name in found]
    packed = [info.name async for info in store.list_after(layout.packs(1))]
    newer = [name for name in packed if layout.range_of(name)[1] > after]
    parts += [(name, packs.split(await store.get(name), name)) for name in newer]
    return [(segments.read_header(piece, name)[0].seq, piece) for name, pieces in parts for piece in pieces]


def folder(path: Path, name: str) -> StoreRecord:
    """A store in a folder of its own."""
    place = path / f"store-{name}"
    place.mkdir()
    record = StoreRecord(name=name, url=f"file://{place}", owner=Owner(entity=name))
    Stores().make_ready(record)
    return record


def _write(settings: Settings, rate: int, *, durable: bool) -> None:
    """The writer: numbered transactions at a rate, each noted once it was answered, until the site is read-only."""
    data = settings.data
    file = (data / "acks").open("ab", buffering=0)
    number = 100 * (1 + (data / "acks").stat().st_size // _ACK.size)  # beyond what was stored and never answered
    inner = open_database(settings)
    database = DurableDatabase(inner, data, SystemClock()) if durable else inner
    name = "site.seal" if durable else "tags.add"
    due = time.monotonic()
    try:
        while True:
            database.write_now(name, _add, number)
            file.write(_ACK.pack(number, int(time.time() * 1000)))
            number += 1
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))
    except ReadOnly:
        (data / "refused").write_text(str(time.time()))


def _add(tx: Tx, number: int) -> None:
    name = f"{number}-{random.getrandbits(64):x}"
    tx.run(_INSERT, id=PRIMARY_KEY_BASE + number, name=name, display=name * 8, at=tx.now)


if __name__ == "__main__":
    process.die_with_parent()
    folder_, url_, rate_, durable_ = json.loads(sys.argv[1])
    _write(Settings(data=Path(folder_), database_url=url_), rate_, durable=durable_)
