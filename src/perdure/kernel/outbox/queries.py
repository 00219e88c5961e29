"""The outbox's SQL."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, delete, exists, func, not_, or_, select, update

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.kernel.outbox.tables import outbox_delivery as delivery
from perdure.kernel.outbox.tables import outbox_event as event

_ALIVE = delivery.c.dead_at.is_(None)

_DUE_SUBSCRIBERS = sql(
    select(delivery.c.subscriber)
    .where(_ALIVE, delivery.c.available_at <= bindparam("now"))
    .group_by(delivery.c.subscriber)
)
_TAKE = sql(
    select(delivery.c.event_id, delivery.c.attempts, event.c.payload)
    .join(event, event.c.id == delivery.c.event_id)
    .where(
        delivery.c.subscriber == bindparam("subscriber"),
        _ALIVE,
        delivery.c.available_at <= bindparam("now"),
    )
    .order_by(delivery.c.available_at, delivery.c.event_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=delivery)
)
_FINISH = sql(
    delete(delivery).where(delivery.c.subscriber == bindparam("subscriber"), any_of(delivery.c.event_id, "event_ids"))
)
_LOCK_EVENTS = sql(select(event.c.id).where(any_of(event.c.id, "event_ids")).order_by(event.c.id).with_for_update())
_DROP_EVENTS = sql(
    delete(event).where(any_of(event.c.id, "event_ids"), not_(exists().where(delivery.c.event_id == event.c.id)))
)
_POSTPONE = sql(
    update(delivery)
    .where(delivery.c.subscriber == bindparam("subscriber"), any_of(delivery.c.event_id, "event_ids"))
    .values(available_at=bindparam("until"))
)
_LIST = sql(
    select(
        delivery.c.event_id,
        delivery.c.subscriber,
        delivery.c.attempts,
        delivery.c.available_at,
        delivery.c.dead_at,
        delivery.c.error,
        event.c.kind,
        event.c.created_at,
    )
    .join(event, event.c.id == delivery.c.event_id)
    .where(and_(delivery.c.attempts > 0))
    .order_by(delivery.c.event_id)
    .limit(bindparam("most"))
)
_REPLAY = sql(
    update(delivery)
    .where(delivery.c.dead_at.is_not(None))
    .values(dead_at=None, attempts=0, available_at=bindparam("now"))
)
_MEND = sql(
    update(delivery)
    .where(
        _ALIVE,
        or_(
            delivery.c.available_at > bindparam("latest"),
            and_(delivery.c.attempts == 0, delivery.c.available_at > bindparam("latest_lease")),
        ),
    )
    .values(available_at=bindparam("now"))
)
_OLDEST = sql(select(delivery.c.available_at).where(_ALIVE).order_by(delivery.c.available_at).limit(1))

_DEPTH = sql(
    select(
        func.coalesce(func.sum(case((_ALIVE, 1), else_=0)), 0).label("waiting"),
        func.coalesce(func.sum(case((_ALIVE, 0), else_=1)), 0).label("dead"),
    )
)


class Depth(NamedTuple):
    """How many deliveries the outbox holds."""

    waiting: int
    dead: int


def depth(tx: Tx) -> Depth:
    """How many deliveries wait, and how many were given up."""
    row = tx.first(_DEPTH)
    return Depth(int(row.waiting), int(row.dead)) if row else Depth(0, 0)


def due_subscribers(tx: Tx, now: int) -> list[str]:
    """Names of the subscribers that have something to do."""
    return tx.column(_DUE_SUBSCRIBERS, now=now)


def take_due(tx: Tx, subscriber: str, most: int) -> list[Row]:
    """Due deliveries, oldest first: event_id, attempts, payload. Locked for this transaction on PostgreSQL."""
    return tx.all(_TAKE, subscriber=subscriber, now=tx.now, most=most)


def finish(tx: Tx, subscriber: str, event_ids: list[int]) -> int:
    """Remove deliveries, and the events that nobody waits for any more; returns how many deliveries there were.

    On PostgreSQL two subscribers may finish at once: without the lock each would leave the event to the other.
    """
    if not event_ids:
        return 0
    if tx.engine == "postgresql":
        tx.all(_LOCK_EVENTS, event_ids=event_ids)
    removed = tx.run(_FINISH, subscriber=subscriber, event_ids=event_ids)
    tx.run(_DROP_EVENTS, event_ids=event_ids)
    return removed


def postpone(tx: Tx, subscriber: str, event_ids: list[int], until: int) -> None:
    """Hide deliveries until an instant in milliseconds."""
    if event_ids:
        tx.run(_POSTPONE, subscriber=subscriber, event_ids=event_ids, until=until)


def mark(tx: Tx, subscriber: str, event_id: int, **values: Any) -> None:
    """Set columns of one delivery."""
    tx.update(delivery, {"event_id": event_id, "subscriber": subscriber}, **values)


def failed(tx: Tx, most: int = 200) -> list[Row]:
    """Deliveries that failed at least once, dead ones included."""
    return tx.all(_LIST, most=most)


def replay_dead(tx: Tx) -> int:
    """Make every dead delivery due now; returns how many."""
    return tx.run(_REPLAY, now=tx.now)


def mend(tx: Tx, longest_ms: int, lease_ms: int) -> int:
    """Make due what waits longer than anything can have been told to: the clock was set back meanwhile."""
    return tx.run(_MEND, now=tx.now, latest=tx.now + 2 * longest_ms, latest_lease=tx.now + 2 * lease_ms)


def oldest_due(tx: Tx) -> int | None:
    """When the oldest waiting delivery came due, in milliseconds, or None."""
    found: int | None = tx.scalar(_OLDEST)
    return found
