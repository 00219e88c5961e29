"""The meeting point of one web process: its live connections, and the signals that arrive for them.

A signal carries ids. The hub finds which of its connections it concerns, renders for each viewer with the same code
as the timelines, and puts the finished event into the connection's queue. Signals are handled in order of arrival.
"""

import asyncio
import contextlib
import weakref
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from perdure.accounts.service.tokens import CHANNEL as ACCESS
from perdure.kernel.db import Database
from perdure.kernel.errors import AppError, RateLimited
from perdure.kernel.log import logger
from perdure.kernel.metrics import STREAMS
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.streaming import signals
from perdure.mastodon_api.streaming.connection import Connection
from perdure.mastodon_api.streaming.routing import route

_INBOX: Final = 10_000
MOST_EACH: Final = 32
"""Connections of one person that a process keeps: some apps and a few dozen open pages."""
log = logger("streaming")


class Hub:
    """All live connections of this process."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._connections: set[Connection] = set()
        self._held: Counter[int] = Counter()
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue(_INBOX)
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: list[Callable[[], None]] = []
        self._checks: set[asyncio.Task[None]] = set()

    def check_room(self, account_id: int) -> None:
        """Raises RateLimited for somebody who has :data:`MOST_EACH` connections already."""
        if self.held_by(account_id) >= MOST_EACH:
            raise RateLimited

    def held_by(self, account_id: int) -> int:
        """How many connections somebody has."""
        return self._held[account_id]

    def attach(self, connection: Connection) -> None:
        """Begin to serve a connection; the first one starts listening to the bus."""
        self._connections.add(connection)
        self._held[connection.viewer.account_id] += 1
        STREAMS.set(len(self._connections))
        if self._task is None:
            loop = asyncio.get_running_loop()
            bus = self._rt.bus
            self._unsubscribe = [
                bus.subscribe(signals.CHANNEL, lambda payload: _soon(loop, self._take, payload)),
                bus.subscribe(ACCESS, lambda payload: _soon(loop, self._recheck, payload)),
            ]
            self._task = loop.create_task(self._run())

    def detach(self, connection: Connection) -> None:
        """Forget a connection; with the last one the hub rests."""
        self._connections.discard(connection)
        self._held[connection.viewer.account_id] -= 1
        if not self._held[connection.viewer.account_id]:
            del self._held[connection.viewer.account_id]
        STREAMS.set(len(self._connections))
        if not self._connections and self._task is not None:
            for unsubscribe in self._unsubscribe:
                unsubscribe()
            self._task.cancel()
            self._task = None

    def _take(self, payload: bytes) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            self._inbox.put_nowait(payload)

    async def _run(self) -> None:
        while True:
            payload = await self._inbox.get()
            try:
                await route(self._rt, signals.read(payload), tuple(self._connections))
            except (AppError, msgspec.DecodeError) as error:
                log.info("signal_skipped", error=repr(error))
            except Exception as error:  # one bad signal must not silence every stream; it is lost, as the bus allows
                log.error("signal_failed", exc_info=error)

    def _recheck(self, payload: bytes) -> None:
        account_id = int(payload) if payload else None
        concerned = [c for c in self._connections if account_id is None or c.viewer.account_id == account_id]
        if concerned:
            task = asyncio.get_running_loop().create_task(self._end_revoked(concerned))
            self._checks.add(task)
            task.add_done_callback(self._checks.discard)

    async def _end_revoked(self, connections: Iterable[Connection]) -> None:
        for connection in connections:
            try:
                connection.viewer = await connection.renew()
            except AppError:
                connection.close()


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[bytes], None], payload: bytes) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens any more
        loop.call_soon_threadsafe(call, payload)


_hubs: "weakref.WeakKeyDictionary[Database, Hub]" = weakref.WeakKeyDictionary()


def hub_of(rt: Runtime) -> Hub:
    """This process's hub."""
    found = _hubs.get(rt.db)
    if found is None:
        found = _hubs[rt.db] = Hub(rt)
    return found
