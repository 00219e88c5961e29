"""Accounts as staff looks for them."""

from typing import Any

from sqlalchemy import bindparam, exists, or_, select

from perdure.accounts.model import StaffSearch
from perdure.accounts.tables import account, invite, login, session
from perdure.kernel.db import Query, Row, Tx, any_of, sql


def _unless_empty(name: str, condition: Any) -> Any:
    return or_(bindparam(name) == "", condition)


def _page(*, ascending: bool) -> Query:
    used = exists().where(session.c.account_id == account.c.id, session.c.address == bindparam("address"))
    invited = select(invite.c.id).where(invite.c.creator_id == bindparam("invited_by"))
    return sql(
        select(account.c.id)
        .select_from(account.outerjoin(login, login.c.account_id == account.c.id))
        .where(
            account.c.id > bindparam("lower"),
            account.c.id < bindparam("upper"),
            any_of(account.c.state, "states"),
            any_of(account.c.role, "roles"),
            account.c.username_key >= bindparam("prefix"),
            account.c.username_key < bindparam("beyond"),
            _unless_empty("display_name", account.c.display_name == bindparam("display_name")),
            _unless_empty("email", login.c.email_key == bindparam("email")),
            _unless_empty("address", used),
            or_(bindparam("invited_by") == 0, login.c.invite_id.in_(invited)),
        )
        .order_by(account.c.id if ascending else account.c.id.desc())
        .limit(bindparam("most"))
    )


_PAGES = {up: _page(ascending=up) for up in (False, True)}
_ADDRESSES = sql(
    select(session.c.account_id, session.c.address, session.c.last_used_at)
    .where(any_of(session.c.account_id, "ids"), session.c.address != "")
    .order_by(session.c.account_id, session.c.last_used_at.desc())
)
_INVITERS = sql(
    select(login.c.account_id, invite.c.creator_id)
    .join(invite, invite.c.id == login.c.invite_id)
    .where(any_of(login.c.account_id, "ids"))
)


def page(tx: Tx, wanted: StaffSearch, *, lower: int, upper: int, most: int, ascending: bool) -> list[int]:
    """Ids, newest first."""
    prefix = wanted.username.lower()
    found = tx.column(
        _PAGES[ascending],
        lower=lower,
        upper=upper,
        most=most,
        states=sorted(wanted.states),
        roles=sorted(wanted.roles),
        prefix=prefix,
        beyond=prefix + "\U0010ffff",
        display_name=wanted.display_name,
        email=wanted.email,
        address=wanted.address,
        invited_by=wanted.invited_by,
    )
    return found[::-1] if ascending else found


def addresses(tx: Tx, ids: list[int]) -> list[Row]:
    """(account_id, address, last_used_at) of the browsers that are signed in, latest first."""
    return tx.all(_ADDRESSES, ids=ids)


def inviters(tx: Tx, ids: list[int]) -> dict[int, int]:
    """Who invited each account that was invited."""
    return {row.account_id: row.creator_id for row in tx.all(_INVITERS, ids=ids)}
