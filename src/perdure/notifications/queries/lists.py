"""Pages of notifications, one by one and in groups."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Text, and_, bindparam, case, cast, func, literal, not_, or_, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.notifications.model import Group, Notification
from perdure.notifications.tables import notification

_n = notification.c
_COLUMNS = [notification.c[name] for name in Notification.__struct_fields__]
_SAMPLES = 8


def _wanted() -> Any:
    return and_(
        _n.account_id == bindparam("owner", required=True),
        _n.id > bindparam("lower", required=True),
        any_of(_n.kind, "kinds"),
        or_(
            bindparam("sender", type_=BigInteger, required=True) == 0,
            _n.from_account_id == bindparam("sender", type_=BigInteger, required=True),
        ),
        or_(bindparam("with_filtered", type_=Boolean, required=True), not_(_n.filtered)),
    )


def _page(*, ascending: bool) -> Any:
    order = _n.id if ascending else _n.id.desc()
    below = _n.id < bindparam("upper", required=True)
    return sql(select(*_COLUMNS).where(_wanted(), below).order_by(order).limit(bindparam("most", required=True)))


_PAGES = {ascending: _page(ascending=ascending) for ascending in (True, False)}
_KEY = case((any_of(_n.kind, "grouped"), _n.group_key), else_=literal("ungrouped-") + cast(_n.id, Text))


def _group_page(*, ascending: bool) -> Any:
    each = select(_KEY.label("key"), _n.id, _n.kind, _n.post_id, _n.created_at).where(_wanted()).subquery("each")
    newest = func.max(each.c.id)
    return sql(
        select(
            each.c.key,
            func.max(each.c.kind).label("kind"),
            func.count().label("count"),
            newest.label("newest_id"),
            func.min(each.c.id).label("oldest_id"),
            func.max(each.c.created_at).label("newest_at"),
            func.max(each.c.post_id).label("post_id"),
        )
        .group_by(each.c.key)
        .having(newest < bindparam("upper", required=True))
        .order_by(newest if ascending else newest.desc())
        .limit(bindparam("most", required=True))
    )


_GROUP_PAGES = {ascending: _group_page(ascending=ascending) for ascending in (True, False)}
_ranked = (
    select(
        _n.group_key,
        _n.from_account_id,
        _n.id,
        func.row_number().over(partition_by=_n.group_key, order_by=_n.id.desc()).label("place"),
    )
    .where(_n.account_id == bindparam("owner", required=True), any_of(_n.group_key, "keys"))
    .subquery("ranked")
)
_SAMPLE = sql(
    select(_ranked.c.group_key, _ranked.c.from_account_id)
    .where(_ranked.c.place <= _SAMPLES)
    .order_by(_ranked.c.id.desc())
)
_SENDERS = sql(
    select(_n.id, _n.from_account_id).where(_n.account_id == bindparam("owner", required=True), any_of(_n.id, "ids"))
)
_OF_GROUP = sql(
    select(*_COLUMNS)
    .where(_n.account_id == bindparam("owner", required=True), _n.group_key == bindparam("key", required=True))
    .order_by(_n.id.desc())
)
_ONE = sql(select(*_COLUMNS).where(_n.id == bindparam("id", required=True)))


def made(row: Row) -> Notification:
    """A row as a notification."""
    return Notification(
        row.id,
        row.account_id,
        row.kind,
        row.from_account_id,
        row.post_id or None,
        row.group_key,
        row.filtered,
        row.created_at,
    )


def page(tx: Tx, *, ascending: bool, **parameters: Any) -> list[Notification]:
    """A page, newest first."""
    rows = [made(row) for row in tx.all(_PAGES[ascending], **parameters)]
    return rows[::-1] if ascending else rows


def one(tx: Tx, notification_id: int) -> Notification | None:
    """A notification, whoever it is for."""
    row = tx.first(_ONE, id=notification_id)
    return made(row) if row else None


def of_group(tx: Tx, owner: int, group_key: str) -> list[Notification]:
    """Everything in one group, newest first."""
    return [made(row) for row in tx.all(_OF_GROUP, owner=owner, key=group_key)]


def group_page(tx: Tx, *, ascending: bool, owner: int, **parameters: Any) -> list[Group]:
    """A page of groups, newest first. A group stands where its newest notification stands, and on no other page."""
    rows = tx.all(_GROUP_PAGES[ascending], owner=owner, **parameters)
    samples: dict[str, list[int]] = {}
    keys = [row.key for row in rows if row.count > 1]
    for row in tx.all(_SAMPLE, owner=owner, keys=keys) if keys else []:
        samples.setdefault(row.group_key, []).append(row.from_account_id)
    senders = {row.id: row.from_account_id for row in tx.all(_SENDERS, owner=owner, ids=[r.newest_id for r in rows])}
    groups = [
        Group(
            key=row.key,
            kind=row.kind,
            count=row.count,
            newest_id=row.newest_id,
            page_min_id=row.oldest_id,
            page_max_id=row.newest_id,
            newest_at=row.newest_at,
            sample_account_ids=tuple(samples.get(row.key) or [senders[row.newest_id]]),
            post_id=row.post_id or None,
        )
        for row in rows
    ]
    return groups[::-1] if ascending else groups
