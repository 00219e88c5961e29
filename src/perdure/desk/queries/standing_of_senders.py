"""How letters of each sender fared."""

from typing import Final

from sqlalchemy import bindparam, case, func, select

from perdure.desk.tables.letters import letter
from perdure.kernel.db import Row, Tx, sql

_l: Final = letter.c
_OPEN: Final = _l.answered_at.is_(None)
_TOTALS = sql(
    select(
        _l.sender_id,
        func.count().label("letters"),
        func.sum(case((_OPEN, 1), else_=0)).label("open"),
        func.min(case((_OPEN, _l.due_at), else_=None)).label("due_at"),
        func.sum(_l["items"]).label("items"),
        func.max(_l.received_at).label("last_at"),
        func.sum(case((_l.answered_at > _l.due_at, 1), else_=0)).label("late"),
    )
    .where(_l.sender_id.is_not(None), _l.drill.is_(False), _l.received_at > bindparam("since"))
    .group_by(_l.sender_id)
)
_RECENT = sql(
    select(_l.id, _l.intake_id, _l.received_at, _l.answered_at)
    .where(_l.sender_id == bindparam("sender_id"), _l.drill.is_(False), _l.received_at > bindparam("since"))
    .order_by(_l.received_at.desc())
    .limit(bindparam("most"))
)


def totals(tx: Tx, since: int) -> dict[int, Row]:
    """By sender: letters, open ones and the earliest deadline of these, items, the last one, answers that were late."""
    return {int(row.sender_id): row for row in tx.all(_TOTALS, since=since)}


def recent(tx: Tx, sender_id: int, since: int, most: int) -> list[Row]:
    """A sender's letters, newest first: id, intake_id, received_at, answered_at."""
    return tx.all(_RECENT, sender_id=sender_id, since=since, most=most)
