"""What posts say, whoever asks: for those who look for copies of what was removed."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.tables import poll, poll_option, post

_SAID = sql(
    select(
        post.c.id,
        post.c.account_id,
        post.c.version,
        post.c.state,
        post.c.visibility,
        post.c.spoiler_text,
        post.c.text,
        post.c.poll_id,
        post.c.in_reply_to_id,
        post.c.created_at,
    ).where(any_of(post.c.id, "ids"), post.c.reblog_of_id.is_(None))
)
_OPTIONS = sql(
    select(poll.c.post_id, poll_option.c.title)
    .join(poll, poll.c.id == poll_option.c.poll_id)
    .where(any_of(poll.c.id, "ids"))
    .order_by(poll_option.c.poll_id, poll_option.c.position)
)
_AFTER = sql(
    select(post.c.id)
    .where(post.c.id > bindparam("after"), post.c.reblog_of_id.is_(None))
    .order_by(post.c.id)
    .limit(bindparam("most"))
)


def said(tx: Tx, ids: list[int]) -> list[Row]:
    """Texts, author, version and state of posts that are no echoes, in no order."""
    return tx.all(_SAID, ids=ids)


def options(tx: Tx, poll_ids: list[int]) -> list[Row]:
    """(post_id, title) of the answers that polls offer, in their order."""
    return tx.all(_OPTIONS, ids=poll_ids) if poll_ids else []


def after(tx: Tx, post_id: int, most: int) -> list[int]:
    """Ids of posts that are no echoes above an id, oldest first: to go through all of them in pages."""
    return tx.column(_AFTER, after=post_id, most=most)
