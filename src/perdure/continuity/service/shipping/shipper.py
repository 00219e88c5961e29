"""The shipper: a process of its own that brings every commit to every store, and sees when another host takes over."""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg

from perdure.continuity.errors import StoreError
from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Genesis, Head
from perdure.continuity.model.status import Status
from perdure.continuity.model.stores import StoreList, StoreRecord
from perdure.continuity.ports import StoreOpener
from perdure.continuity.queries.log import ROWS, LogReader
from perdure.continuity.rules import layout, owners
from perdure.continuity.service import moved, outgoing, stores
from perdure.continuity.service.shipping import acks, stranded
from perdure.continuity.service.shipping.building import Builder
from perdure.continuity.service.shipping.lane import Lane
from perdure.continuity.service.shipping.mending import Mender, Snapshot
from perdure.continuity.service.shipping.packing import Packer
from perdure.continuity.service.shipping.reign import Held
from perdure.continuity.service.shipping.spool import Spool
from perdure.continuity.service.shipping.watch import Claim, Watch
from perdure.kernel.clock import Clock
from perdure.kernel.errors import AppError
from perdure.kernel.log import logger

STATUS_FILE: Final = "continuity/status.json"
_BUILD_EVERY_S: Final = 0.2
_STATUS_EVERY_S: Final = 0.5
_LIST_EVERY_S: Final = 1.0
_TROUBLE_S: Final = 1.0
_LAPSE_S: Final = 600.0
_FLUSH_S: Final = 10.0
_SPOOL_MOST: Final = 2 * 1024**3
_TROUBLES: Final = (OSError, sqlite3.Error, psycopg.Error, AppError)
log = logger("copies")


SetMode = Callable[[str, str], Coroutine[Any, Any, None]]


class Shipper:
    """Everything of one reign on one host.

    ``open_log`` opens the log anew after its connection broke. ``set_mode`` closes and opens the site. ``snapshot``
    makes one and brings it to the stores it is given.
    """

    def __init__(
        self,
        data: Path,
        site: Site,
        held: Held,
        opener: StoreOpener,
        clock: Clock,
        *,
        open_log: Callable[[], LogReader],
        set_mode: SetMode,
        snapshot: Snapshot,
    ) -> None:
        self._data = data
        self._site = site
        self._held = held
        self._opener = opener
        self._clock = clock
        self._open_log = open_log
        self._set_mode = set_mode
        self._spool = Spool(data / "continuity" / "spool")
        self._packer = Packer(self._spool, data / "continuity" / "packed", clock)
        self._builder: Builder | None = None
        self._building = threading.Lock()
        self._log: LogReader | None = None
        self._lanes: dict[str, Lane] = {}
        self._tasks: dict[str, list[asyncio.Task[None]]] = {}
        self._watches: dict[str, Watch] = {}
        self._trouble = ""
        self._news = False
        self._apart: frozenset[str] = frozenset()
        self._yielding: asyncio.Task[None] | None = None
        self._closed = False
        self._address = ""
        self._acks = acks.Writer(data)
        self._mender = Mender(data, held.genesis.epoch, self._spool, self._lanes, clock, snapshot)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until the event is set, then send what is in hand."""
        work = [asyncio.create_task(part()) for part in (self._build, self._follow_list, self._tell)]
        try:
            await stop.wait()
            await self.flush(_FLUSH_S)
        finally:
            for task in [*work, *(task for tasks in self._tasks.values() for task in tasks)]:
                task.cancel()
            for lane in self._lanes.values():
                with contextlib.suppress(Exception):
                    await lane.store.close()
            if self._log is not None:
                self._log.close()
            self._write_status()

    async def flush(self, seconds: float) -> bool:
        """Wait until every store that answers has everything that is committed now; False where time ran out."""
        deadline = self._clock.monotonic() + seconds
        with contextlib.suppress(*_TROUBLES):
            while await asyncio.to_thread(self._step):
                pass
        for lane in self._lanes.values():
            lane.wake.set()
        while self._clock.monotonic() < deadline:
            if all(lane.cursor + 1 >= self._spool.next for lane in self._lanes.values()):
                return True
            await asyncio.sleep(0.05)
        return False

    # -- building

    async def _build(self) -> None:
        while True:
            pause = _BUILD_EVERY_S
            try:
                rows = await asyncio.to_thread(self._step)
                self._trouble = ""
                if rows or self._news:
                    self._news = False
                    self._wake()
                    pause = 0.0 if rows >= ROWS else pause
            except _TROUBLES as error:
                self._in_trouble(error)
                pause = _TROUBLE_S
            await asyncio.sleep(pause)

    def _step(self) -> int:
        """One round of building, on a thread: open what must be opened, then make segments.

        One at a time: whoever flushes builds beside the loop, and two at once would give one number to two segments.
        """
        with self._building:
            if self._log is None:
                self._log = self._open_log()
            if self._builder is None:
                self._builder = Builder(self._log, self._spool, self._held.reign, self._clock)
            for name, path in outgoing.waiting(self._data):
                self._spool.add(name, path.read_bytes())
                path.unlink()
                self._news = True
            return self._builder.step()

    def _in_trouble(self, error: BaseException) -> None:
        text = error.public if isinstance(error, AppError) else " ".join(str(error).split())
        if text != self._trouble:
            log.error("cannot_ship", reason=text)
        self._trouble = text
        if self._log is not None and isinstance(error, sqlite3.Error | psycopg.Error):
            with contextlib.suppress(Exception):
                self._log.close()
            self._log = self._builder = None

    def _wake(self) -> None:
        for lane in self._lanes.values():
            lane.wake.set()

    # -- stores come and go

    async def _follow_list(self) -> None:
        seen: StoreList | None = None
        while True:
            with contextlib.suppress(AppError):
                listed = stores.load(self._data)
                if listed != seen and self._builder is not None:
                    self._apart = owners.apart_from_host(listed.stores, listed.host)
                    await self._use(listed.stores)
                    seen = listed
                if self._builder is not None:
                    await self._mender.step(self._builder)
            await asyncio.sleep(_LIST_EVERY_S if self._builder else _BUILD_EVERY_S)

    async def _use(self, listed: tuple[StoreRecord, ...]) -> None:
        wanted = {record.name: record for record in listed}
        for name in [name for name, lane in self._lanes.items() if wanted.get(name) != lane.record]:
            await self._end_lane(name)
        for name, record in wanted.items():
            if name not in self._lanes:
                self._begin_lane(name, record)

    def _begin_lane(self, name: str, record: StoreRecord) -> None:
        try:
            store = stores.open_store(self._data, self._opener, record)
        except AppError as error:
            log.error("store_not_opened", store=name, reason=error.public)
            return
        lane = Lane(
            record,
            store,
            self._spool,
            self._data / "continuity" / "cursors",
            self._clock,
            epoch=self._held.genesis.epoch,
            greeting=self._greeting,
            read_back_all=not self._lanes,
            on_ack=self._acked,
            on_foreign=self._foreign,
        )
        watch = Watch(lane, self._site, self._held, self._clock, make_head=self.head, on_claim=self._claimed)
        self._lanes[name], self._watches[name] = lane, watch
        self._tasks[name] = [asyncio.create_task(lane.run()), asyncio.create_task(watch.run())]

    async def _end_lane(self, name: str) -> None:
        for task in self._tasks.pop(name):
            task.cancel()
        del self._watches[name]
        await self._lanes.pop(name).store.close()

    def _greeting(self) -> dict[str, bytes]:
        built = self._builder.greeting() if self._builder is not None else {}
        return {layout.genesis(self._held.genesis.epoch): self._held.data, **built}

    # -- what others may know

    def head(self, *, closed: bool = False) -> Head:
        """This host's sign of life."""
        newest = self._spool.newest_segment
        built = self._builder
        return Head(
            site=self._site.site_id,
            host=self._held.genesis.host,
            epoch=self._held.genesis.epoch,
            seq=built.seq if built else 0,
            hash=(built.previous if built else self._held.reign.genesis).hex(),
            last=newest.header.position.last if newest and newest.header else 0,
            at=self._clock.now_ms(),
            seen={name: lane.seq for name, lane in self._lanes.items()},
            closed=closed,
        )

    async def _tell(self) -> None:
        while True:
            self._write_status()
            self._acked()
            self._forget()
            await asyncio.sleep(_STATUS_EVERY_S)

    def _acked(self) -> None:
        """Say how far the log is safe with somebody else, for those who wait for it."""
        counted = [lane for name, lane in self._lanes.items() if lane.record.durable and name in self._apart]
        low = max((lane.low for lane in counted), default=0)
        heard = max((max(lane.acked_at, lane.head_at) for lane in self._lanes.values()), default=0)
        self._acks.say(low, len(counted), self._clock.now_ms(), heard)

    def status(self) -> Status:
        """How everything stands."""
        now = self._clock.now_ms()
        built = self._builder
        return Status(
            at=now,
            epoch=self._held.genesis.epoch,
            seq=built.seq if built else 0,
            last=built.position.last if built else 0,
            spool_bytes=self._spool.size,
            lanes=tuple(lane.status(now) for lane in self._lanes.values()),
            built_low=built.position.low if built else 0,
            snapshot_at=self._mender.taken.at,
            trouble=self._trouble,
        )

    def _write_status(self) -> None:
        path = self._data / STATUS_FILE
        part = path.with_suffix(".part")
        with contextlib.suppress(OSError):
            part.write_bytes(msgspec.json.encode(self.status()))
            part.replace(path)

    def _forget(self) -> None:
        """Let go of what every store has and a pack holds; of what is too much for the disk also for the others."""
        done = min((max(lane.cursor, 0) for lane in self._lanes.values()), default=0)
        self._packer.step()
        self._spool.drop_below(min(done + 1, self._packer.next) if self._lanes else 0)
        if self._spool.size > _SPOOL_MOST:
            log.error("spool_full", bytes=self._spool.size)
            self._spool.drop_below(self._spool.next)

    # -- another host

    def _foreign(self, store: str, name: str) -> None:
        """A store has more of this epoch than this host knows: its disk is older than its copies."""
        if not self._closed:
            self._closed = True
            reason = (
                f"the copies are ahead of this host ({name} at {store}): run perdure restore, or perdure copies status"
            )
            self._yielding = asyncio.create_task(self._set_mode("closed", reason))

    async def _claimed(self, name: str, claim: Claim) -> None:
        if isinstance(claim, Genesis):
            if not self._closed:
                self._closed = True
                await self._set_mode("closed", f"another host reigns since epoch {claim.epoch}")
                with contextlib.suppress(OSError, AppError):
                    moved.note(self._data, self._address)
                log.error("superseded", by=claim.host, epoch=claim.epoch)
                await self._tell_stranded(claim)
        elif self._yielding is None:
            self._address = claim.address
            self._yielding = asyncio.create_task(self._yield(name))

    async def _yield(self, name: str) -> None:
        """Write no more, send everything, say that it was the last; take the site back if nobody came."""
        log.warning("yielding", claim=name)
        await self._set_mode("closed", "it is being moved to another host")
        await self.flush(_FLUSH_S)
        last = self.head(closed=True)
        await asyncio.gather(*(watch.put_head(last) for watch in self._watches.values()), return_exceptions=True)
        await asyncio.sleep(_LAPSE_S)
        if not self._closed:
            log.warning("claim_lapsed", claim=name)
            for watch in self._watches.values():
                watch.attempt += 1
            await self._set_mode("open", "")
            self._yielding = None

    async def _tell_stranded(self, genesis: Genesis) -> None:
        """Keep a list of what the successor does not have."""
        if genesis.before is None or genesis.before.epoch != self._held.genesis.epoch:
            return
        fetched = None
        for lane in self._lanes.values():
            with contextlib.suppress(StoreError):
                fetched = fetched or await stranded.fetch(lane.store, genesis.before)
        position = stranded.adopted_position(self._spool, genesis.before, fetched)
        if position is None:
            log.error("stranded_unknown", reason="the adopted segment is nowhere to be had: compare by hand")
            return
        reader = self._open_log()
        try:
            found = await asyncio.to_thread(stranded.report, reader, genesis.before, position)
        finally:
            reader.close()
        path = stranded.save(self._data, found)
        log.warning("stranded", rows=len(found.rows), file=str(path))
