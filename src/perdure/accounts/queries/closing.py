"""Reaching everybody when a site ends."""

from sqlalchemy import bindparam, delete, select

from perdure.accounts.tables import account, login, site_setting
from perdure.kernel.db import Row, Tx, sql

_REACHED = sql(
    select(account.c.id, login.c.email)
    .join(login, login.c.account_id == account.c.id)
    .where(
        account.c.id > bindparam("after"),
        account.c.state != "deleted",
        account.c.state != "pending",
        login.c.confirmed_at.is_not(None),
    )
    .order_by(account.c.id)
    .limit(bindparam("most"))
)
_SECRETS = sql(delete(site_setting).where(site_setting.c.name.startswith("secret:")))


def reached(tx: Tx, after: int, most: int) -> list[Row]:
    """(id, email) of everybody with a confirmed address, suspended or not, in order of id."""
    return tx.all(_REACHED, after=after, most=most)


def drop_secrets(tx: Tx) -> int:
    """Delete every secret of the site itself; returns how many."""
    return tx.run(_SECRETS)
