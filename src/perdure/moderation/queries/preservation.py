"""Rows of preservation holds, and of what decisions keep."""

from typing import Any

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.decisions import preservation, retention

_p, _r = preservation.c, retention.c
_ONE = sql(select(preservation).where(_p.id == bindparam("hold_id")))
_ON = sql(
    select(preservation)
    .where(_p.subject_kind == bindparam("kind"), _p.ref_id == bindparam("ref"), _p.state == "active")
    .order_by(_p.id)
)
_ALL = sql(select(preservation).where(_p.state == "active").order_by(_p.id.desc()).limit(bindparam("most")))
_OVER = sql(
    select(preservation)
    .where(_p.state == "active", _p.until <= bindparam("now"))
    .order_by(_p.until)
    .limit(bindparam("most"))
)
_DUE = sql(
    select(retention)
    .where(_r.state == "kept", _r.due_at <= bindparam("now"))
    .order_by(_r.due_at)
    .limit(bindparam("most"))
)


def one(tx: Tx, hold_id: int) -> Row | None:
    """A hold."""
    return tx.first(_ONE, hold_id=hold_id)


def on(tx: Tx, kind: str, ref: int) -> list[Row]:
    """The holds in force on a thing."""
    return tx.all(_ON, kind=kind, ref=ref)


def active(tx: Tx, most: int) -> list[Row]:
    """Every hold in force, newest first."""
    return tx.all(_ALL, most=most)


def over(tx: Tx, most: int) -> list[Row]:
    """Holds whose time is over."""
    return tx.all(_OVER, now=tx.now, most=most)


def change(tx: Tx, hold_id: int, **values: Any) -> None:
    """Set columns of a hold."""
    tx.update(preservation, {"id": hold_id}, **values)


def due(tx: Tx, most: int) -> list[Row]:
    """What decisions keep, and the purge may look at now."""
    return tx.all(_DUE, now=tx.now, most=most)


def change_kept(tx: Tx, decision_id: int, **values: Any) -> None:
    """Set columns of what a decision keeps."""
    tx.update(retention, {"decision_id": decision_id}, **values)
