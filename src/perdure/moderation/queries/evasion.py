"""Rows of links between new accounts and banned ones."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.decisions import evasion_link

_OPEN = sql(
    select(evasion_link)
    .where(evasion_link.c.state == "open")
    .order_by(evasion_link.c.score_permille.desc(), evasion_link.c.id.desc())
    .limit(bindparam("most"))
)
_OF = sql(
    select(evasion_link)
    .where(evasion_link.c.account_id == bindparam("account_id"))
    .order_by(evasion_link.c.score_permille.desc(), evasion_link.c.id)
)
_BETWEEN = sql(
    select(evasion_link).where(
        evasion_link.c.account_id == bindparam("account_id"), evasion_link.c.banned_id == bindparam("banned_id")
    )
)
_ONE = sql(select(evasion_link).where(evasion_link.c.id == bindparam("link_id")))


def open_links(tx: Tx, most: int) -> list[Row]:
    """What nobody has looked at, the most likely first."""
    return tx.all(_OPEN, most=most)


def of(tx: Tx, account_id: int) -> list[Row]:
    """The links of an account, the most likely first."""
    return tx.all(_OF, account_id=account_id)


def between(tx: Tx, account_id: int, banned_id: int) -> Row | None:
    """The link between two accounts."""
    return tx.first(_BETWEEN, account_id=account_id, banned_id=banned_id)


def one(tx: Tx, link_id: int) -> Row | None:
    """One link."""
    return tx.first(_ONE, link_id=link_id)
