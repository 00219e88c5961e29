"""Delivers what the outbox holds: database effects exactly once, outside effects at least once."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.db.faults import AGAIN, of_storage
from perdure.kernel.errors import Unavailable
from perdure.kernel.log import logger
from perdure.kernel.metrics import OUTBOX_DEAD, OUTBOX_DELIVERED, OUTBOX_FAILED
from perdure.kernel.outbox import queries
from perdure.kernel.outbox.registry import Registry, Subscriber
from perdure.kernel.runtime import Runtime

LEASE_MS: Final = 60_000
MAX_ATTEMPTS: Final = 12
_FIRST_DELAY_MS: Final = 1_000
MAX_DELAY_MS: Final = 3_600_000
# Well within the lease, so that nobody else takes over what is still running.
_PATIENCE_S: Final = 45.0
log = logger("outbox")


def backoff_ms(attempts: int) -> int:
    """How long to wait after the n-th failure: doubling from one second, at most an hour."""
    return int(min(_FIRST_DELAY_MS * 2 ** (attempts - 1), MAX_DELAY_MS))


async def mend(rt: Runtime) -> None:
    """The recurring job: a clock that was set back must not hold up what was due before."""
    if count := await rt.db.write("outbox.mend", queries.mend, MAX_DELAY_MS, LEASE_MS):
        log.warning("clock_set_back", deliveries=count)


class Deliverer:
    """Works through due deliveries. Any number may run, in any number of processes.

    What reaches outside runs beside the rest, so that a site that does not answer holds up nobody's timeline.
    """

    def __init__(self, rt: Runtime, registry: Registry, finished: Callable[[], None] = lambda: None) -> None:
        """``finished`` is called whenever something that reached outside is done: there may be more to do."""
        self._rt = rt
        self._registry = registry
        self._finished = finished
        self._running: dict[str, set[asyncio.Task[None]]] = {}

    async def deliver_due(self) -> int:
        """One round over all subscribers with something due; returns how many deliveries were tried or begun.

        A subscriber that fails does not stop the others. Raises Unavailable if storage failed and nothing was done.
        """
        due = await self._rt.db.read(queries.due_subscribers, self._rt.clock.now_ms())
        # A subscriber of another release stays until that release runs again.
        subscribers = [self._registry.by_name[name] for name in due if name in self._registry.by_name]
        outcomes = await self._round(subscribers)
        done = sum(outcome for outcome in outcomes if isinstance(outcome, int))
        refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
        if refused and not done:
            raise refused[0]
        return done

    async def _round(self, subscribers: list[Subscriber]) -> list[int | Unavailable]:
        """Each in its turn. On SQLite all queue for the one writer, in their order, who commits them together."""
        if self._rt.db.engine == "sqlite":
            return await asyncio.gather(*map(self._try, subscribers))
        return [await self._try(subscriber) for subscriber in subscribers]

    async def _try(self, subscriber: Subscriber) -> int | Unavailable:
        try:
            return await self._deliver(subscriber)
        except Unavailable as error:
            return error
        except Exception as error:
            log.error("subscriber_failed", subscriber=subscriber.name, exc_info=error)
            return 0

    async def _deliver(self, subscriber: Subscriber) -> int:
        if subscriber.mode == "transaction":
            return await self._rt.db.write(f"outbox.{subscriber.name}", _deliver_in, subscriber)
        if len(self._running.get(subscriber.name, ())) < subscriber.lanes:
            return await self._begin_effects(subscriber)
        return 0

    async def deliver_all(self) -> int:
        """Rounds until nothing is due any more and everything begun is done."""
        total = 0
        while (done := await self.deliver_due()) or any(self._running.values()):
            total += done
            await self.settle()
        return total

    async def settle(self, seconds: float | None = None) -> None:
        """Wait until everything begun is done; what takes longer than ``seconds`` is left to its lease."""
        running = [task for tasks in self._running.values() for task in tasks]
        _, late = await asyncio.wait(running, timeout=seconds) if running else ((), ())
        for task in late:
            task.cancel()

    async def _begin_effects(self, subscriber: Subscriber) -> int:
        leased = await self._rt.db.write(f"outbox.lease.{subscriber.name}", _lease_in, subscriber)
        if leased:
            deliver = self._deliver_batch if subscriber.mode == "batch" else self._deliver_effects
            task = asyncio.create_task(deliver(subscriber, leased))
            running = self._running.setdefault(subscriber.name, set())
            running.add(task)
            task.add_done_callback(running.discard)
            task.add_done_callback(lambda _: self._finished())
        return len(leased)

    async def _deliver_batch(self, subscriber: Subscriber, leased: list[Row]) -> None:
        """Prepare and store all at once; where that fails, each by itself, so that one bad event stops no other."""
        try:
            await self._store(subscriber, leased)
        except Unavailable as error:
            log.warning("storage_unavailable", **error.data)  # the leases end, and everything is delivered again
        except Exception as error:  # noqa: BLE001 - one failed listener must not stop the others; it is retried
            if len(leased) == 1:
                outcome = (leased[0].event_id, leased[0].attempts, repr(error))
                await self._settle(subscriber, [outcome])
                return
            for row in leased:
                await self._deliver_batch(subscriber, [row])

    async def _store(self, subscriber: Subscriber, leased: list[Row]) -> None:
        assert subscriber.prepare is not None
        events = [msgspec.json.decode(row.payload, type=subscriber.event) for row in leased]
        async with asyncio.timeout(_PATIENCE_S):
            prepared = await subscriber.prepare(self._rt, events)
        ids = [row.event_id for row in leased]
        await self._rt.db.write(f"outbox.{subscriber.name}", _store_in, subscriber, ids, prepared)

    async def _deliver_effects(self, subscriber: Subscriber, leased: list[Row]) -> None:
        await self._settle(subscriber, await asyncio.gather(*(self._deliver_one(subscriber, row) for row in leased)))

    async def _settle(self, subscriber: Subscriber, outcomes: list[tuple[int, int, str | None]]) -> None:
        try:
            await self._rt.db.write(f"outbox.settle.{subscriber.name}", _settle_in, subscriber.name, outcomes)
        except Unavailable as error:
            log.warning("storage_unavailable", **error.data)  # the leases end, and everything is delivered again

    async def _deliver_one(self, subscriber: Subscriber, row: Row) -> tuple[int, int, str | None]:
        assert subscriber.handle is not None
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await subscriber.handle(self._rt, msgspec.json.decode(row.payload, type=subscriber.event))
        except Exception as error:  # noqa: BLE001 - one failed listener must not stop the others; it is retried
            return row.event_id, row.attempts, repr(error)
        return row.event_id, row.attempts, None


def _deliver_in(tx: Tx, subscriber: Subscriber) -> int:
    """Handle a batch and remove it, in one transaction: the effects and the receipt commit together."""
    rows = queries.take_due(tx, subscriber.name, subscriber.at_once)
    finished = []
    for row in rows:
        tx.savepoint("delivery")
        try:
            assert subscriber.handle_in is not None
            subscriber.handle_in(tx, msgspec.json.decode(row.payload, type=subscriber.event))
        except Exception as error:  # one bad event must not stop the queue: it is retried, then dead
            if isinstance(error, (Unavailable, *AGAIN)) or of_storage(error):
                raise  # no fault of the event
            tx.rollback_to("delivery")
            _failed_in(tx, subscriber.name, row.event_id, row.attempts + 1, repr(error))
        else:
            tx.release("delivery")
            finished.append(row.event_id)
    queries.finish(tx, subscriber.name, finished)
    OUTBOX_DELIVERED.labels(subscriber.name).inc(len(finished))
    return len(rows)


class _Taken(Exception):
    """Another process has finished a delivery whose lease ran out here."""


def _store_in(tx: Tx, subscriber: Subscriber, event_ids: list[int], prepared: Any) -> None:
    """Write what was prepared and remove the deliveries: the effects and the receipt commit together."""
    assert subscriber.store_in is not None
    finished = queries.finish(tx, subscriber.name, event_ids)
    if finished == len(event_ids):
        subscriber.store_in(tx, prepared)
        OUTBOX_DELIVERED.labels(subscriber.name).inc(finished)
    elif len(event_ids) > 1:
        raise _Taken


def _lease_in(tx: Tx, subscriber: Subscriber) -> list[Row]:
    """Take due deliveries for a minute; if this process dies, they come due again by themselves."""
    rows = queries.take_due(tx, subscriber.name, subscriber.at_once)
    queries.postpone(tx, subscriber.name, [row.event_id for row in rows], tx.now + LEASE_MS)
    return rows


def _settle_in(tx: Tx, name: str, outcomes: list[tuple[int, int, str | None]]) -> None:
    queries.finish(tx, name, [event_id for event_id, _, error in outcomes if error is None])
    for event_id, attempts, error in outcomes:
        if error is None:
            OUTBOX_DELIVERED.labels(name).inc()
        else:
            _failed_in(tx, name, event_id, attempts + 1, error)


def _failed_in(tx: Tx, name: str, event_id: int, attempts: int, error: str) -> None:
    log.warning("delivery_failed", subscriber=name, event_id=event_id, attempts=attempts, error=error)
    values: dict[str, Any] = {"attempts": attempts, "error": error.replace("\0", "")[:2000]}
    if attempts >= MAX_ATTEMPTS:
        OUTBOX_DEAD.labels(name).inc()
        queries.mark(tx, name, event_id, available_at=tx.now, dead_at=tx.now, **values)
    else:
        OUTBOX_FAILED.labels(name).inc()
        queries.mark(tx, name, event_id, available_at=tx.now + backoff_ms(attempts), dead_at=None, **values)
