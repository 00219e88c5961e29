"""The orderly end of the site."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.portability.tables import site_end

ROW = 1
_ONE = sql(select(site_end).where(site_end.c.id == bindparam("row_id")))


def one(tx: Tx) -> Row | None:
    """The announced end; None where there is none."""
    return tx.first(_ONE, row_id=ROW)
