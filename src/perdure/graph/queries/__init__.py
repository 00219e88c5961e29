"""The graph's SQL."""

from typing import Any

import msgspec
from sqlalchemy import Table, and_, bindparam, delete, exists, func, or_, select, union_all, update

from perdure.graph.model import ListView, Relationship
from perdure.graph.tables import (
    account_note,
    block,
    endorsement,
    follow,
    follow_request,
    large_author,
    list_,
    list_member,
    mute,
    tag_follow,
)
from perdure.kernel.db import Row, Tx, any_of, delete_some, sql

# Views for other domains' queries: correlate on account_id and target_id.
follow_edges = select(follow.c.account_id, follow.c.target_id, follow.c.show_reblogs, follow.c.languages_json).subquery(
    "follow_edges"
)
block_edges = select(block.c.account_id, block.c.target_id).subquery("block_edges")
large_authors = select(large_author.c.account_id).subquery("large_authors")
mute_edges = select(mute.c.account_id, mute.c.target_id, mute.c.expires_at, mute.c.hide_notifications).subquery(
    "mute_edges"
)
list_members = (
    select(list_member.c.list_id, list_member.c.account_id, list_.c.account_id.label("owner_id"), list_.c.exclusive)
    .join(list_, list_.c.id == list_member.c.list_id)
    .subquery("list_members")
)
tag_followers = select(tag_follow.c.account_id, tag_follow.c.tag).subquery("tag_followers")


def relation(kind: Table, target: Any, viewer: Any) -> Any:
    """Whether a row of ``kind`` leads from viewer to target."""
    return exists().where(kind.c.account_id == viewer, kind.c.target_id == target)


_FOLLOW = sql(select(follow).where(follow.c.account_id == bindparam("a"), follow.c.target_id == bindparam("b")))
_BLOCKED = sql(
    select(block.c.id)
    .where(
        or_(
            and_(block.c.account_id == bindparam("a"), block.c.target_id == bindparam("b")),
            and_(block.c.account_id == bindparam("b"), block.c.target_id == bindparam("a")),
        )
    )
    .limit(1)
)
_FOLLOWERS = sql(select(follow.c.account_id).where(follow.c.target_id == bindparam("target")))
_NOTIFIED = sql(select(follow.c.account_id).where(follow.c.target_id == bindparam("target"), follow.c.notify.is_(True)))


def _outgoing(kind: Table, *columns: Any) -> Any:
    return sql(
        select(kind.c.target_id, *columns).where(
            kind.c.account_id == bindparam("viewer"), any_of(kind.c.target_id, "ids")
        )
    )


def _incoming(kind: Table) -> Any:
    return sql(
        select(kind.c.account_id).where(kind.c.target_id == bindparam("viewer"), any_of(kind.c.account_id, "ids"))
    )


_OUT_FOLLOW = _outgoing(follow, follow.c.show_reblogs, follow.c.notify, follow.c.languages_json)
_OUT_REQUEST = _outgoing(follow_request, follow_request.c.show_reblogs, follow_request.c.notify)
_OUT_BLOCK = _outgoing(block)
_OUT_MUTE = _outgoing(mute, mute.c.hide_notifications, mute.c.expires_at)
_OUT_ENDORSED = _outgoing(endorsement)
_OUT_NOTE = _outgoing(account_note, account_note.c.comment)
_IN_FOLLOW, _IN_REQUEST, _IN_BLOCK = _incoming(follow), _incoming(follow_request), _incoming(block)


def relationships(tx: Tx, viewer_id: int, ids: list[int]) -> list[Relationship]:
    """How the viewer stands to each of the accounts, in the order asked."""
    key = {"viewer": viewer_id, "ids": ids}
    following = {row.target_id: row for row in tx.all(_OUT_FOLLOW, **key)}
    requested = {row.target_id for row in tx.all(_OUT_REQUEST, **key)}
    muting = {row.target_id: row for row in tx.all(_OUT_MUTE, **key)}
    blocking, notes = (
        set(tx.column(_OUT_BLOCK, **key)),
        {row.target_id: row.comment for row in tx.all(_OUT_NOTE, **key)},
    )
    followed_by, blocked_by = set(tx.column(_IN_FOLLOW, **key)), set(tx.column(_IN_BLOCK, **key))
    requested_by = set(tx.column(_IN_REQUEST, **key))
    endorsed = set(tx.column(_OUT_ENDORSED, **key))
    made = []
    for account_id in ids:
        followed, muted = following.get(account_id), muting.get(account_id)
        if muted is not None and muted.expires_at is not None and muted.expires_at <= tx.now:
            muted = None
        made.append(
            Relationship(
                id=account_id,
                following=followed is not None,
                show_reblogs=bool(followed and followed.show_reblogs),
                notify=bool(followed and followed.notify),
                languages=tuple(msgspec.json.decode(followed.languages_json)) if followed else (),
                followed_by=account_id in followed_by,
                blocking=account_id in blocking,
                blocked_by=account_id in blocked_by,
                muting=muted is not None,
                muting_notifications=bool(muted and muted.hide_notifications),
                muting_expires_at=muted.expires_at if muted else None,
                requested=account_id in requested,
                requested_by=account_id in requested_by,
                endorsed=account_id in endorsed,
                note=notes.get(account_id, ""),
            )
        )
    return made


def follow_of(tx: Tx, account_id: int, target_id: int) -> Row | None:
    """The follow from one account to another."""
    return tx.first(_FOLLOW, a=account_id, b=target_id)


def blocked_either_way(tx: Tx, one: int, other: int) -> bool:
    """Whether one of two accounts blocks the other."""
    return tx.scalar(_BLOCKED, a=one, b=other) is not None


def follower_ids(tx: Tx, target_id: int) -> list[int]:
    """Everybody who follows an account."""
    return tx.column(_FOLLOWERS, target=target_id)


def notified_follower_ids(tx: Tx, target_id: int) -> list[int]:
    """Followers who want to hear of each post."""
    return tx.column(_NOTIFIED, target=target_id)


def _relation_page(kind: Table, own: str, other: str, *, ascending: bool) -> Any:
    order = kind.c.id if ascending else kind.c.id.desc()
    return sql(
        select(kind.c.id, kind.c[other].label("account_id"))
        .where(kind.c[own] == bindparam("owner"), kind.c.id > bindparam("lower"), kind.c.id < bindparam("upper"))
        .order_by(order)
        .limit(bindparam("most"))
    )


_PAGES = {
    (name, ascending): _relation_page(kind, own, other, ascending=ascending)
    for name, kind, own, other in (
        ("followers", follow, "target_id", "account_id"),
        ("following", follow, "account_id", "target_id"),
        ("endorsements", endorsement, "account_id", "target_id"),
        ("blocks", block, "account_id", "target_id"),
        ("mutes", mute, "account_id", "target_id"),
        ("follow_requests", follow_request, "target_id", "account_id"),
        ("list_members", list_member, "list_id", "account_id"),
    )
    for ascending in (False, True)
}


def relation_page(
    tx: Tx, name: str, owner: int, *, lower: int, upper: int, most: int, ascending: bool
) -> list[tuple[int, int]]:
    """A page of (relation id, account id), newest first, of ``followers``, ``following``, ``blocks`` and so on."""
    rows = tx.all(_PAGES[name, ascending], owner=owner, lower=lower, upper=upper, most=most)
    pairs = [(row.id, row.account_id) for row in rows]
    return pairs[::-1] if ascending else pairs


_LISTS = sql(
    select(list_.c.id, list_.c.title, list_.c.replies_policy, list_.c.exclusive)
    .where(list_.c.account_id == bindparam("owner"))
    .order_by(list_.c.id)
)
_RENAMED = sql(update(list_).where(list_.c.id == bindparam("list_id")).values(version=list_.c.version + 1))
_LIST_TITLE = sql(
    select(list_.c.id, list_.c.account_id, list_.c.title, list_.c.version).where(list_.c.id == bindparam("list_id"))
)
_LISTS_OF = sql(
    select(list_.c.id, list_.c.title, list_.c.replies_policy, list_.c.exclusive)
    .join(list_member, list_member.c.list_id == list_.c.id)
    .where(list_.c.account_id == bindparam("owner"), list_member.c.account_id == bindparam("member"))
    .order_by(list_.c.id)
)
_DROP_MEMBERS = sql(
    delete(list_member).where(list_member.c.list_id == bindparam("list_id"), any_of(list_member.c.account_id, "ids"))
)
_DROP_FROM_LISTS = sql(
    delete(list_member).where(
        list_member.c.account_id == bindparam("member"),
        list_member.c.list_id.in_(select(list_.c.id).where(list_.c.account_id == bindparam("owner"))),
    )
)


def lists(tx: Tx, owner_id: int) -> list[ListView]:
    """An account's lists."""
    return [ListView(*row) for row in tx.all(_LISTS, owner=owner_id)]


def list_title(tx: Tx, list_id: int) -> Row | None:
    """(id, account_id, title, version) of anybody's list."""
    return tx.first(_LIST_TITLE, list_id=list_id)


def renamed(tx: Tx, list_id: int) -> None:
    """Count a new title of a list."""
    tx.run(_RENAMED, list_id=list_id)


def lists_containing(tx: Tx, owner_id: int, member_id: int) -> list[ListView]:
    """The owner's lists that an account is on."""
    return [ListView(*row) for row in tx.all(_LISTS_OF, owner=owner_id, member=member_id)]


def drop_members(tx: Tx, list_id: int, ids: list[int]) -> None:
    """Take accounts off a list."""
    tx.run(_DROP_MEMBERS, list_id=list_id, ids=ids)


def drop_from_lists(tx: Tx, owner_id: int, member_id: int) -> None:
    """Take an account off all lists of an owner."""
    tx.run(_DROP_FROM_LISTS, owner=owner_id, member=member_id)


_TAGS = {
    up: sql(
        select(tag_follow.c.id, tag_follow.c.tag)
        .where(
            tag_follow.c.account_id == bindparam("owner"),
            tag_follow.c.id > bindparam("lower"),
            tag_follow.c.id < bindparam("upper"),
        )
        .order_by(tag_follow.c.id if up else tag_follow.c.id.desc())
        .limit(bindparam("most"))
    )
    for up in (False, True)
}


def followed_tags(tx: Tx, owner_id: int, *, lower: int, upper: int, most: int, ascending: bool = False) -> list[Row]:
    """(id, tag) of the hashtags an account follows, newest first."""
    found = tx.all(_TAGS[ascending], owner=owner_id, lower=lower, upper=upper, most=most)
    return found[::-1] if ascending else found


_FOLLOWS_TAG = sql(
    select(tag_follow.c.id).where(tag_follow.c.account_id == bindparam("owner"), tag_follow.c.tag == bindparam("tag"))
)


def follows_tag(tx: Tx, owner_id: int, tag: str) -> bool:
    """Whether an account follows a folded hashtag."""
    return tx.scalar(_FOLLOWS_TAG, owner=owner_id, tag=tag) is not None


_HIDDEN = sql(
    union_all(
        select(block.c.target_id).where(block.c.account_id == bindparam("viewer")),
        select(block.c.account_id).where(block.c.target_id == bindparam("viewer")),
        select(mute.c.target_id).where(
            mute.c.account_id == bindparam("viewer"),
            or_(mute.c.expires_at.is_(None), mute.c.expires_at > bindparam("now")),
        ),
    )
)


def hidden_ids(tx: Tx, viewer_id: int) -> set[int]:
    """Accounts whose posts a viewer does not want, or may not, see: blocks both ways, and mutes."""
    return set(tx.column(_HIDDEN, viewer=viewer_id, now=tx.now))


_WAITING = sql(
    select(func.count()).select_from(follow_request).where(follow_request.c.target_id == bindparam("target_id"))
)


def requests_waiting(tx: Tx, account_id: int) -> int:
    """How many people wait for an account to let them follow."""
    return int(tx.scalar(_WAITING, target_id=account_id))


_OVER = delete_some(mute.c.id, mute.c.expires_at <= bindparam("now"), mute.c.expires_at)


def drop_expired_mutes(tx: Tx, most: int) -> int:
    """Remove mutes that ran out, ``most`` of them; returns how many."""
    return tx.run(_OVER, now=tx.now, most=most)
