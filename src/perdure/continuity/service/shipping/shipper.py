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
from perdure.continuity.model.reigns import Head
from perdure.continuity.model.status import Status
from perdure.continuity.model.stores import StoreList, StoreRecord
from perdure.continuity.ports import StoreOpener
from perdure.continuity.queries.log import ROWS, LogReader
from perdure.continuity.rules import layout, owners, segments
from perdure.continuity.service import outgoing, stores
from perdure.continuity.service.shipping import acks
from perdure.continuity.service.shipping.building import Builder
from perdure.continuity.service.shipping.lane import Lane
from perdure.continuity.service.shipping.mending import Mender, Snapshot
from perdure.continuity.service.shipping.packing import Packer
from perdure.continuity.service.shipping.reign import Held
from perdure.continuity.service.shipping.rivals import Door, Rivals
from perdure.continuity.service.shipping.settler import Settler
from perdure.continuity.service.shipping.spool import Spool
from perdure.continuity.service.shipping.watch import Watch
from perdure.kernel.clock import Clock
from perdure.kernel.errors import AppError
from perdure.kernel.log import logger

STATUS_FILE: Final = "continuity/status.json"
_BUILD_EVERY_S: Final = 0.2
_STATUS_EVERY_S: Final = 0.5
_LIST_EVERY_S: Final = 1.0
_TROUBLE_S: Final = 1.0
_FLUSH_S: Final = 10.0
_OTHERS_S: Final = 2.0
_SOON_S: Final = 0.02
_SPOOL_MOST: Final = 2 * 1024**3
_TROUBLES: Final = (OSError, sqlite3.Error, psycopg.Error, AppError)
log = logger("copies")


class Shipper:
    """Everything of one reign on one host. A part of it that ends with an error ends it all: it is started again.

    ``open_log`` opens the log anew after its connection broke. ``snapshot`` makes one and brings it to the stores it is
    given.
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
        door: Door,
        snapshot: Snapshot,
    ) -> None:
        self._data = data
        self._site = site
        self._held = held
        self._opener = opener
        self._clock = clock
        self._open_log = open_log
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
        self._list_trouble = ""
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._acks = acks.Writer(data)
        self._rivals = Rivals(data, site, held, self._spool, self._lanes, self._watches, door, self, clock, open_log)
        self._settler = Settler(data, held, self._lanes, door, clock, self._rivals.contested)
        self._mender = Mender(data, held.genesis.epoch, self._spool, self._lanes, clock, snapshot)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until the event is set, then send what is in hand. Raises what no part of it expected."""
        self._stop = stop
        work = [self.begin(part()) for part in (self._build, self._follow_list, self._tell, self._settler.run)]
        try:
            await stop.wait()
            if self._failure is None:
                await self.flush(_FLUSH_S)
        finally:
            for task in [*work, *(task for tasks in self._tasks.values() for task in tasks)]:
                task.cancel()
            for lane in self._lanes.values():
                await _let_go(lane)
            if self._log is not None:
                self._log.close()
            self._write_status()
        if self._failure is not None:
            raise self._failure

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a part of the work; an error that it does not expect ends the shipper."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part that died silently would leave copies or a takeover unwatched, so nothing goes on without it."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            if self._stop is not None:
                self._stop.set()

    async def flush(self, seconds: float) -> bool:
        """Make segments of all that is committed now and wait for the stores; whether at least one has everything.

        Where one has it, one that is slow is not waited for much longer: whoever flushes keeps people waiting.

        On PostgreSQL what was committed waits for its barrier first: no row to ship for a moment does not mean the end.
        """
        deadline = self._clock.monotonic() + seconds
        if not await self._build_all(deadline):
            return False
        self._wake()
        while self._clock.monotonic() < deadline:
            if any(self._has_all(lane) for lane in self._lanes.values()):
                deadline = min(deadline, self._clock.monotonic() + _OTHERS_S)
            if all(self._has_all(lane) for lane in self._lanes.values() if lane.state == "ok"):
                break
            await asyncio.sleep(_SOON_S)
        return any(self._has_all(lane) for lane in self._lanes.values())

    def _has_all(self, lane: Lane) -> bool:
        return lane.cursor + 1 >= self._spool.next

    async def _build_all(self, deadline: float) -> bool:
        """Whether everything that was committed before is in segments."""
        try:
            wanted = await asyncio.to_thread(self._newest)
            while self._clock.monotonic() < deadline:
                if not await asyncio.to_thread(self._step):
                    if self._builder is not None and self._builder.position.low >= wanted:
                        return True
                    await asyncio.sleep(_SOON_S)
        except _TROUBLES as error:
            self._in_trouble(error)
        return False

    @property
    def seq(self) -> int:
        """The newest segment that this host made."""
        return self._builder.seq if self._builder else 0

    def _newest(self) -> int:
        with self._building:
            self._log = self._log or self._open_log()
            return self._log.newest()

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
            with contextlib.suppress(sqlite3.Error, psycopg.Error):  # it is broken already
                self._log.close()
            self._log = self._builder = None

    def _wake(self) -> None:
        for lane in self._lanes.values():
            lane.wake.set()

    # -- stores come and go

    async def _follow_list(self) -> None:
        seen: StoreList | None = None
        while True:
            try:
                listed = stores.load(self._data)
                self._list_trouble = ""
            except AppError as error:  # the lanes that there are go on
                listed = seen or StoreList()
                self._list_trouble = error.public
            if self._builder is not None:
                if listed != seen:
                    self._apart = owners.apart_from_host(listed.stores, listed.host)
                    await self._use(listed.stores)
                    seen = listed
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
            on_foreign=self._rivals.foreign,
        )
        watch = Watch(lane, self._site, self._held, self._clock, make_head=self.head, on_claim=self._rivals.claimed)
        self._lanes[name], self._watches[name] = lane, watch
        self._tasks[name] = [self.begin(lane.run()), self.begin(watch.run())]

    async def _end_lane(self, name: str) -> None:
        for task in self._tasks.pop(name):
            task.cancel()
        del self._watches[name]
        await _let_go(self._lanes.pop(name))

    def _greeting(self) -> dict[str, bytes]:
        built = self._builder.greeting() if self._builder is not None else {}
        return {layout.genesis(self._held.genesis.epoch): self._held.data, **built}

    # -- what others may know

    def head(self, *, closed: bool = False) -> Head:
        """This host's sign of life. It names what a store has: what is only on its way dies with this host."""
        cursor = max((lane.cursor for lane in self._lanes.values()), default=-1)
        entry = self._spool.last_segment(cursor)
        known = entry.header if entry is not None and entry.header is not None else None
        if known is None or known.epoch != self._held.genesis.epoch:
            entry = known = None
        return Head(
            site=self._site.site_id,
            host=self._held.genesis.host,
            epoch=self._held.genesis.epoch,
            seq=known.seq if known else 0,
            hash=(segments.digest(self._spool.read(entry)) if entry else self._held.reign.genesis).hex(),
            last=known.position.last if known else 0,
            at=self._clock.now_ms(),
            seen={name: lane.seq for name, lane in self._lanes.items()},
            closed=closed,
        )

    async def _tell(self) -> None:
        while True:
            self._write_status()
            self._acked()
            try:
                self._forget()
            except OSError as error:
                self._in_trouble(error)
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
            seq=self.seq,
            last=built.position.last if built else 0,
            spool_bytes=self._spool.size,
            lanes=tuple(lane.status(now) for lane in self._lanes.values()),
            built_low=built.position.low if built else 0,
            snapshot_at=self._mender.taken.at,
            trouble=self._trouble or self._list_trouble,
        )

    def _write_status(self) -> None:
        path = self._data / STATUS_FILE
        part = path.with_suffix(".part")
        with contextlib.suppress(OSError):  # a status that grows old is an alarm of its own
            part.write_bytes(msgspec.json.encode(self.status()))
            part.replace(path)

    def _forget(self) -> None:
        """Let go of what every store has and a pack holds; of what is too much for the disk also for the others."""
        done = min((max(lane.cursor, 0) for lane in self._lanes.values()), default=0)
        self._packer.step()
        self._spool.drop_below(min(done, self._packer.next) if self._lanes else 0)
        if self._spool.size > _SPOOL_MOST:
            log.error("spool_full", bytes=self._spool.size)
            self._spool.drop_below(self._spool.next)


async def _let_go(lane: Lane) -> None:
    try:
        await lane.store.close()
    except (StoreError, OSError) as error:
        log.info("store_not_closed", store=lane.record.name, reason=str(error))
