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

_SEARCH = sql(
    _SELECT.where(
        account.c.id < bindparam("before"),
        account.c.state != "deleted",
        or_(bindparam("role") == "", account.c.role == bindparam("role")),
        or_(bindparam("state") == "", account.c.state == bindparam("state")),
        or_(
            account.c.username_key.contains(bindparam("text"), escape="/"),
            func.lower(account.c.display_name).contains(bindparam("text"), escape="/"),
            func.lower(login.c.email).contains(bindparam("text"), escape="/"),
        ),
    )
    .order_by(account.c.id.desc())
    .limit(bindparam("most"))
)
_BY_ID = sql(_SELECT.where(account.c.id == bindparam("account_id")))
_MEMBERS = sql(select(func.count()).where(account.c.state == "active"))
_ACTIVE = sql(
    select(func.count())
    .select_from(login.join(account, account.c.id == login.c.account_id))
    .where(login.c.last_used_at >= bindparam("since"), account.c.state == "active")
)
_BUSIEST = sql(
    select(account.c.id, account.c.statuses_count)
    .where(account.c.state == "active")
    .order_by(account.c.statuses_count.desc(), account.c.id)
    .limit(1)
)
_DAY = account.c.created_at // 86_400_000
_JOINED = sql(
    select(_DAY.label("day"), func.count())
    .where(account.c.id >= bindparam("first"), account.c.state != "pending", account.c.state != "deleted")
    .group_by(_DAY)
)


def page(tx: Tx, *, role: str, state: str, after: int, most: int) -> list[Member]:
    """Members above an id, oldest first; an empty role or state means any."""
    return [_member(row) for row in tx.all(_PAGE, role=role, state=state, after=after, most=most)]


def one(tx: Tx, key: str) -> Member | None:
    """The member with a folded user name."""
    row = tx.first(_ONE, key=key)
    return _member(row) if row else None


def search(tx: Tx, *, text: str, role: str, state: str, before: int, most: int) -> list[Member]:
    """Members below an id, newest first, whose name or address holds a folded text; wildcards in it are letters."""
    plain = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return [_member(row) for row in tx.all(_SEARCH, text=plain, role=role, state=state, before=before, most=most)]


def by_id(tx: Tx, account_id: int) -> Member | None:
    """One member."""
    row = tx.first(_BY_ID, account_id=account_id)
    return _member(row) if row else None


def counts(tx: Tx, since: int) -> tuple[int, int]:
    """How many are members, and how many of them were here since an instant."""
    return int(tx.scalar(_MEMBERS)), int(tx.scalar(_ACTIVE, since=since))


def busiest(tx: Tx) -> tuple[int, int] | None:
    """Who of the active members wrote most, and how many posts by their own count; None where there is nobody."""
    row = tx.first(_BUSIEST)
    return None if row is None else (row.id, row.statuses_count)


def joined_by_day(tx: Tx, first: int) -> dict[int, int]:
    """Sign-ups since an id, by UTC day as days since the epoch."""
    return {int(day): int(count) for day, count in tx.all(_JOINED, first=first)}


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
