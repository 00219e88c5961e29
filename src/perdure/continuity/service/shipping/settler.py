"""Looking around after a takeover: whether another host is here too, and what the one before still sent."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from perdure.continuity.errors import NotThere, StoreError
from perdure.continuity.model.chain import Header
from perdure.continuity.model.reigns import Before
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout, packs, segments
from perdure.continuity.service import settling
from perdure.continuity.service.settling import Late, Settled
from perdure.continuity.service.shipping.lane import Lane
from perdure.continuity.service.shipping.reign import Held
from perdure.continuity.service.shipping.rivals import Door
from perdure.kernel.clock import Clock
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.log import logger

WAIT_S: Final = 60.0
_LOOK_S: Final = 3.0
log = logger("copies")

Contested = Callable[[bytes, str], Awaitable[bool]]
"""Told of another genesis of this epoch, and at which store it stands; whether this host goes."""


class Settler:
    """The first minute. ``lanes`` is the shipper's own, as it changes."""

    def __init__(
        self, data: Path, held: Held, lanes: Mapping[str, Lane], door: Door, clock: Clock, contested: Contested
    ) -> None:
        self._data = data
        self._held = held
        self._lanes = lanes
        self._door = door
        self._clock = clock
        self._contested = contested

    async def run(self) -> None:
        """Wait for a store that has this host's first sign of life, and a minute more; then tell, and open the site."""
        before = settling.pending(self._data)
        if before is None:
            return
        await self._is_heard()
        end = self._clock.monotonic() + WAIT_S
        while self._clock.monotonic() < end:
            if await self._is_beaten():
                return
            await asyncio.sleep(min(_LOOK_S, WAIT_S))
        settling.end(self._data, await self._look_back(before))
        await self._open()

    async def _is_heard(self) -> None:
        while True:
            if any(lane.head_at for lane in self._lanes.values()):
                return
            await asyncio.sleep(min(_LOOK_S, WAIT_S))

    async def _is_beaten(self) -> bool:
        """Whether another host began this epoch too, and goes first."""
        name = layout.genesis(self._held.genesis.epoch)
        for lane in list(self._lanes.values()):
            try:
                there = await lane.store.get(name)
            except StoreError:
                continue
            if there != self._held.data and await self._contested(there, lane.record.name):
                return True
        return False

    async def _look_back(self, before: Before) -> Settled:
        late: list[Late] = []
        unanswered: list[str] = []
        for lane in list(self._lanes.values()):
            try:
                found = await _late(lane.record.name, lane.store, before)
            except StoreError as error:
                log.warning("not_looked_back", store=lane.record.name, reason=error.public)
                unanswered.append(lane.record.name)
                continue
            if found is not None:
                log.error("late_copies", store=found.store, segments=found.segments, rows=found.rows)
                late.append(found)
        return Settled(
            at=self._clock.now_ms(),
            epoch=self._held.genesis.epoch,
            before=before,
            late=tuple(late),
            unanswered=tuple(unanswered),
        )

    async def _open(self) -> None:
        while True:
            try:
                await self._door.reopen(settling.REASON)
            except AppError as error:
                log.error("cannot_reopen", said=error.public, **error.data)
                await asyncio.sleep(_LOOK_S)
            else:
                log.info("settled", epoch=self._held.genesis.epoch)
                return


async def _late(name: str, store: Store, before: Before) -> Late | None:
    """What a store holds of the epoch before behind the segment that was taken over. Raises StoreError."""
    headers: dict[int, Header] = {}
    place = layout.segment(before.epoch, before.seq)
    seen = {
        layout.seq_of(info.name): info.name async for info in store.list_after(layout.segments(before.epoch), place)
    }
    async for info in store.list_after(layout.packs(before.epoch)):
        first, last = layout.range_of(info.name)
        seen |= {seq: info.name for seq in range(max(first, before.seq + 1), last + 1) if seq not in seen}
    for object_name in dict.fromkeys(seen.values()):
        try:
            data = await store.get(object_name)
            pieces = packs.split(data, object_name) if object_name.startswith(f"{layout.PACKS}/") else [data]
            found = [segments.read_header(piece, object_name)[0] for piece in pieces]
        except (NotThere, Invalid):
            continue
        headers |= {header.seq: header for header in found if header.seq > before.seq}
    if not seen:
        return None
    return Late(
        store=name,
        segments=len(seen),
        rows=sum(header.count for header in headers.values()),
        since=min((header.since for header in headers.values()), default=0),
        until=max((header.until for header in headers.values()), default=0),
    )
