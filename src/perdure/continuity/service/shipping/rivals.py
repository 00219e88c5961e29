"""Another host: one that announces itself, one that reigns by now, and copies that know more than this disk."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from perdure.continuity.errors import StoreError
from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Genesis, Head
from perdure.continuity.queries.log import LogReader
from perdure.continuity.rules import layout, reigns, segments
from perdure.continuity.service import moved, settling, takeover
from perdure.continuity.service.shipping import stranded
from perdure.continuity.service.shipping.lane import Lane
from perdure.continuity.service.shipping.reign import Held
from perdure.continuity.service.shipping.spool import Spool
from perdure.continuity.service.shipping.watch import Claim, Watch
from perdure.kernel.clock import Clock
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.log import logger

MOVING: Final = "it is being moved to another host"
_LAPSE_S: Final = 600.0
"""How long an intent holds without a genesis."""
_FLUSH_S: Final = 10.0
_AGAIN_S: Final = 1.0
_TROUBLES: Final = (OSError, sqlite3.Error, psycopg.Error, AppError)
log = logger("copies")


class Door(Protocol):
    """The site's mode, as the shipper may change it. Both raise AppError."""

    async def close(self, reason: str) -> None:
        """Close the site; when this returns, whatever had begun to write is over."""
        ...

    async def reopen(self, reason: str) -> None:
        """Open the site, if it was closed for this very reason."""
        ...


class Ours(Protocol):
    """What is asked of the shipper."""

    @property
    def seq(self) -> int: ...  # noqa: D102
    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]: ...  # noqa: D102
    async def flush(self, seconds: float) -> bool: ...  # noqa: D102
    def head(self, *, closed: bool = False) -> Head: ...  # noqa: D102


class Rivals:
    """Told by watches and lanes. ``lanes`` and ``watches`` are the shipper's own, as they change."""

    def __init__(
        self,
        data: Path,
        site: Site,
        held: Held,
        spool: Spool,
        lanes: Mapping[str, Lane],
        watches: Mapping[str, Watch],
        door: Door,
        ours: Ours,
        clock: Clock,
        open_log: Callable[[], LogReader],
    ) -> None:
        self._data = data
        self._site = site
        self._held = held
        self._spool = spool
        self._lanes = lanes
        self._watches = watches
        self._door = door
        self._ours = ours
        self._clock = clock
        self._open_log = open_log
        self._closed = False
        self._address = ""
        self._judging: asyncio.Task[None] | None = None
        self._yielding: asyncio.Task[None] | None = None

    # -- copies that are ahead

    def foreign(self, store: str, name: str) -> None:
        """A store holds, under a name of ours, what this host did not make."""
        self._judging = self._ours.begin(self._judge(store, name))

    async def _judge(self, store: str, name: str) -> None:
        """Close the site where that proves that its copies are ahead of this disk.

        Proof is a head that this host signed and does not remember, or the same at most of several stores. Less is not:
        else bit rot at one store, or whoever can write there, would stop the site.
        """
        if name == layout.genesis(self._held.genesis.epoch) and await self._is_contested(store, name):
            return
        strange = [lane for lane in self._lanes.values() if lane.state == "foreign"]
        most = len(strange) > 1 and 2 * len(strange) > len(self._lanes)
        if self._closed or not (most or await self._spoke_later(strange)):
            return
        self._closed = True
        reason = f"the copies are ahead of this host ({name} at {store}): run perdure restore, or perdure copies status"
        await self._close(reason)

    async def _is_contested(self, store: str, name: str) -> bool:
        lane = self._lanes.get(store)
        try:
            return lane is not None and await self.contested(await lane.store.get(name), store)
        except StoreError:
            return False

    async def contested(self, data: bytes, store: str) -> bool:
        """Another genesis of this very epoch: of two that count the one with the lower hash does, for every restore.

        Tells whether this host withdraws.
        """
        name = layout.genesis(self._held.genesis.epoch)
        try:
            other = reigns.read_genesis(data, self._site, (), name)
        except Invalid as error:
            log.error("strange_claim", store=store, reason=error.public)
            return False
        if segments.digest(data) > self._held.reign.genesis:
            log.error("contested", store=store, by=other.host, todo="this host stays; the other one must withdraw")
            return False
        if not self._closed:
            self._closed = True
            log.error("withdrawn", store=store, by=other.host, epoch=other.epoch)
            await self._close(settling.OTHER)
        return True

    async def _spoke_later(self, lanes: list[Lane]) -> bool:
        asked = {lane.record.name: lane.store for lane in lanes}
        genesis = self._held.genesis
        found = await takeover.heads(asked, {genesis.host_key}, genesis.epoch)
        return found.newest is not None and found.newest.seq > self._ours.seq

    # -- another host

    async def claimed(self, name: str, claim: Claim) -> None:
        """A signed intent or genesis of the next epoch stands at a store."""
        if isinstance(claim, Genesis):
            if not self._closed:
                self._closed = True
                await self._superseded(claim)
        elif self._clock.now_ms() - claim.at > _LAPSE_S * 1000:
            await self._pass_over(name)
        elif self._yielding is None:
            self._address = claim.address
            self._yielding = self._ours.begin(self._yield(name))

    async def _superseded(self, genesis: Genesis) -> None:
        await self._close(f"another host reigns since epoch {genesis.epoch}")
        log.error("superseded", by=genesis.host, epoch=genesis.epoch)
        try:
            if self._address:
                moved.note(self._data, self._address)
            await self._tell_stranded(genesis)
        except _TROUBLES as error:
            log.error("stranded_unknown", reason=str(error), todo="compare this host's database by hand")

    async def _yield(self, name: str) -> None:
        """Write no more, send everything, say that it was the last; take the site back if nobody came."""
        log.warning("yielding", claim=name)
        await self._close(MOVING)
        if await self._ours.flush(_FLUSH_S):
            await self._say_the_last_word()
        await asyncio.sleep(_LAPSE_S)
        if not self._closed:
            await self._pass_over(name)
            self._yielding = None

    async def _say_the_last_word(self) -> None:
        last = self._ours.head(closed=True)
        watches = list(self._watches.values())
        said = await asyncio.gather(*(watch.put_head(last) for watch in watches), return_exceptions=True)
        for watch, error in zip(watches, said, strict=True):
            if isinstance(error, StoreError):
                log.warning("last_word_not_heard", store=watch.store, reason=error.public)
            elif error is not None:
                raise error

    async def _pass_over(self, name: str) -> None:
        """Nobody came after this intent: the site is ours again, and the next attempt is looked for."""
        log.warning("claim_lapsed", claim=name)
        for watch in self._watches.values():
            watch.pass_over(name)
        try:
            await self._door.reopen(MOVING)
        except AppError as error:
            log.error("cannot_reopen", said=error.public, **error.data)

    async def _close(self, reason: str) -> None:
        """Close the site, however often it takes."""
        while True:
            try:
                await self._door.close(reason)
            except AppError as error:
                log.error("cannot_close", said=error.public, **error.data)
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    async def _tell_stranded(self, genesis: Genesis) -> None:
        """Keep a list of what the successor does not have."""
        if genesis.before is None or genesis.before.epoch != self._held.genesis.epoch:
            return
        fetched = None
        for lane in self._lanes.values():
            try:
                fetched = fetched or await stranded.fetch(lane.store, genesis.before)
            except StoreError as error:
                log.warning("adopted_segment_not_read", store=lane.record.name, reason=error.public)
        position = stranded.adopted_position(self._spool, genesis.before, fetched)
        if position is None:
            log.error("stranded_unknown", reason="the adopted segment is nowhere to be had", todo="compare by hand")
            return
        reader = self._open_log()
        try:
            found = await asyncio.to_thread(stranded.report, reader, genesis.before, position)
        finally:
            reader.close()
        path = stranded.save(self._data, found)
        log.warning("stranded", rows=len(found.rows), file=str(path))
