"""One live connection: who listens, to what, and what waits to be written."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from perdure.accounts.model import Viewer
from perdure.mastodon_api.streaming.channels import Channel

_QUEUE: Final = 512


class Outgoing(msgspec.Struct, frozen=True):
    """One event on one stream of one connection."""

    channel: Channel
    event: str
    payload: str | None


class Connection:
    """One socket or event stream: who listens, to what, and what waits to be written.

    ``renew`` asks again who is behind it, and raises an AppError where nobody may listen any more. A ``bare``
    connection is an open page: it hears that something happened, and asks for what it shows.
    """

    def __init__(self, viewer: Viewer, renew: Callable[[], Awaitable[Viewer]], *, bare: bool = False) -> None:
        self.viewer = viewer
        self.renew = renew
        self.bare = bare
        self.channels: set[Channel] = set()
        self._queue: asyncio.Queue[Outgoing | None] = asyncio.Queue(_QUEUE)

    def send(self, channel: Channel, event: str, payload: str | None) -> None:
        """Queue an event. A reader that fell too far behind is let go: it will come back and read the timelines."""
        try:
            self._queue.put_nowait(Outgoing(channel, event, payload))
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Make the writer stop, dropping what still waits."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self) -> Outgoing | None:
        """The next event; None when the connection is to end."""
        return await self._queue.get()
