"""Policies, permissions, requests, and what is removed together."""

from sqlalchemy import bindparam, delete, func, or_, select, update

from perdure.kernel.db import Tx, any_of, delete_some, sql
from perdure.notifications.model import Policy, Request
from perdure.notifications.tables import (
    notification,
    notification_permission,
    notification_policy,
    notification_request,
)

_n = notification.c
_r = notification_request.c
_POLICY = sql(
    select(*(notification_policy.c[name] for name in Policy.__struct_fields__)).where(
        notification_policy.c.account_id == bindparam("owner", required=True)
    )
)
_PERMITTED = sql(
    select(notification_permission.c.account_id).where(
        notification_permission.c.account_id == bindparam("owner", required=True),
        notification_permission.c.from_account_id == bindparam("sender", required=True),
    )
)
_BUMP = sql(
    update(notification_request)
    .where(_r.account_id == bindparam("owner", required=True), _r.from_account_id == bindparam("sender", required=True))
    .values(
        notifications_count=_r.notifications_count + 1,
        last_post_id=func.coalesce(func.nullif(bindparam("post", required=True), 0), _r.last_post_id),
        updated_at=bindparam("now", required=True),
    )
)
_REQUEST_COLUMNS = [_r[name] for name in Request.__struct_fields__]
_REQUESTS_DOWN = sql(
    select(*_REQUEST_COLUMNS)
    .where(_r.account_id == bindparam("owner", required=True), _r.id > bindparam("lower", required=True))
    .where(_r.id < bindparam("upper", required=True))
    .order_by(_r.id.desc())
    .limit(bindparam("most", required=True))
)
_REQUESTS_UP = sql(
    select(*_REQUEST_COLUMNS)
    .where(_r.account_id == bindparam("owner", required=True), _r.id > bindparam("lower", required=True))
    .where(_r.id < bindparam("upper", required=True))
    .order_by(_r.id)
    .limit(bindparam("most", required=True))
)
_REQUESTS_BY_ID = sql(
    select(*_REQUEST_COLUMNS).where(_r.account_id == bindparam("owner", required=True), any_of(_r.id, "ids"))
)
_PENDING = sql(
    select(func.count(), func.coalesce(func.sum(_r.notifications_count), 0)).where(
        _r.account_id == bindparam("owner", required=True)
    )
)
_FORGET_ACCOUNT = sql(
    delete(notification).where(
        or_(
            _n.account_id == bindparam("account", required=True),
            _n.from_account_id == bindparam("account", required=True),
        )
    )
)
_OLD = delete_some(_n.id, _n.id < bindparam("below", required=True), _n.id)
_RECIPIENTS = sql(
    select(_n.account_id)
    .where(_n.post_id == bindparam("post", required=True), _n.kind == bindparam("kind", required=True))
    .distinct()
)


def policy(tx: Tx, owner: int) -> Policy:
    """Somebody's policy, or the one everybody begins with."""
    row = tx.first(_POLICY, owner=owner)
    return Policy(*row) if row else Policy()


def permitted(tx: Tx, owner: int, sender: int) -> bool:
    """Whether notifications of a sender were accepted once and for all."""
    return tx.first(_PERMITTED, owner=owner, sender=sender) is not None


def count_request(tx: Tx, owner: int, sender: int, post_id: int) -> None:
    """Count one more filtered notification of a sender."""
    if not tx.insert_new(
        notification_request,
        id=tx.new_id(),
        account_id=owner,
        from_account_id=sender,
        last_post_id=post_id,
        notifications_count=1,
        created_at=tx.now,
        updated_at=tx.now,
    ):
        tx.run(_BUMP, owner=owner, sender=sender, post=post_id, now=tx.now)


def requests_page(tx: Tx, owner: int, *, lower: int, upper: int, most: int, ascending: bool) -> list[Request]:
    """A page of requests, newest first."""
    rows = tx.all(_REQUESTS_UP if ascending else _REQUESTS_DOWN, owner=owner, lower=lower, upper=upper, most=most)
    found = [Request(*row) for row in rows]
    return found[::-1] if ascending else found


def requests_by_id(tx: Tx, owner: int, ids: list[int]) -> list[Request]:
    """The owner's requests among some ids."""
    return [Request(*row) for row in tx.all(_REQUESTS_BY_ID, owner=owner, ids=ids)]


def pending(tx: Tx, owner: int) -> tuple[int, int]:
    """How many requests wait, and how many notifications are in them."""
    row = tx.first(_PENDING, owner=owner)
    return (int(row[0]), int(row[1])) if row else (0, 0)


def forget_account(tx: Tx, account_id: int) -> None:
    """Remove everything to and from an account."""
    tx.run(_FORGET_ACCOUNT, account=account_id)


def recipients(tx: Tx, post_id: int, kind: str) -> list[int]:
    """Who was notified of a post in one way."""
    return tx.column(_RECIPIENTS, post=post_id, kind=kind)


def forget_old(tx: Tx, below: int, most: int) -> int:
    """Remove notifications with ids below one, the oldest ``most`` of them; returns how many."""
    return tx.run(_OLD, below=below, most=most)
