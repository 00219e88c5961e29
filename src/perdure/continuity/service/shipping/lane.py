"""One lane a store: it carries the spool's objects there in their order, and waits for nobody else.

A cursor in a small file says how far it is; losing it costs asking the store for what it has. Where a lane is far
behind it sends packs instead of segments.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from perdure.continuity.errors import AlreadyThere, NotThere, StoreError, StoreFull, StoreRefused
from perdure.continuity.model.chain import Header
from perdure.continuity.model.status import LaneState, LaneStatus
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout, packs, segments
from perdure.continuity.service import disk
from perdure.continuity.service.shipping.checking import Checks
from perdure.continuity.service.shipping.spool import Entry, Spool
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Invalid
from perdure.kernel.log import logger

_AT_ONCE: Final = 4
_PACK_FROM: Final = 24
"""With so many segments waiting, they go as packs."""
_GATHER_S: Final = 0.8
"""So old is the oldest commit of a pack for a store that charges for each object: with the way there, a second."""
_FIRST_WAIT_S: Final = 0.25
_LONGEST_WAIT_S: Final = 30.0
_READ_BACK: Final = 0.01
_SAVE_EVERY_MS: Final = 1_000
log = logger("copies")


class Foreign(Exception):
    """Under one of our names a store holds other bytes: damage, or somebody else who ships in this epoch."""

    def __init__(self, name: str, there: bytes = b"") -> None:
        super().__init__(name)
        self.name = name
        self.there = there


class Lane:
    """The way to one store. ``run`` goes on until it is cancelled."""

    def __init__(
        self,
        record: StoreRecord,
        store: Store,
        spool: Spool,
        folder: Path,
        clock: Clock,
        *,
        epoch: int,
        greeting: Callable[[], dict[str, bytes]],
        read_back_all: bool,
        on_ack: Callable[[], None],
        on_foreign: Callable[[str, str], None],
    ) -> None:
        self.record = record
        self.store = store
        self.checks = Checks(record, store, clock)
        self.wake = asyncio.Event()
        self.head_at = 0
        self.needs_snapshot: bool | None = None
        """Whether it holds no snapshot of this epoch; None until somebody looked."""
        self._spool = spool
        self._clock = clock
        self._epoch = epoch
        self._greeting = greeting
        self._read_back_all = read_back_all
        self._on_ack = on_ack
        self._on_foreign = on_foreign
        self._pack_from = 2 if record.pays_per_put else _PACK_FROM
        self._file = folder / f"{record.name}.cursor"
        self.cursor = self._load()
        self.seq = self.low = 0
        self._know(spool.last_segment(self.cursor))
        self._began_at = clock.now_ms()
        self._state: LaneState = "ok" if self.cursor >= 0 else "new"
        self._error = ""
        self._error_since = 0
        self.acked_at = 0
        self._verified_at = 0
        self._saved_at = 0
        self._shorter = 0
        self._doubted = False
        self._last = ""
        """The object that the store confirmed last."""

    async def run(self) -> None:
        """Carry what waits, then wait for more; a store that does not answer is asked again, ever more slowly."""
        wait_s = _FIRST_WAIT_S
        greeted = False
        while True:
            try:
                if not greeted:
                    await self._greet()
                    greeted = True
                sent = await self._step()
            except (StoreError, OSError) as error:
                self._failed(error)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
                continue
            except Foreign as error:
                self._set(
                    "foreign",
                    f"{error.name} is not from this host: another one ships in this epoch, or this disk is old",
                )
                self._on_foreign(self.record.name, error.name)
                await asyncio.sleep(_LONGEST_WAIT_S)
                continue
            wait_s = _FIRST_WAIT_S
            if not sent:
                self.wake.clear()
                if self.cursor + 1 >= self._spool.next:
                    await self.wake.wait()

    def status(self, now_ms: int) -> LaneStatus:
        """How it stands."""
        count, size = self._spool.behind(self.cursor)
        waiting = (entry.header.since for entry in self._spool.after(self.cursor) if entry.header is not None)
        oldest = next(waiting, 0) if self.cursor >= 0 else self._began_at  # a store never reached has nothing at all
        return LaneStatus(
            name=self.record.name,
            state=self._state,
            seq=self.seq,
            low=self.low,
            behind_ms=max(1, now_ms - oldest) if oldest else 0,
            backlog=count,
            backlog_bytes=size,
            acked_at=self.acked_at,
            head_at=self.head_at,
            verified_at=self._verified_at,
            error=self._error,
            error_since=self._error_since,
            remarks=self.checks.remarks(),
        )

    @property
    def state(self) -> LaneState:
        """How it stands, in a word."""
        return self._state

    def start_at(self, number: int) -> None:
        """Take everything up to a place in the spool as done: healing or a first snapshot brought it there."""
        self.cursor = number
        self._know(self._spool.last_segment(number))
        self._set("ok")
        self._save(force=True)

    async def _greet(self) -> None:
        """Bring what every segment needs, and see that nobody was here in this epoch after us."""
        for name, data in self._greeting().items():
            await self._put_bytes(name, data)
        newest = self._spool.newest_segment
        header = newest.header if newest is not None else None
        place = layout.segment(self._epoch, header.seq if header and header.epoch == self._epoch else 0)
        async for found in self.store.list_after(layout.segments(self._epoch), place):
            raise Foreign(found.name)
        if self.cursor >= self._spool.next:
            self.cursor = -1
        if self.cursor < 0 and self._spool.first == 1:
            self.start_at(0)

    async def _step(self) -> int:
        """Send what is next; returns how many entries that was."""
        if self.cursor < 0 or self.cursor + 1 < self._spool.first:
            self._set("behind", "it lacks what was sent before: it is brought from another store, or by a snapshot")
            self.wake.clear()
            await self.wake.wait()
            return 0
        await self._gather()
        waiting = []
        for entry in self._spool.after(self.cursor):
            waiting.append(entry)
            if len(waiting) > _PACK_FROM * 8:
                break
        if not waiting:
            return 0
        if len(waiting) >= self._pack_from and (pack := _leading(waiting)):
            pack = pack[: len(pack) - self._shorter]
            await self._send_pack(pack)
            self._ack(pack, _pack_name(pack))
            return len(pack)
        chosen = waiting[:_AT_ONCE]
        results = await asyncio.gather(*(self._put(entry) for entry in chosen), return_exceptions=True)
        done = 0
        for result in results:
            if isinstance(result, BaseException):
                self._ack(chosen[:done], chosen[max(0, done - 1)].name)
                raise result
            done += 1
        self._ack(chosen, chosen[-1].name)
        return done

    async def _gather(self) -> None:
        """Where each object costs money, wait until what waits is almost a second old."""
        oldest = next((entry for entry in self._spool.after(self.cursor) if entry.header is not None), None)
        if self.record.pays_per_put and oldest is not None and oldest.header is not None:
            age_s = (self._clock.now_ms() - oldest.header.since) / 1000
            await asyncio.sleep(min(max(0.0, _GATHER_S - age_s), _GATHER_S))

    async def _send_pack(self, pack: Sequence[Entry]) -> None:
        """A pack whose name holds a torn one is made one segment shorter the next time."""
        try:
            await self._put_pack(pack)
        except Foreign as error:
            log.warning("torn_object", store=self.record.name, name=error.name)
            self._shorter = (self._shorter + 1) % max(1, len(pack) - 1)
            raise StoreRefused(
                f"{error.name} was torn on its way there", store=self.record.name, name=error.name
            ) from error
        self._shorter = 0

    async def _put(self, entry: Entry) -> None:
        data = await asyncio.to_thread(self._spool.read, entry)
        try:
            await self._put_bytes(entry.name, data)
        except Foreign as error:
            if entry.header is None or not _is_torn(error.there, entry.header, entry.name):
                raise
            # Its name is used up at this store, for ever: what it should hold goes there under another one.
            log.warning("torn_object", store=self.record.name, name=entry.name)
            await self._put_pack([entry])

    async def _put_pack(self, entries: Sequence[Entry]) -> None:
        data = await asyncio.to_thread(lambda: packs.join([self._spool.read(entry) for entry in entries]))
        await self._put_bytes(_pack_name(entries), data)

    async def _put_bytes(self, name: str, data: bytes) -> None:
        try:
            await self.store.put_new(name, data)
        except AlreadyThere as error:
            there = await self._stored(name)
            if there is None:
                raise StoreRefused(
                    f"{name} is said to be there, and is not", store=self.record.name, name=name
                ) from error
            if there != data:
                raise Foreign(name, there) from error
        if self._read_back_all or self._doubted or random.random() < _READ_BACK:  # noqa: S311 - a sample, not a secret
            await self._read(name, data)

    async def _read(self, name: str, data: bytes) -> None:
        if await self._stored(name) == data:
            self._verified_at = self._clock.now_ms()
            return
        self._doubt(f"it said yes to {name} and does not hold it: probe the store, or remove it")
        raise StoreRefused(f"{name} was accepted and is not there as it was sent", store=self.record.name, name=name)

    def _doubt(self, why: str) -> None:
        """What a store forgot once it may have forgotten before: all is read back, and healed when it keeps again."""
        self._doubted = True
        self._set("lying", why)

    async def look_back(self) -> None:
        """See whether the store still holds what it confirmed last: a tail that was rolled back shows in no chain.

        Raises StoreError.
        """
        name = self._last
        if name and self.state == "ok" and await self.store.head(name) is None and name == self._last:
            self._set("lying", f"it no longer holds {name}, which it had confirmed: was it rolled back?")
            self.cursor = -1
            self.wake.set()

    async def _stored(self, name: str) -> bytes | None:
        try:
            return await self.store.get(name)
        except NotThere:
            return None

    def _ack(self, entries: Sequence[Entry], name: str) -> None:
        if not entries:
            return
        if self._doubted:  # it keeps what it is given again: what it lost meanwhile comes from another store
            self._doubted = False
            self.cursor = -1
            return
        self.cursor = entries[-1].number
        self._last = name
        self.acked_at = self._clock.now_ms()
        for entry in entries:
            self._know(entry)
        self._set("ok")
        self._save()
        self._on_ack()

    def _know(self, entry: Entry | None) -> None:
        """The store has this; where it is a segment it is the newest one there."""
        if entry is not None and entry.header is not None:
            self.seq, self.low = entry.header.seq, entry.header.position.low

    def _failed(self, error: StoreError | OSError) -> None:
        if self._state != "lying":
            said = error.public if isinstance(error, StoreError) else f"the spool on this disk: {error.strerror}"
            self._set("refused" if isinstance(error, StoreRefused | StoreFull) else "trying", said)

    def _set(self, state: LaneState, error: str = "") -> None:
        if error and error != self._error:
            log.warning("store_trouble", store=self.record.name, state=state, reason=error)
            self._error_since = self._error_since or self._clock.now_ms()
        if not error and self._error:
            log.info("store_well", store=self.record.name)
            self._error_since = 0
        self._state, self._error = state, error

    def _load(self) -> int:
        try:
            return int(self._file.read_text())
        except (OSError, ValueError):
            return -1

    def _save(self, *, force: bool = False) -> None:
        """A cursor that is older than it was costs sending a few objects again, so the disk is not waited for."""
        now = self._clock.now_ms()
        if force or now - self._saved_at >= _SAVE_EVERY_MS:
            self._saved_at = now
            with contextlib.suppress(OSError):
                disk.private_folder(self._file.parent)
                part = self._file.with_suffix(".part")
                part.write_text(str(self.cursor))
                part.replace(self._file)


def _leading(waiting: Sequence[Entry]) -> list[Entry]:
    """The segments at the front, as many as one pack holds; fewer than two are none."""
    taken: list[Entry] = []
    size = 0
    for entry in waiting:
        if entry.header is None or (taken and size + entry.size > packs.MOST_BYTES):
            break
        taken.append(entry)
        size += entry.size
    return taken if len(taken) > 1 else []


def _pack_name(entries: Sequence[Entry]) -> str:
    first, last = _header(entries[0]), _header(entries[-1])
    return layout.pack(first.epoch, first.seq, last.seq)


def _header(entry: Entry) -> Header:
    assert entry.header is not None
    return entry.header


def _is_torn(there: bytes, header: Header, name: str) -> bool:
    """Whether bytes are what is left of our own segment: it begins as ours does, or nothing of it can be read."""
    try:
        found, _ = segments.read_header(there, name)
    except Invalid:
        return True
    return found == header
