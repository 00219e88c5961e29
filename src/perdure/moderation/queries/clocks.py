"""Rows of clocks."""

from typing import Any

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.cases import case_clock

_DUE = sql(
    select(case_clock)
    .where(case_clock.c.next_at <= bindparam("now"))
    .order_by(case_clock.c.next_at)
    .limit(bindparam("most"))
)
_ONE = sql(select(case_clock).where(case_clock.c.id == bindparam("clock_id")))
_OF_CASE = sql(
    select(case_clock)
    .where(case_clock.c.case_id == bindparam("case_id"))
    .order_by(case_clock.c.due_at, case_clock.c.id)
)


def insert(tx: Tx, **values: Any) -> int:
    """Store a clock; returns its id."""
    new_id = tx.new_id()
    blank = {
        "resumes_as": None,
        "pause_reason": None,
        "pause_proof": None,
        "paused_at": None,
        "paused_ms": 0,
        "met_at": None,
        "late": False,
        "version": 1,
    }
    tx.insert(case_clock, id=new_id, **(blank | values))
    return new_id


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a clock and count a new version."""
    tx.update(case_clock, {"id": row.id}, version=row.version + 1, **values)


def due(tx: Tx, most: int) -> list[Row]:
    """Clocks with a transition whose time has come."""
    return tx.all(_DUE, now=tx.now, most=most)


def one(tx: Tx, clock_id: int) -> Row | None:
    """A clock."""
    return tx.first(_ONE, clock_id=clock_id)


def of_case(tx: Tx, case_id: int) -> list[Row]:
    """A case's clocks, the nearest deadline first."""
    return tx.all(_OF_CASE, case_id=case_id)
