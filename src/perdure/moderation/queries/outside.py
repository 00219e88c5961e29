"""What is owed to somebody outside, and evidence by item."""

from typing import Final

from sqlalchemy import bindparam, func, not_, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.cases import case_clock, case_item

_c: Final = case_clock.c
# Clocks that run know when they move next; few of many do, and an index knows them.
_RUNS: Final = (_c.next_at.is_not(None), not_(_c.obligation.like("house.%")))
_STRICTEST = sql(
    select(_c.case_id, _c.obligation, _c.started_at, _c.due_at).where(*_RUNS).order_by(_c.due_at, _c.id).limit(1)
)
_RUNNING = sql(select(func.count()).select_from(case_clock).where(*_RUNS))
_SNAPSHOT = sql(select(case_item.c.snapshot_id).where(case_item.c.id == bindparam("item_id")))


def strictest(tx: Tx) -> Row | None:
    """The clock towards outside that is due first."""
    return tx.first(_STRICTEST)


def running(tx: Tx) -> int:
    """How many of them run."""
    return int(tx.scalar(_RUNNING))


def snapshot_of(tx: Tx, item_id: int) -> int | None:
    """The snapshot of an item."""
    found: int | None = tx.scalar(_SNAPSHOT, item_id=item_id)
    return found
