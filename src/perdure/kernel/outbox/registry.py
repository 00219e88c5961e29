"""Who listens to what, and how an emitted event becomes rows."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec

from perdure.kernel.db import Tx
from perdure.kernel.events import Event
from perdure.kernel.outbox.tables import outbox_delivery, outbox_event
from perdure.kernel.runtime import Runtime


class Subscriber(msgspec.Struct, frozen=True):
    """One listener to one kind of event. Exactly one of ``handle_in``, ``handle`` and ``prepare`` is set.

    ``handle_in(tx, event)`` has effects in the database only: they commit together with the receipt of the event,
    so they happen exactly once. With ``inline`` it runs inside the very transaction that emits.
    ``handle(rt, event)`` reaches outside (mail, push, streams): leased, retried with backoff, at least once; up to
    ``lanes`` batches of ``at_once`` events at a time, in order only where that is one.
    ``prepare(rt, events)`` looks at a whole batch without writing; ``store_in(tx, prepared)`` then writes what came of
    it, in the transaction that removes the deliveries: exactly once. Where a batch fails its events go one by one.
    """

    name: str
    event: type[Event]
    handle_in: Callable[[Tx, Any], None] | None = None
    handle: Callable[[Runtime, Any], Awaitable[None]] | None = None
    prepare: Callable[[Runtime, Sequence[Any]], Awaitable[Any]] | None = None
    store_in: Callable[[Tx, Any], None] | None = None
    inline: bool = False
    lanes: int = 1
    at_once: int = 64

    @property
    def mode(self) -> Literal["inline", "transaction", "effect", "batch"]:
        """How this subscriber is delivered to."""
        if self.inline:
            return "inline"
        if self.prepare:
            return "batch"
        return "transaction" if self.handle_in else "effect"


class Registry:
    """All subscribers of the process, by name and by kind of event."""

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self.by_name: dict[str, Subscriber] = {}
        self._inline: dict[str, list[Subscriber]] = {}
        self._queued: dict[str, list[str]] = {}
        for subscriber in subscribers:
            self._add(subscriber)

    def _add(self, subscriber: Subscriber) -> None:
        ways = (subscriber.handle, subscriber.handle_in, subscriber.prepare)
        if sum(way is not None for way in ways) != 1 or (subscriber.prepare is None) != (subscriber.store_in is None):
            message = f"subscriber {subscriber.name} needs one of handle, handle_in, and prepare with store_in"
            raise ValueError(message)
        if subscriber.name in self.by_name:
            message = f"two subscribers are called {subscriber.name}"
            raise ValueError(message)
        self.by_name[subscriber.name] = subscriber
        if subscriber.inline:
            self._inline.setdefault(subscriber.event.kind, []).append(subscriber)
        else:
            self._queued.setdefault(subscriber.event.kind, []).append(subscriber.name)

    def publish(self, tx: Tx, event: Event) -> None:
        """Store the event with one delivery per queued subscriber, and run the inline ones. Called by ``tx.emit``."""
        names = self._queued.get(event.kind)
        if names:
            event_id = tx.new_id()
            payload = msgspec.json.encode(event).decode()
            tx.insert(outbox_event, id=event_id, kind=event.kind, payload=payload, created_at=tx.now)
            rows = [{"event_id": event_id, "subscriber": name, "attempts": 0, "available_at": tx.now} for name in names]
            tx.insert_many(outbox_delivery, rows)
        for subscriber in self._inline.get(event.kind, ()):
            assert subscriber.handle_in is not None
            subscriber.handle_in(tx, event)
