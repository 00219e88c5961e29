"""Reading and changing what people decided about trends."""

from typing import Any

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.signals.tables.trends import trend_review

_t = trend_review.c
_SOME = sql(select(trend_review).where(_t.kind == bindparam("kind"), any_of(_t.key, "keys")))
_OF_DECISION = sql(select(trend_review).where(_t.decision_id == bindparam("decision_id")))
_IN_STATE = sql(
    select(trend_review)
    .where(_t.state == bindparam("state"))
    .order_by(_t.asked_at.desc(), _t.kind, _t.key)
    .limit(bindparam("most"))
)
_PAGE = sql(
    select(trend_review)
    .where(_t.kind == bindparam("kind"))
    .order_by(_t.asked_at.desc(), _t.key)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


def some(tx: Tx, kind: str, keys: list[str]) -> dict[str, Row]:
    """What was decided about things, by their keys."""
    return {row.key: row for row in tx.all(_SOME, kind=kind, keys=keys)} if keys else {}


def of_decision(tx: Tx, decision_id: int) -> list[Row]:
    """What a decision blocks."""
    return tx.all(_OF_DECISION, decision_id=decision_id)


def in_state(tx: Tx, state: str, most: int) -> list[Row]:
    """What is ``waiting``, ``approved`` or ``rejected``, of every kind, newest first."""
    return tx.all(_IN_STATE, state=state, most=most)


def page(tx: Tx, kind: str, most: int, skip: int) -> list[Row]:
    """What waited or was decided, newest first."""
    return tx.all(_PAGE, kind=kind, most=most, skip=skip)


def ask(tx: Tx, kind: str, key: str, reason: str) -> bool:
    """Put something before a person, unless it is there already."""
    values: dict[str, Any] = dict.fromkeys(("decision_id", "until", "reviewer_id", "reviewed_at"))
    return tx.insert_new(
        trend_review, kind=kind, key=key, state="waiting", reason=reason, asked_at=tx.now, version=1, **values
    )


def change(tx: Tx, kind: str, key: str, **values: Any) -> None:
    """Set columns of a review, and count its version."""
    row = some(tx, kind, [key])[key]
    tx.update(trend_review, {"kind": kind, "key": key}, version=row.version + 1, **values)
