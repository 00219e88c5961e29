"""Checks of the links in profiles."""

from sqlalchemy import bindparam, delete, func, not_, select, update

from perdure.accounts.tables import link_check
from perdure.kernel.db import Row, Tx, any_of, sql

_l = link_check.c
_OF = sql(select(link_check).where(_l.account_id == bindparam("account_id")))
_RECENT = sql(select(func.count()).where(_l.account_id == bindparam("account_id"), _l.created_at > bindparam("since")))
_DUE = sql(
    select(_l.account_id)
    .where(_l.due_at <= bindparam("now"))
    .group_by(_l.account_id)
    .order_by(func.min(_l.due_at))
    .limit(bindparam("most"))
)
_CLAIM = sql(
    update(link_check)
    .where(_l.account_id == bindparam("account_id"), _l.due_at <= bindparam("now"))
    .values(due_at=bindparam("until"))
    .returning(_l.url, _l.failures)
)
_DROP = sql(
    delete(link_check).where(
        _l.account_id == bindparam("account_id"),
        not_(any_of(_l.url, "kept")),
        _l.created_at <= bindparam("before"),
    )
)
_REST = sql(
    update(link_check).where(_l.account_id == bindparam("account_id"), not_(any_of(_l.url, "kept"))).values(due_at=None)
)


def of(tx: Tx, account_id: int) -> list[Row]:
    """Every link of an account that was or is to be looked at."""
    return tx.all(_OF, account_id=account_id)


def recent(tx: Tx, account_id: int, since: int) -> int:
    """How many links an account named since an instant."""
    return int(tx.scalar(_RECENT, account_id=account_id, since=since))


def insert(tx: Tx, account_id: int, url: str) -> None:
    """A link that is due at once."""
    tx.insert_new(
        link_check, account_id=account_id, url=url, created_at=tx.now, checked_at=None, due_at=tx.now, failures=0
    )


def change(tx: Tx, account_id: int, url: str, **values: int | None) -> None:
    """Set columns of a check."""
    tx.update(link_check, {"account_id": account_id, "url": url}, **values)


def keep_only(tx: Tx, account_id: int, urls: list[str], before: int) -> None:
    """Look no more at other links than these; those named before an instant are forgotten."""
    tx.run(_REST, account_id=account_id, kept=urls)
    tx.run(_DROP, account_id=account_id, kept=urls, before=before)


def due_accounts(tx: Tx, most: int) -> list[int]:
    """Accounts with a link whose time has come."""
    return tx.column(_DUE, now=tx.now, most=most)


def claim(tx: Tx, account_id: int, until: int) -> list[Row]:
    """Take an account's due links in hand: (url, failures) of each. They come due again at ``until``."""
    return tx.all(_CLAIM, account_id=account_id, now=tx.now, until=until)


def forget(tx: Tx, account_id: int) -> None:
    """Forget everything about an account's links."""
    tx.delete(link_check, account_id=account_id)
