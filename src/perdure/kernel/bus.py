"""Small messages between the processes of one site: wake-ups, cache invalidation, live events.

A message may be lost (a process that just starts misses it), so nothing durable depends on one: the outbox table is
the truth, and the bus only makes it fast.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

Handler = Callable[[bytes], None]


class Bus(Protocol):
    """Publish to every process of the site, this one included."""

    def publish(self, channel: str, payload: bytes = b"") -> None:
        """Send to all subscribers of ``channel`` everywhere. Callable from any thread; never blocks, never raises."""
        ...

    def subscribe(self, channel: str, handler: Handler) -> Callable[[], None]:
        """Call ``handler(payload)`` for each message, on this process's event loop. Returns the unsubscriber."""
        ...

    async def start(self) -> None:
        """Begin to receive, on the running event loop."""
        ...

    async def stop(self) -> None:
        """Stop receiving. Publishing still works."""
        ...

    def close(self) -> None:
        """Let go of everything that publishing needs. Call it last."""
        ...


class LocalBus:
    """A bus that reaches this process only, at once, on the caller's thread. For the command line and tests."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = defaultdict(list)

    def publish(self, channel: str, payload: bytes = b"") -> None:
        """Call every handler of the channel now."""
        for handler in list(self._handlers[channel]):
            handler(payload)

    def subscribe(self, channel: str, handler: Handler) -> Callable[[], None]:
        """Add a handler."""
        self._handlers[channel].append(handler)
        return lambda: self._handlers[channel].remove(handler)

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    def close(self) -> None:
        """Nothing to close."""
