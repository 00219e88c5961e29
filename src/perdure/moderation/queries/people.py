"""What is in force about accounts."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.decisions import moderation_action

_a = moderation_action.c
_RESTRICTED = sql(
    select(moderation_action)
    .where(_a.subject_kind == "account", _a.state == "active", _a.kind != "warn")
    .order_by(_a.id.desc())
    .limit(bindparam("most"))
)


def restrictions(tx: Tx, most: int) -> list[Row]:
    """What is in force about any account, newest first."""
    return tx.all(_RESTRICTED, most=most)
