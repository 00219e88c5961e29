"""Erasing what was deleted long ago."""

from typing import Final

from sqlalchemy import bindparam, delete, exists, not_, select

from perdure.accounts.service import account_card
from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.tables import (
    bookmark,
    idempotency,
    poll,
    poll_option,
    poll_vote,
    post,
    post_edit,
    post_keep,
    post_mention,
    post_origin,
    post_pin,
    post_preview,
    post_tag,
    thread_mute,
    vote,
)

_DUE = sql(
    select(post.c.id, post.c.poll_id, post.c.thread_id)
    .where(
        post.c.deleted_at < bindparam("before"),
        post.c.state == "deleted",
        not_(exists().where(post_keep.c.post_id == post.c.id)),
    )
    .order_by(post.c.deleted_at)
    .limit(bindparam("most"))
)
_OF_ERASED = sql(
    select(post.c.id)
    .join(account_card, account_card.c.id == post.c.account_id)
    .where(account_card.c.state == "deleted", post.c.deleted_at.is_(None))
    .limit(bindparam("most"))
)
_STANDING = sql(
    select(post.c.id)
    .where(post.c.id > bindparam("after"), post.c.deleted_at.is_(None))
    .order_by(post.c.id)
    .limit(bindparam("most"))
)


_BY_POST: Final = tuple(
    sql(delete(table).where(any_of(table.c.post_id, "ids")))
    for table in (post_mention, post_origin, post_tag, post_edit, post_pin, post_preview, vote, bookmark)
)
_BY_POLL: Final = (
    sql(delete(poll_vote).where(any_of(poll_vote.c.poll_id, "polls"))),
    sql(delete(poll_option).where(any_of(poll_option.c.poll_id, "polls"))),
    sql(delete(poll).where(any_of(poll.c.id, "polls"))),
)
_POSTS = sql(delete(post).where(any_of(post.c.id, "ids")))
_MUTES = sql(
    delete(thread_mute).where(
        any_of(thread_mute.c.thread_id, "threads"),
        not_(exists().where(post.c.thread_id == thread_mute.c.thread_id)),
    )
)
_KEY_STEP = sql(
    select(idempotency.c.created_at)
    .where(idempotency.c.created_at < bindparam("before"))
    .order_by(idempotency.c.created_at)
    .limit(1)
    .offset(bindparam("most"))
)
_KEYS = sql(delete(idempotency).where(idempotency.c.created_at < bindparam("before")))


def keep(tx: Tx, ids: list[int], keeper: str) -> None:
    """Say that posts must not be erased, for the sake of ``keeper`` (``case:<id>``, ``hold:<id>``)."""
    for post_id in ids:
        tx.insert_new(post_keep, post_id=post_id, keeper=keeper, created_at=tx.now)


def release(tx: Tx, keeper: str) -> int:
    """Say that ``keeper`` needs no post any more; returns how many it kept."""
    return tx.delete(post_keep, keeper=keeper)


def deleted_before(tx: Tx, before: int, most: int) -> list[Row]:
    """Posts deleted before an instant that nobody keeps: id, poll_id, thread_id; the longest gone first."""
    return tx.all(_DUE, before=before, most=most)


def of_erased_authors(tx: Tx, most: int) -> list[int]:
    """Posts that are not deleted though their author is erased."""
    return tx.column(_OF_ERASED, most=most)


def erase(tx: Tx, rows: list[Row]) -> None:
    """Remove posts with everything that hangs on them."""
    ids = [row.id for row in rows]
    for query in _BY_POST:
        tx.run(query, ids=ids)
    polls = [row.poll_id for row in rows if row.poll_id is not None]
    for query in _BY_POLL if polls else ():
        tx.run(query, polls=polls)
    tx.run(_POSTS, ids=ids)
    tx.run(_MUTES, threads=[row.thread_id for row in rows])


def forget_keys(tx: Tx, before: int, most: int) -> int:
    """Remove idempotency keys older than an instant, the oldest first, some ``most`` of them; returns how many."""
    step: int | None = tx.scalar(_KEY_STEP, before=before, most=most)
    return tx.run(_KEYS, before=before if step is None else step + 1)


def standing(tx: Tx, after: int, most: int) -> list[int]:
    """Posts with ids above ``after`` that are not deleted, in order."""
    return tx.column(_STANDING, after=after, most=most)
