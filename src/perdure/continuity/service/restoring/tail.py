"""The chain of segments behind a snapshot: from packs and segments of any store, checked link by link, read ahead."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final, NamedTuple

from perdure.continuity.errors import Newer, StoreError
from perdure.continuity.model.chain import Segment
from perdure.continuity.rules import layout, packs, segments
from perdure.continuity.service.restoring.sources import Sources
from perdure.kernel.errors import Invalid

_AHEAD: Final = 6
"""Objects that are fetched before they are needed; a pack has up to 16 MiB."""


class Link(NamedTuple):
    """A segment of the chain, opened, and the SHA-256 of its bytes."""

    segment: Segment
    digest: bytes


class Older(Invalid):
    """Segments that somebody signed for are nowhere."""


class _Place(NamedTuple):
    """Where a segment may lie: an object at a store, and the segments that the object holds."""

    store: str
    name: str
    first: int
    last: int


class Chain:
    """The segments of one epoch from some place on."""

    def __init__(self, sources: Sources, epoch: int) -> None:
        self._sources = sources
        self.epoch = epoch
        self._places: dict[int, list[_Place]] = {}
        self._packs: list[_Place] = []
        self._asked: set[int] = set()

    async def look(self, after: int) -> int:
        """List what lies behind a segment; returns the highest number that any store lists."""
        listed = await self._sources.listed(layout.segments(self.epoch), layout.segment(self.epoch, after))
        for name, holders in listed.items():
            seq = layout.seq_of(name)
            self._places[seq] = [_Place(one.store, name, seq, seq) for one in holders]
        for name, holders in (await self._sources.listed(layout.packs(self.epoch))).items():
            first, last = layout.range_of(name)
            if last > after:
                self._packs += [_Place(one.store, name, first, last) for one in holders]
        return max([after, *self._places, *(pack.last for pack in self._packs)])

    async def links(self, seq: int, digest: bytes, demanded: int, end: int | None) -> AsyncIterator[Link]:
        """Segments behind ``seq``, whose bytes have the hash ``digest``, up to ``end`` or as far as the chain goes.

        Raises Older where one up to ``demanded`` is not to be had whole from any store.
        """
        reader = _Reader(self._sources, self)
        try:
            while end is None or seq < end:
                link = await self._next(reader, seq + 1, digest)
                if link is None:
                    if await self._is_unlisted(seq + 1):
                        continue
                    if seq >= demanded or not self._sources.everybody():
                        break
                    await self.look(seq)
                    continue
                yield link
                seq, digest = seq + 1, link.digest
        finally:
            reader.close()
        if seq < demanded:
            raise self._older(seq, demanded)

    async def _is_unlisted(self, seq: int) -> bool:
        """Whether a store holds a segment that none lists: some lists are late, and a name is not."""
        if seq in self._asked:
            return False
        self._asked.add(seq)
        name = layout.segment(self.epoch, seq)
        known = {place.store for place in self._places.get(seq, [])}
        unlisted = [store for store in await self._sources.holding(name) if store not in known]
        self._places.setdefault(seq, []).extend(_Place(store, name, seq, seq) for store in unlisted)
        for store in unlisted:
            self._sources.note(f"Store {store} holds {name} and does not list it: its lists are late")
        return bool(unlisted)

    def _older(self, seq: int, demanded: int) -> Older:
        name = layout.segment(self.epoch, seq + 1)
        why = "; ".join(fault for fault in self._sources.faults if name in fault) or "no store lists it"
        return Older(
            f"The copies are older than their heartbeat: a sign of life names segment {demanded} of epoch "
            f"{self.epoch}, and {name} is at no store ({why}). Give --accept-loss to go back to segment {seq}"
        )

    async def _next(self, reader: "_Reader", seq: int, digest: bytes) -> Link | None:
        name = layout.segment(self.epoch, seq)
        newer: Newer | None = None
        async for place, data in reader.candidates(seq):
            try:
                return await self._opened(data, seq, digest, name)
            except Newer as error:
                newer = error
            except Invalid as error:
                self._sources.note(f"Store {place.store}, {place.name}: {error.public}")
        if newer is not None:
            raise newer
        return None

    async def _opened(self, data: bytes, seq: int, digest: bytes, name: str) -> Link:
        header, _ = segments.read_header(data, name)
        if (header.epoch, header.seq) != (self.epoch, seq):
            raise Invalid(f"{name} is segment {header.seq} of epoch {header.epoch}: objects were swapped")
        if header.previous != digest:
            raise Invalid(f"{name} does not follow the segment before it: one of the two is of another history")
        segment = await self._sources.opened(header.epoch, header.key, lambda key: segments.decode(data, key, name))
        return Link(segment, segments.digest(data))

    async def copies(self, seq: int) -> AsyncIterator[tuple[str, bytes]]:
        """Copies of one segment, unproven, with the store of each."""
        reader = _Reader(self._sources, self)
        try:
            async for place, data in reader.candidates(seq):
                yield place.store, data
        finally:
            reader.close()

    def holding(self, seq: int) -> list[_Place]:
        """Where a segment may be read, packs first: one answer for many."""
        inside = [pack for pack in self._packs if pack.first <= seq <= pack.last]
        return [*sorted(inside, key=lambda pack: -pack.last), *self._places.get(seq, [])]


class _Reader:
    """Fetches ahead in the order of the chain. What a pack holds is kept until it was used."""

    def __init__(self, sources: Sources, chain: Chain) -> None:
        self._sources = sources
        self._chain = chain
        self._ahead: deque[tuple[_Place, asyncio.Task[bytes | None]]] = deque()
        self._unpacked: dict[int, bytes] = {}
        self._from: _Place | None = None
        self._planned = 0

    async def candidates(self, seq: int) -> AsyncIterator[tuple[_Place, bytes]]:
        """Copies of a segment, one after the other, unproven."""
        tried: set[tuple[str, str]] = set()
        while self._ahead and self._ahead[0][0].last < seq:
            self._ahead.popleft()[1].cancel()
        self._plan(seq)
        if seq not in self._unpacked and self._ahead and self._ahead[0][0].first <= seq <= self._ahead[0][0].last:
            place, task = self._ahead.popleft()
            self._take(place, await task)
        if seq in self._unpacked and self._from is not None:
            tried.add((self._from.store, self._from.name))
            yield self._from, self._unpacked.pop(seq)
        for place in self._chain.holding(seq):
            if (place.store, place.name) not in tried:
                self._take(place, await self._get(place))
                if seq in self._unpacked:
                    yield place, self._unpacked.pop(seq)

    def _plan(self, seq: int) -> None:
        self._planned = max(self._planned, seq - 1)
        while len(self._ahead) < _AHEAD and (held := self._chain.holding(self._planned + 1)):
            self._ahead.append((held[0], asyncio.create_task(self._get(held[0]))))
            self._planned = held[0].last

    def _take(self, place: _Place, data: bytes | None) -> None:
        self._unpacked, self._from = {}, place
        if data is None:
            return
        if place.first == place.last:
            self._unpacked = {place.first: data}
            return
        try:
            parts = packs.split(data, place.name)
        except Invalid as error:
            self._sources.note(f"Store {place.store}: {error.public}")
            return
        self._unpacked = dict(enumerate(parts, place.first))

    async def _get(self, place: _Place) -> bytes | None:
        store = self._sources.living.get(place.store)
        try:
            return await store.get(place.name) if store else None
        except StoreError as error:
            self._sources.note(error.public)
            return None

    def close(self) -> None:
        """Let go of what is under way."""
        for _, task in self._ahead:
            task.cancel()
