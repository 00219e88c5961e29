"""Everybody with an account, as the operator sees them."""

from sqlalchemy import bindparam, func, or_, select

from perdure.accounts.model import Member
from perdure.accounts.tables import account, login, passkey
from perdure.kernel.db import Row, Tx, sql

_KEYS = (
    select(func.count())
    .select_from(passkey)
    .where(passkey.c.account_id == account.c.id)
    .scalar_subquery()
    .label("passkeys")
)
_SELECT = select(
    account.c.id,
    account.c.username,
    account.c.display_name,
    account.c.role,
    account.c.state,
    login.c.email,
    login.c.confirmed_at,
    login.c.approved,
    login.c.totp_secret.is_not(None).label("totp"),
    _KEYS,
    account.c.statuses_count,
    account.c.created_at,
    login.c.last_used_at,
    login.c.reason,
).select_from(account.outerjoin(login, login.c.account_id == account.c.id))
_PAGE = sql(
    _SELECT.where(
        account.c.id > bindparam("after"),
        or_(bindparam("role") == "", account.c.role == bindparam("role")),
        or_(bindparam("state") == "", account.c.state == bindparam("state")),
    )
    .order_by(account.c.id)
    .limit(bindparam("most"))
)
_ONE = sql(_SELECT.where(account.c.username_key == bindparam("key")))


def page(tx: Tx, *, role: str, state: str, after: int, most: int) -> list[Member]:
    """Members above an id, oldest first; an empty role or state means any."""
    return [_member(row) for row in tx.all(_PAGE, role=role, state=state, after=after, most=most)]


def one(tx: Tx, key: str) -> Member | None:
    """The member with a folded user name."""
    row = tx.first(_ONE, key=key)
    return _member(row) if row else None


def _member(row: Row) -> Member:
    return Member(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        role=row.role,
        state=row.state,
        email=row.email or "",
        confirmed_at=row.confirmed_at,
        approved=bool(row.approved),
        second_factor=bool(row.totp or row.passkeys),
        statuses_count=row.statuses_count,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        reason=row.reason or "",
    )
