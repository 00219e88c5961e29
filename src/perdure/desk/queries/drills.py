"""Rows of fire drills."""

from typing import Any, Final

from sqlalchemy import bindparam, select

from perdure.desk.tables.drills import notice_drill
from perdure.kernel.db import Row, Tx, sql

_d: Final = notice_drill.c
_ONE: Final = sql(select(notice_drill).where(_d.id == bindparam("drill_id")))
_DUE: Final = sql(
    select(notice_drill)
    .where(_d.state == "scheduled", _d.scheduled_at <= bindparam("now"))
    .order_by(_d.scheduled_at)
    .limit(5)
)
_RUNNING: Final = sql(select(notice_drill).where(_d.state == "running").order_by(_d.id).limit(50))
_SCORED: Final = sql(select(notice_drill).where(_d.state == "scored").order_by(_d.id.desc()).limit(bindparam("most")))
_PLANNED: Final = sql(select(_d.id).where(_d.plan_key == bindparam("plan_key")))


def one(tx: Tx, drill_id: int) -> Row | None:
    """A drill's row."""
    return tx.first(_ONE, drill_id=drill_id)


def due(tx: Tx) -> list[Row]:
    """Drills whose hour has come."""
    return tx.all(_DUE, now=tx.now)


def running(tx: Tx) -> list[Row]:
    """Drills that are under way."""
    return tx.all(_RUNNING)


def scored(tx: Tx, most: int) -> list[Row]:
    """Drills that are over, newest first."""
    return tx.all(_SCORED, most=most)


def planned(tx: Tx, plan_key: str) -> bool:
    """Whether a month has its drill of a kind already."""
    return tx.first(_PLANNED, plan_key=plan_key) is not None


def insert(tx: Tx, **values: Any) -> bool:
    """Store a drill, unless its month has one."""
    return tx.insert_new(notice_drill, **values)


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a drill and count a new version."""
    tx.update(notice_drill, {"id": row.id}, version=row.version + 1, **values)
