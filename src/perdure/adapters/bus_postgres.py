"""The bus of many machines: PostgreSQL's LISTEN and NOTIFY on one connection for each process."""

import asyncio
import base64
import contextlib
import queue
import threading
from collections import defaultdict
from collections.abc import Callable

import psycopg

from perdure.kernel.bus import Handler
from perdure.kernel.db.postgres import PEER
from perdure.kernel.log import logger

_CHANNEL = "perdure"
_MAX = 7_900  # NOTIFY carries at most 8,000 bytes
_WAITING = 10_000
log = logger("bus")


class PostgresBus:
    """Publishes from a thread of its own, so that no request waits for it; listens on the event loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._outgoing: queue.Queue[str | None] = queue.Queue(_WAITING)
        self._sender: threading.Thread | None = None
        self._listener: asyncio.Task[None] | None = None

    def publish(self, channel: str, payload: bytes = b"") -> None:
        """Queue for sending. Messages over 7,900 bytes are dropped: send ids, not bodies."""
        message = f"{channel} {base64.b64encode(payload).decode()}"
        if len(message) > _MAX:
            return
        if self._sender is None:
            self._sender = threading.Thread(target=self._send_loop, name="bus-send", daemon=True)
            self._sender.start()
        with contextlib.suppress(queue.Full):  # the database is away: a message may be lost
            self._outgoing.put_nowait(message)

    def subscribe(self, channel: str, handler: Handler) -> Callable[[], None]:
        """Add a handler; it is called on the event loop that ran :meth:`start`."""
        self._handlers[channel].append(handler)
        return lambda: self._handlers[channel].remove(handler)

    async def start(self) -> None:
        """Listen, and connect again whenever the connection is lost."""
        ready = asyncio.Event()
        self._listener = asyncio.create_task(self._listen(ready))
        await asyncio.wait_for(ready.wait(), 10)

    async def stop(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    def close(self) -> None:
        """Send what is queued, then stop sending."""
        if self._sender is not None:
            self._outgoing.put(None)
            self._sender.join()
            self._sender = None

    async def _listen(self, ready: asyncio.Event) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, **PEER) as connection:  # type: ignore[arg-type] # keywords of libpq
                    await connection.execute(f"LISTEN {_CHANNEL}")
                    ready.set()
                    async for notice in connection.notifies():
                        self._dispatch(notice.payload)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("bus_reconnect", error=str(error))
                await asyncio.sleep(1)

    def _dispatch(self, message: str) -> None:
        channel, _, encoded = message.partition(" ")
        payload = base64.b64decode(encoded)
        for handler in list(self._handlers[channel]):
            try:
                handler(payload)
            except Exception as error:
                log.error("bus_handler_failed", channel=channel, exc_info=error)

    def _send_loop(self) -> None:
        connection: psycopg.Connection[object] | None = None
        while (message := self._outgoing.get()) is not None:
            try:
                if connection is None or connection.closed:
                    connection = psycopg.connect(self._url, autocommit=True, **PEER)  # type: ignore[arg-type] # keywords of libpq
                connection.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, message))
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                log.warning("bus_send_failed", error=str(error))
                connection = None
        if connection is not None:
            connection.close()
