"""Rows of clocks."""

from typing import Any

from sqlalchemy import bindparam, func, or_, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.cases import case_clock, moderation_case

_DUE = sql(
    select(case_clock)
    .where(case_clock.c.next_at <= bindparam("now"))
    .order_by(case_clock.c.next_at)
    .limit(bindparam("most"))
)
_PAGE_DUE = sql(
    select(case_clock)
    .where(case_clock.c.page_at <= bindparam("now"))
    .order_by(case_clock.c.page_at)
    .limit(bindparam("most"))
)
_AHEAD = sql(
    select(case_clock)
    .where(
        case_clock.c.met_at.is_(None),
        or_(
            (case_clock.c.state == "missed") & (case_clock.c.due_at > bindparam("now")),
            (case_clock.c.state == "warned80") & (case_clock.c.late_at > bindparam("now")),
            (case_clock.c.state == "warned50") & (case_clock.c.half_at > bindparam("now")),
        ),
    )
    .order_by(case_clock.c.id)
    .limit(bindparam("most"))
)
_ONE = sql(select(case_clock).where(case_clock.c.id == bindparam("clock_id")))
_OF_CASE = sql(
    select(case_clock)
    .where(case_clock.c.case_id == bindparam("case_id"))
    .order_by(case_clock.c.due_at, case_clock.c.id)
)
_OPEN = sql(select(func.count()).where(moderation_case.c.open_key.is_not(None)))
_UNMET = sql(
    select(func.count().label("n"), func.min(case_clock.c.due_at).label("due")).where(case_clock.c.met_at.is_(None))
)


def insert(tx: Tx, **values: Any) -> int:
    """Store a clock; returns its id."""
    new_id = tx.new_id()
    blank = {
        "taken_by": None,
        "taken_at": None,
        "page_at": None,
        "pages": 0,
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


def page_due(tx: Tx, most: int) -> list[Row]:
    """Clocks for which people are to be called again, unless somebody is on it."""
    return tx.all(_PAGE_DUE, now=tx.now, most=most)


def ahead(tx: Tx, most: int) -> list[Row]:
    """Clocks at a stage whose time has not come: the machine's clock was ahead when they moved."""
    return tx.all(_AHEAD, now=tx.now, most=most)


def one(tx: Tx, clock_id: int) -> Row | None:
    """A clock."""
    return tx.first(_ONE, clock_id=clock_id)


def standing(tx: Tx) -> tuple[int, int, int | None]:
    """Open cases, deadlines that are not met, and the earliest of them (ms)."""
    row = tx.first(_UNMET)
    assert row is not None
    return int(tx.scalar(_OPEN)), int(row.n), row.due


def of_case(tx: Tx, case_id: int) -> list[Row]:
    """A case's clocks, the nearest deadline first."""
    return tx.all(_OF_CASE, case_id=case_id)
