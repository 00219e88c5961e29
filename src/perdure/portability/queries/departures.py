"""Where members say they are now."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Tx, sql
from perdure.portability.tables import departure

_ADDRESS = sql(select(departure.c.address).where(departure.c.account_id == bindparam("owner")))


def address(tx: Tx, owner: int) -> str:
    """Where an account is now; empty where nothing was said."""
    return str(tx.scalar(_ADDRESS, owner=owner) or "")
