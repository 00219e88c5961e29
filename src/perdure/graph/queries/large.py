"""Authors with so many followers that their posts are not copied into each follower's feed."""

from typing import Any

from sqlalchemy import bindparam, exists, func, insert, literal, not_, or_, select

from perdure.graph.tables import follow, large_author, list_, list_member, mute
from perdure.kernel.db import Row, Tx, sql

_ALL = sql(select(large_author.c.account_id))
_SINCE = sql(select(large_author.c.since_id).where(large_author.c.account_id == bindparam("account_id")))
_VIEWER: Any = bindparam("viewer")
_exclusive = exists().where(
    list_.c.account_id == _VIEWER,
    list_.c.exclusive.is_(True),
    list_member.c.list_id == list_.c.id,
    list_member.c.account_id == large_author.c.account_id,
)
_muted = exists().where(
    mute.c.account_id == _VIEWER,
    mute.c.target_id == large_author.c.account_id,
    or_(mute.c.expires_at.is_(None), mute.c.expires_at > bindparam("now")),
)
_FOLLOWED = sql(
    select(large_author.c.account_id, large_author.c.since_id, follow.c.show_reblogs, follow.c.languages_json)
    .join(follow, follow.c.target_id == large_author.c.account_id)
    .where(follow.c.account_id == _VIEWER, not_(_exclusive), not_(_muted))
)


_COUNT = sql(
    insert(large_author).from_select(
        ["account_id", "since_id"],
        select(follow.c.target_id, literal(0)).group_by(follow.c.target_id).having(func.count() >= bindparam("least")),
    )
)


def count_anew(tx: Tx, least: int) -> int:
    """Mark everybody with so many followers: all their posts are looked up. Returns how many those are."""
    return tx.run(_COUNT, least=least)


def authors(tx: Tx) -> frozenset[int]:
    """Every such author."""
    return frozenset(tx.column(_ALL))


def since(tx: Tx, account_id: int) -> int | None:
    """The id after which an author's posts are looked up; None where they are copied."""
    found: int | None = tx.scalar(_SINCE, account_id=account_id)
    return found


def followed(tx: Tx, viewer_id: int) -> list[Row]:
    """(account_id, since_id, show_reblogs, languages_json) of those whose posts belong into the viewer's home feed."""
    return tx.all(_FOLLOWED, viewer=viewer_id, now=tx.now)
