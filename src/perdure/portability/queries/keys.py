"""Recovery keys."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.portability.tables import recovery_key

_ONE = sql(select(recovery_key).where(recovery_key.c.account_id == bindparam("owner")))


def one(tx: Tx, owner: int) -> Row | None:
    """An account's recovery key."""
    return tx.first(_ONE, owner=owner)
