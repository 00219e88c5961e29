"""Mending: every store gets a snapshot, at first and each day; one that missed something gets it from another."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import psycopg

from perdure.continuity.ports import Store
from perdure.continuity.rules import layout
from perdure.continuity.service import disk
from perdure.continuity.service.shipping.building import Builder
from perdure.continuity.service.shipping.healing import heal
from perdure.continuity.service.shipping.lane import Lane
from perdure.continuity.service.shipping.spool import Spool
from perdure.kernel.clock import Clock
from perdure.kernel.errors import AppError
from perdure.kernel.log import logger

WANTED: Final = "continuity/snapshot.wanted"
"""A file whose being there asks for a snapshot now."""
_TAKEN: Final = "continuity/snapshot.json"
_SNAPSHOT_MS: Final = 24 * 3_600_000
_SNAPSHOT_AGAIN_MS: Final = 300_000
_AGAIN_S: Final = 60.0
"""A snapshot or a healing that failed reads and sends a lot: it is not begun again at once."""
_TROUBLES: Final = (OSError, sqlite3.Error, psycopg.Error, AppError)
log = logger("copies")

Snapshot = Callable[[Builder, list[Store]], Awaitable[None]]
"""Makes a snapshot of now and brings it to the stores."""


class Taken(NamedTuple):
    """When the last snapshot was begun (ms), and which shapes it follows."""

    at: int = 0
    shapes: str = ""


class Mender:
    """What the lanes cannot do for themselves. ``lanes`` is the shipper's own, as it changes."""

    def __init__(
        self,
        data: Path,
        epoch: int,
        spool: Spool,
        lanes: Mapping[str, Lane],
        clock: Clock,
        snapshot: Snapshot,
    ) -> None:
        self._data = data
        self._epoch = epoch
        self._spool = spool
        self._lanes = lanes
        self._clock = clock
        self._snapshot = snapshot
        self._tried = 0
        self._again: dict[str, float] = {}
        self.taken = _last_taken(data)
        """The last snapshot."""

    async def step(self, builder: Builder) -> None:
        """Bring a snapshot to stores that have none, and heal those that fell behind."""
        for lane in list(self._lanes.values()):
            state = lane.state
            if self._clock.monotonic() < self._again.get(lane.record.name, 0.0):
                continue
            try:
                if state == "behind":
                    await self._heal(lane, builder)
                elif state == "ok" and lane.needs_snapshot is None:
                    lane.needs_snapshot = not await self._has_snapshot(lane.store)
                elif state == "ok" and lane.needs_snapshot:
                    await self._first_snapshot(lane, builder)
            except _TROUBLES as error:
                self._again[lane.record.name] = self._clock.monotonic() + _AGAIN_S
                log.warning("cannot_mend", store=lane.record.name, reason=str(error))
        try:
            await self._regular_snapshot(builder)
        except _TROUBLES as error:
            log.warning("no_snapshot", reason=str(error))

    async def _has_snapshot(self, store: Store) -> bool:
        async for info in store.list_after(layout.snapshots(self._epoch)):
            if info.name.endswith("/manifest"):
                return True
        return False

    async def _regular_snapshot(self, builder: Builder) -> None:
        """Each day, and after each change of the shapes: what replaying the log takes stays short."""
        now = self._clock.now_ms()
        wanted = self._data / WANTED
        due = now - self.taken.at > _SNAPSHOT_MS or self.taken.shapes != builder.shapes
        ready = [lane for lane in self._lanes.values() if lane.state == "ok" and lane.needs_snapshot is False]
        if ready and (wanted.exists() or (due and now - self._tried > _SNAPSHOT_AGAIN_MS)):
            self._tried = now
            wanted.unlink(missing_ok=True)
            await self._take(builder, [lane.store for lane in ready])

    async def _take(self, builder: Builder, to: list[Store]) -> None:
        shapes, now = builder.shapes, self._clock.now_ms()
        await self._snapshot(builder, to)
        self.taken = Taken(now, shapes)
        disk.write_private(self._data / _TAKEN, msgspec.json.encode(self.taken))

    async def _first_snapshot(self, lane: Lane, builder: Builder) -> None:
        """From a sibling that has one, or a new one for all."""
        for other in self._lanes.values():
            if other is not lane and other.needs_snapshot is False:
                await self._heal_from(other, lane)
                lane.needs_snapshot = False
                return
        wanting = [one for one in self._lanes.values() if one.needs_snapshot and one.state == "ok"]
        try:
            await self._take(builder, [one.store for one in wanting])
        finally:
            for one in wanting:
                one.needs_snapshot = None  # looked up again: one may have failed on the way

    async def _heal(self, lane: Lane, builder: Builder) -> None:
        """From a sibling; where there is none, by a new snapshot: what lies before it is not needed then."""
        place = self._spool.first - 1
        source = next((other for other in self._lanes.values() if other is not lane and other.state == "ok"), None)
        if source is not None:
            await self._heal_from(source, lane)
        else:
            await self._take(builder, [lane.store])
        lane.needs_snapshot = None
        lane.start_at(place)
        lane.wake.set()

    async def _heal_from(self, source: Lane, target: Lane) -> None:
        copied = await heal(source.store, target.store, self._epoch)
        log.info("store_healed", store=target.record.name, source=source.record.name, objects=copied)


def _last_taken(data: Path) -> Taken:
    try:
        return msgspec.json.decode((data / _TAKEN).read_bytes(), type=Taken)
    except (OSError, msgspec.DecodeError):
        return Taken()
