"""Statements of direct conversations."""

from collections import defaultdict

from sqlalchemy import bindparam, func, not_, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.messages.model import Conversation
from perdure.messages.tables import conversation, conversation_member, conversation_post

_c = conversation.c
_COLUMNS = (_c.id, _c.account_id, _c.thread_id, _c.last_post_id, _c.unread)
_OWN = (
    select(*_COLUMNS)
    .where(_c.account_id == bindparam("owner", required=True), not_(_c.hidden))
    .where(_c.last_post_id > bindparam("lower", required=True), _c.last_post_id < bindparam("upper", required=True))
    .limit(bindparam("most", required=True))
)
_PAGES = {True: sql(_OWN.order_by(_c.last_post_id)), False: sql(_OWN.order_by(_c.last_post_id.desc()))}
_ONE = sql(select(*_COLUMNS).where(_c.account_id == bindparam("owner", required=True), _c.id == bindparam("id")))
_BY_THREAD = sql(
    select(*_COLUMNS).where(
        _c.account_id == bindparam("owner", required=True), _c.thread_id == bindparam("thread", required=True)
    )
)
_MEMBERS = sql(
    select(conversation_member.c.conversation_id, conversation_member.c.account_id)
    .where(any_of(conversation_member.c.conversation_id, "ids"))
    .order_by(conversation_member.c.account_id)
)
_HOLDING = sql(
    select(conversation_post.c.conversation_id).where(conversation_post.c.post_id == bindparam("post", required=True))
)
_LAST = sql(
    select(func.max(conversation_post.c.post_id)).where(
        conversation_post.c.conversation_id == bindparam("id", required=True)
    )
)


def _made(tx: Tx, rows: list[Row]) -> list[Conversation]:
    members: dict[int, list[int]] = defaultdict(list)
    for row in tx.all(_MEMBERS, ids=[row.id for row in rows]) if rows else []:
        members[row.conversation_id].append(row.account_id)
    return [
        Conversation(
            row.id,
            row.account_id,
            row.thread_id,
            row.last_post_id,
            row.unread,
            tuple(member for member in members[row.id] if member != row.account_id),
        )
        for row in rows
    ]


def page(tx: Tx, owner: int, *, lower: int, upper: int, most: int, ascending: bool) -> list[Conversation]:
    """A page, latest change first."""
    rows = tx.all(_PAGES[ascending], owner=owner, lower=lower, upper=upper, most=most)
    return _made(tx, rows[::-1] if ascending else rows)


def one(tx: Tx, owner: int, conversation_id: int) -> Conversation | None:
    """One of the owner's conversations."""
    row = tx.first(_ONE, owner=owner, id=conversation_id)
    return _made(tx, [row])[0] if row else None


def by_thread(tx: Tx, owner: int, thread_id: int) -> Row | None:
    """The owner's conversation of a thread."""
    return tx.first(_BY_THREAD, owner=owner, thread=thread_id)


def holding(tx: Tx, post_id: int) -> list[int]:
    """Ids of the conversations that hold a post."""
    return tx.column(_HOLDING, post=post_id)


def last_post(tx: Tx, conversation_id: int) -> int | None:
    """The newest post of a conversation."""
    found: int | None = tx.scalar(_LAST, id=conversation_id)
    return found


_POSTS = sql(
    select(conversation_post.c.post_id)
    .where(conversation_post.c.conversation_id == bindparam("id", required=True))
    .where(
        conversation_post.c.post_id > bindparam("lower", required=True),
        conversation_post.c.post_id < bindparam("upper", required=True),
    )
    .order_by(conversation_post.c.post_id.desc())
    .limit(bindparam("most", required=True))
)
_UNREAD = sql(
    select(func.count())
    .select_from(conversation)
    .where(_c.account_id == bindparam("owner", required=True), _c.unread, not_(_c.hidden))
)
_size = (
    select(func.count())
    .select_from(conversation_member)
    .where(conversation_member.c.conversation_id == _c.id)
    .scalar_subquery()
)
_there = (
    select(func.count())
    .select_from(conversation_member)
    .where(conversation_member.c.conversation_id == _c.id, any_of(conversation_member.c.account_id, "people"))
    .scalar_subquery()
)
_AMONG = sql(
    select(*_COLUMNS)
    .where(
        _c.account_id == bindparam("owner", required=True),
        _size == bindparam("count", required=True),
        _there == bindparam("count", required=True),
    )
    .order_by(_c.last_post_id.desc())
    .limit(1)
)


_HOLDING_OF = sql(
    select(_c.id)
    .join(conversation_post, conversation_post.c.conversation_id == _c.id)
    .where(conversation_post.c.post_id == bindparam("post", required=True))
    .where(_c.account_id == bindparam("owner", required=True))
)


def holding_of(tx: Tx, owner: int, post_id: int) -> int:
    """The id of the owner's conversation that holds a post they wrote."""
    return int(tx.scalar(_HOLDING_OF, owner=owner, post=post_id))


def post_ids(tx: Tx, conversation_id: int, *, lower: int, upper: int, most: int) -> list[int]:
    """Ids of a conversation's posts, newest first."""
    return tx.column(_POSTS, id=conversation_id, lower=lower, upper=upper, most=most)


def unread(tx: Tx, owner: int) -> int:
    """How many conversations hold something new for their owner."""
    return int(tx.scalar(_UNREAD, owner=owner))


def among(tx: Tx, owner: int, people: list[int]) -> Conversation | None:
    """The owner's latest conversation of exactly these people, the owner included."""
    row = tx.first(_AMONG, owner=owner, people=people, count=len(people))
    return _made(tx, [row])[0] if row else None
