"""Everything of one author, oldest first, whatever became of it since; and what one did with others' posts."""

from sqlalchemy import BindParameter, bindparam, select

from perdure.accounts.service import account_card
from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.tables import bookmark, poll, poll_vote, post, post_edit, post_origin, post_pin, thread_mute, vote

_OWNER: BindParameter[int] = bindparam("owner")
_AFTER: BindParameter[int] = bindparam("after")
_MINE = (post.c.account_id == _OWNER, post.c.deleted_at.is_(None), post.c.id > _AFTER)
_PAGES = {
    True: sql(select(post).where(*_MINE, post.c.visibility == "direct").order_by(post.c.id).limit(bindparam("most"))),
    False: sql(select(post).where(*_MINE, post.c.visibility != "direct").order_by(post.c.id).limit(bindparam("most"))),
}
_REFS = sql(
    select(post.c.id, account_card.c.username)
    .join(account_card, account_card.c.id == post.c.account_id)
    .where(any_of(post.c.id, "ids"))
)
_EDITS = sql(select(post_edit).where(any_of(post_edit.c.post_id, "ids")).order_by(post_edit.c.post_id, post_edit.c.id))
_PINS = sql(select(post_pin.c.post_id).where(post_pin.c.account_id == _OWNER, any_of(post_pin.c.post_id, "ids")))
_MUTES = sql(
    select(thread_mute.c.thread_id).where(thread_mute.c.account_id == _OWNER, any_of(thread_mute.c.thread_id, "ids"))
)
_ORIGINS = sql(select(post_origin).where(any_of(post_origin.c.post_id, "ids")))
_ALIVE = post.c.deleted_at.is_(None)
_VOTES = sql(
    select(vote.c.id, vote.c.post_id, vote.c.value, vote.c.created_at)
    .join(post, post.c.id == vote.c.post_id)
    .where(vote.c.account_id == _OWNER, vote.c.id > _AFTER, _ALIVE)
    .order_by(vote.c.id)
    .limit(bindparam("most"))
)
_BOOKMARKS = sql(
    select(bookmark.c.id, bookmark.c.post_id)
    .join(post, post.c.id == bookmark.c.post_id)
    .where(bookmark.c.account_id == _OWNER, bookmark.c.id > _AFTER, _ALIVE)
    .order_by(bookmark.c.id)
    .limit(bindparam("most"))
)
_CHOICES = sql(
    select(poll_vote.c.poll_id, poll_vote.c.position, poll.c.post_id)
    .join(poll, poll.c.id == poll_vote.c.poll_id)
    .where(poll_vote.c.account_id == _OWNER, poll_vote.c.poll_id > _AFTER)
    .order_by(poll_vote.c.poll_id, poll_vote.c.position)
    .limit(bindparam("most"))
)


def page(tx: Tx, owner: int, after: int, most: int, *, direct: bool) -> list[Row]:
    """Posts of an author that are not deleted, in order of id; ``direct``: those written in confidence, or the rest."""
    return tx.all(_PAGES[direct], owner=owner, after=after, most=most)


def refs(tx: Tx, ids: list[int]) -> dict[int, str]:
    """Who wrote which post, by user name; also of posts that are deleted."""
    return {row.id: row.username for row in tx.all(_REFS, ids=ids)} if ids else {}


def edits(tx: Tx, ids: list[int]) -> list[Row]:
    """Earlier states of posts, oldest first."""
    return tx.all(_EDITS, ids=ids)


def pinned(tx: Tx, owner: int, ids: list[int]) -> set[int]:
    """Which of these posts the owner pinned."""
    return set(tx.column(_PINS, owner=owner, ids=ids))


def muted(tx: Tx, owner: int, thread_ids: list[int]) -> set[int]:
    """Of which of these threads the owner wants to hear no more."""
    return set(tx.column(_MUTES, owner=owner, ids=thread_ids))


def origins(tx: Tx, ids: list[int]) -> dict[int, Row]:
    """Where imported posts come from."""
    return {row.post_id: row for row in tx.all(_ORIGINS, ids=ids)} if ids else {}


def votes(tx: Tx, owner: int, after: int, most: int) -> list[Row]:
    """(id, post_id, value, created_at) of the owner's votes."""
    return tx.all(_VOTES, owner=owner, after=after, most=most)


def bookmarks(tx: Tx, owner: int, after: int, most: int) -> list[Row]:
    """(id, post_id) of the owner's bookmarks."""
    return tx.all(_BOOKMARKS, owner=owner, after=after, most=most)


def choices(tx: Tx, owner: int, after: int, most: int) -> list[Row]:
    """(poll_id, position, post_id) of what the owner chose in polls."""
    return tx.all(_CHOICES, owner=owner, after=after, most=most)
