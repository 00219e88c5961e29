"""SQL of signals, scores and the state of rules."""

from typing import Any

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.signals.tables.scoring import rule_state, score, signal

_STATES = sql(select(rule_state.c.name, rule_state.c.enabled))
_OF = sql(
    select(signal)
    .where(signal.c.subject_kind == bindparam("kind"), signal.c.subject_id == bindparam("subject_id"))
    .order_by(signal.c.id)
    .limit(100)
)
_BY_ID = sql(select(signal).where(any_of(signal.c.id, "ids")).order_by(signal.c.id))
_LAST_HITS = sql(
    select(signal.c.name, func.count().label("hits"), func.max(signal.c.created_at).label("last_at"))
    .where(signal.c.id > bindparam("since"))
    .group_by(signal.c.name)
)
_LAST_SCORE = sql(select(func.max(score.c.created_at)))


def states(tx: Tx) -> dict[str, bool]:
    """Rules whose state somebody changed, and whether they are on."""
    return {row.name: bool(row.enabled) for row in tx.all(_STATES)}


def set_state(tx: Tx, name: str, *, enabled: bool, by: int | None) -> None:
    """Switch a rule on or off."""
    tx.upsert(rule_state, ("name",), name=name, enabled=enabled, changed_by=by, changed_at=tx.now)


def add_signal(tx: Tx, **values: object) -> None:
    """Keep a finding."""
    tx.insert(signal, **values)


def signals_of(tx: Tx, kind: str, subject_id: int) -> list[Row]:
    """What was found in a subject, oldest first."""
    return tx.all(_OF, kind=kind, subject_id=subject_id)


def signals(tx: Tx, ids: list[int]) -> list[Row]:
    """Findings by id."""
    return tx.all(_BY_ID, ids=ids) if ids else []


def hits_since(tx: Tx, since_id: int) -> list[Row]:
    """(name, hits, last_at) of what fired since an id."""
    return tx.all(_LAST_HITS, since=since_id)


def last_score_at(tx: Tx) -> int | None:
    """When a classifier last read something."""
    found = tx.scalar(_LAST_SCORE)
    return None if found is None else int(found)


def keep_scores(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Keep what a classifier said, a row for each version of a subject."""
    tx.upsert_many(score, ("subject_kind", "subject_id", "subject_version"), rows)
