"""On what ground an account stands: how old it is, who let it in, from which networks it comes."""

from sqlalchemy import bindparam, case, func, select

from perdure.accounts.tables import account, invite, login, session
from perdure.kernel.db import Row, Tx, any_of, sql

_inviter = account.alias("inviter")
# Staff lets everybody in where a site takes invitations only: that says nothing.
_GROUNDS = sql(
    select(
        account.c.id,
        account.c.state,
        account.c.limited,
        account.c.created_at,
        case((_inviter.c.role == "member", _inviter.c.id)).label("inviter_id"),
    )
    .select_from(
        account.outerjoin(login, login.c.account_id == account.c.id)
        .outerjoin(invite, invite.c.id == login.c.invite_id)
        .outerjoin(_inviter, _inviter.c.id == invite.c.creator_id)
    )
    .where(any_of(account.c.id, "ids"))
)
_ADDRESSES = sql(select(session.c.account_id, session.c.address).distinct().where(any_of(session.c.account_id, "ids")))
_some = select(account.c.id).where(account.c.state == "active").limit(bindparam("most")).subquery("some")
_COUNT = sql(select(func.count()).select_from(_some))


def grounds(tx: Tx, ids: list[int]) -> list[Row]:
    """(id, state, limited, created_at, inviter_id) of accounts, in no order."""
    return tx.all(_GROUNDS, ids=ids) if ids else []


def addresses(tx: Tx, ids: list[int]) -> list[Row]:
    """(account_id, address) of the browsers in which accounts are signed in."""
    return tx.all(_ADDRESSES, ids=ids) if ids else []


def active(tx: Tx, most: int) -> int:
    """How many active accounts there are, counted up to a number."""
    return int(tx.scalar(_COUNT, most=most))
