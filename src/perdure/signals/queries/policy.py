"""SQL of the action matrix and of enforcements that wait."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.signals.tables.policy import action_matrix, pending_action

_NEWEST = sql(select(action_matrix).order_by(action_matrix.c.version.desc()).limit(1))
_DUE = sql(
    select(pending_action)
    .where(pending_action.c.due_at <= bindparam("now"))
    .order_by(pending_action.c.due_at)
    .limit(bindparam("most"))
)


def newest_matrix(tx: Tx) -> Row | None:
    """The version in force, or None where the packaged one is."""
    return tx.first(_NEWEST)


def add_matrix(tx: Tx, **values: object) -> None:
    """Put a version in force."""
    tx.insert(action_matrix, **values)


def add_pending(tx: Tx, pending_id: int, flagged_json: str, due_at: int) -> None:
    """Keep an enforcement for later."""
    tx.insert(pending_action, id=pending_id, flagged_json=flagged_json, due_at=due_at)


def due_pending(tx: Tx, most: int) -> list[Row]:
    """Enforcements whose moment has come."""
    return tx.all(_DUE, now=tx.now, most=most)


def take_pending(tx: Tx, pending_id: int) -> bool:
    """Take one off the list; False where somebody else did."""
    return bool(tx.delete(pending_action, id=pending_id))
