"""Sign-ups that wait, and those that were rejected."""

from typing import Any, Final

from sqlalchemy import bindparam, delete, func, select

from perdure.accounts.model import Waiting
from perdure.accounts.tables import account, invite, login, rejected_sign_up
from perdure.kernel.db import Tx, any_of, sql

_MOST: Final = 200
_REMEMBERED_MS: Final = 365 * 86_400_000
_inviter = account.alias("inviter")
_EVERYBODY = sql(
    select(
        account.c.id,
        account.c.username,
        login.c.email,
        login.c.reason,
        login.c.locale,
        login.c.confirmed_at,
        _inviter.c.username,
        login.c.created_at,
    )
    .join(login, login.c.account_id == account.c.id)
    .outerjoin(invite, invite.c.id == login.c.invite_id)
    .outerjoin(_inviter, _inviter.c.id == invite.c.creator_id)
    .where(account.c.state == "pending", login.c.approved.is_(False))
    .order_by(account.c.id)
)
_UNCONFIRMED = sql(
    select(account.c.id)
    .join(login, login.c.account_id == account.c.id)
    .where(account.c.state == "pending", login.c.confirmed_at.is_(None), login.c.created_at < bindparam("before"))
    .order_by(account.c.id)
    .limit(_MOST)
)
_REJECTED = sql(
    select(rejected_sign_up.c.email_hash, func.max(rejected_sign_up.c.rejected_at).label("at"))
    .where(any_of(rejected_sign_up.c.email_hash, "hashes"))
    .group_by(rejected_sign_up.c.email_hash)
)
_OLD = sql(delete(rejected_sign_up).where(rejected_sign_up.c.rejected_at < bindparam("before")))


def everybody(tx: Tx) -> list[Waiting]:
    """Who waits for approval, oldest first."""
    return [Waiting(*row) for row in tx.all(_EVERYBODY)]


def unconfirmed(tx: Tx, before: int) -> list[int]:
    """Sign-ups made before an instant whose address is not confirmed."""
    return tx.column(_UNCONFIRMED, before=before)


def remember(tx: Tx, **values: Any) -> None:
    """Keep a rejection."""
    tx.insert(rejected_sign_up, **values)


def rejected_at(tx: Tx, hashes: list[str]) -> dict[str, int]:
    """When the owners of addresses (hashes) were last rejected."""
    return {row.email_hash: int(row.at) for row in tx.all(_REJECTED, hashes=hashes)} if hashes else {}


def sweep(tx: Tx) -> None:
    """Forget rejections after a year."""
    tx.run(_OLD, before=tx.now - _REMEMBERED_MS)
