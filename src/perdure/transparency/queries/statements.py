"""Rows of statements."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.transparency.tables import statement

_s: Final = statement.c
_LAST = sql(select(func.max(_s.decision_id)))
_KNOWN = sql(select(_s.decision_id).where(any_of(_s.decision_id, "ids")))
_DUE = sql(
    select(statement)
    .where(_s.state == bindparam("state"), _s.next_at <= bindparam("now"))
    .order_by(_s.next_at, _s.decision_id)
    .limit(bindparam("most"))
)
_MANY = sql(select(statement).where(any_of(_s.decision_id, "ids")).order_by(_s.decision_id))
_COUNTS = sql(select(_s.state, func.count().label("n")).group_by(_s.state))
_STANDING = sql(
    select(_s.state, func.count().label("n"))
    .where(_s.decided_at >= bindparam("first"), _s.decided_at < bindparam("end"), _s.reason != "drill")
    .group_by(_s.state)
)
_REASONS = sql(select(_s.reason, func.count().label("n")).where(_s.state == "not_owed").group_by(_s.reason))
_WAITING = sql(select(func.min(_s.created_at)).where(any_of(_s.state, "states")))
_ACCEPTED = sql(select(func.max(_s.accepted_at)))
_PAGE = sql(
    select(statement)
    .where(_s.state == bindparam("state"), _s.decision_id > bindparam("after"))
    .order_by(_s.decision_id)
    .limit(bindparam("most"))
)


def last(tx: Tx) -> int:
    """The newest decision that has a row."""
    return int(tx.scalar(_LAST) or 0)


def known(tx: Tx, ids: list[int]) -> set[int]:
    """Those of these decisions that have a row."""
    return {row.decision_id for row in tx.all(_KNOWN, ids=ids)}


def insert(tx: Tx, **values: Any) -> None:
    """Keep a row for a decision."""
    tx.insert(statement, created_at=tx.now, sent_at=None, accepted_at=None, attempts=0, uuid="", **values)


def change(tx: Tx, decision_id: int, **values: Any) -> None:
    """Set columns of a row."""
    tx.update(statement, {"decision_id": decision_id}, **values)


def due(tx: Tx, state: str, most: int) -> list[Row]:
    """Rows of a state whose time has come."""
    return tx.all(_DUE, state=state, now=tx.now, most=most)


def many(tx: Tx, ids: list[int]) -> list[Row]:
    """Rows of these decisions."""
    return tx.all(_MANY, ids=ids)


def page(tx: Tx, state: str, after: int, most: int) -> list[Row]:
    """Rows of a state behind a decision."""
    return tx.all(_PAGE, state=state, after=after, most=most)


def counts(tx: Tx) -> dict[str, int]:
    """How many rows are in each state."""
    return {row.state: int(row.n) for row in tx.all(_COUNTS)}


def standing(tx: Tx, first: int, end: int) -> dict[str, int]:
    """How many decisions of a period are in each state; rehearsals are left out."""
    return {row.state: int(row.n) for row in tx.all(_STANDING, first=first, end=end)}


def reasons(tx: Tx) -> dict[str, int]:
    """Why how many decisions owe no statement."""
    return {row.reason: int(row.n) for row in tx.all(_REASONS)}


def waiting_since(tx: Tx) -> int | None:
    """Since when (ms) the oldest that is not accepted yet is there."""
    found = tx.scalar(_WAITING, states=["pending", "sending", "rejected"])
    return None if found is None else int(found)


def accepted_at(tx: Tx) -> int | None:
    """When (ms) the last one was accepted."""
    found = tx.scalar(_ACCEPTED)
    return None if found is None else int(found)
