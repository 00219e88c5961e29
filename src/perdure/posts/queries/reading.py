"""Reading posts: who may see what is decided here, in one condition."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, func, not_, or_, select

from perdure.accounts.service import account_card
from perdure.graph.service import block_edges, follow_edges
from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.posts.tables import (
    bookmark,
    poll,
    poll_option,
    poll_vote,
    post,
    post_edit,
    post_mention,
    post_pin,
    post_tag,
    tag,
    thread_mute,
    vote,
)

# A view for other domains: the hashtags that exist.
tag_card = select(tag.c.id, tag.c.name).subquery("tag_card")
# A view for other domains: which post carries which hashtag.
tagged_posts = select(post_tag.c.post_id, tag.c.name).join(tag, tag.c.id == post_tag.c.tag_id).subquery("tagged_posts")
_echoed = post.alias("echoed")
# A view for other domains: posts that belong into feeds, and what decides into whose.
fed_posts = (
    select(
        post.c.id,
        post.c.account_id,
        func.coalesce(post.c.reblog_of_id, post.c.id).label("original_id"),
        func.coalesce(_echoed.c.account_id, post.c.account_id).label("original_author_id"),
        post.c.reblog_of_id,
        post.c.in_reply_to_account_id,
        post.c.language,
        post.c.visibility,
    )
    .outerjoin(_echoed, _echoed.c.id == post.c.reblog_of_id)
    .where(post.c.deleted_at.is_(None), post.c.visibility != "direct", post.c.announced.is_(True))
    .subquery("fed_posts")
)
VIEWER: BindParameter[int] = bindparam("viewer")
author = account_card
_echo = post.alias("own_echo")


def visible(shown: Any = post, by: Any = author) -> ColumnElement[bool]:
    """The one gate: whether the account bound as ``viewer`` (0 for guests) may see a post. Needs ``by`` joined."""
    mentioned = exists().where(post_mention.c.post_id == shown.c.id, post_mention.c.account_id == VIEWER)
    follows = exists().where(follow_edges.c.account_id == VIEWER, follow_edges.c.target_id == shown.c.account_id)
    blocked = exists().where(
        or_(
            and_(block_edges.c.account_id == VIEWER, block_edges.c.target_id == shown.c.account_id),
            and_(block_edges.c.account_id == shown.c.account_id, block_edges.c.target_id == VIEWER),
        )
    )
    return or_(
        and_(or_(shown.c.state == "published", shown.c.state == "held"), shown.c.account_id == VIEWER),
        and_(
            shown.c.state == "published",
            by.c.state == "active",
            or_(
                shown.c.visibility == "public",
                shown.c.visibility == "unlisted",
                mentioned,
                and_(shown.c.visibility == "private", follows),
            ),
            not_(blocked),
        ),
    )


def marks(shown: Any = post) -> tuple[ColumnElement[bool], ...]:
    """What the viewer did with a post: favourited, reblogged, bookmarked, muted, pinned."""
    return (
        exists().where(vote.c.post_id == shown.c.id, vote.c.account_id == VIEWER, vote.c.value == 1),
        exists().where(_echo.c.reblog_of_id == shown.c.id, _echo.c.account_id == VIEWER, _echo.c.deleted_at.is_(None)),
        exists().where(bookmark.c.post_id == shown.c.id, bookmark.c.account_id == VIEWER),
        exists().where(thread_mute.c.thread_id == shown.c.thread_id, thread_mute.c.account_id == VIEWER),
        exists().where(post_pin.c.post_id == shown.c.id, post_pin.c.account_id == VIEWER),
    )


_MARKS = tuple(
    mark.label(name)
    for name, mark in zip(("favourited", "reblogged", "bookmarked", "muted", "pinned"), marks(), strict=True)
)
_OVERLAY_COLUMNS = (
    post.c.id,
    post.c.version,
    post.c.account_id,
    author.c.version.label("author_version"),
    post.c.reblog_of_id,
    post.c.poll_id,
    post.c.replies_count,
    post.c.reblogs_count,
    post.c.favourites_count,
    *_MARKS,
)
_FROM = post.join(author, author.c.id == post.c.account_id)
_OVERLAYS = sql(select(*_OVERLAY_COLUMNS).select_from(_FROM).where(any_of(post.c.id, "ids"), visible()))
_ROWS = sql(
    select(post, author.c.version.label("author_version"), *_MARKS)
    .select_from(_FROM)
    .where(any_of(post.c.id, "ids"), visible())
)
_MENTIONS = sql(
    select(post_mention.c.post_id, post_mention.c.account_id, author.c.username)
    .join(author, author.c.id == post_mention.c.account_id)
    .where(any_of(post_mention.c.post_id, "ids"))
    .order_by(post_mention.c.post_id, post_mention.c.account_id)
)
_TAGS = sql(
    select(post_tag.c.post_id, tag.c.name)
    .join(tag, tag.c.id == post_tag.c.tag_id)
    .where(any_of(post_tag.c.post_id, "ids"))
    .order_by(post_tag.c.post_id, tag.c.name)
)
_POLLS = sql(select(poll).where(any_of(poll.c.id, "ids")))
_OPTIONS = sql(
    select(poll_option)
    .where(any_of(poll_option.c.poll_id, "ids"))
    .order_by(poll_option.c.poll_id, poll_option.c.position)
)
_OWN_VOTES = sql(
    select(poll_vote.c.poll_id, poll_vote.c.position)
    .where(any_of(poll_vote.c.poll_id, "ids"), poll_vote.c.account_id == VIEWER)
    .order_by(poll_vote.c.position)
)
_TAG_NAME = sql(select(tag.c.name).where(tag.c.id == bindparam("tag_id")))
_POST = sql(select(post).where(post.c.id == bindparam("post_id")))
_SOME = sql(select(post).where(any_of(post.c.id, "ids")))
_EDITS = sql(select(post_edit).where(post_edit.c.post_id == bindparam("post_id")).order_by(post_edit.c.id))
_THREAD = sql(
    select(post.c.id, post.c.in_reply_to_id)
    .where(post.c.thread_id == bindparam("thread_id"), post.c.state == "published", post.c.reblog_of_id.is_(None))
    .order_by(post.c.id)
    .limit(10_000)
)


_MADE = sql(
    select(func.count())
    .select_from(post)
    .where(post.c.id >= bindparam("lower"), post.c.id < bindparam("upper"), post.c.deleted_at.is_(None))
)


def made_between(tx: Tx, since: int, until: int) -> int:
    """How many posts and echoes were made between two instants, by their ids."""
    return int(tx.scalar(_MADE, lower=since << SEQUENCE_BITS, upper=until << SEQUENCE_BITS))


def overlays(tx: Tx, viewer_id: int, ids: list[int]) -> list[Row]:
    """Versions, counts and the viewer's marks of the visible ones among ``ids``, in any order."""
    return tx.all(_OVERLAYS, viewer=viewer_id, ids=ids)


def rows(tx: Tx, viewer_id: int, ids: list[int]) -> list[Row]:
    """Whole rows with marks of the visible ones among ``ids``, in any order."""
    return tx.all(_ROWS, viewer=viewer_id, ids=ids)


def mentions(tx: Tx, ids: list[int]) -> list[Row]:
    """(post_id, account_id, username) of everybody the posts speak to."""
    return tx.all(_MENTIONS, ids=ids)


def mentioned(tx: Tx, post_id: int) -> list[int]:
    """Ids of everybody a post speaks to."""
    return [row.account_id for row in tx.all(_MENTIONS, ids=[post_id])]


def tags(tx: Tx, ids: list[int]) -> list[Row]:
    """(post_id, name) of the posts' hashtags."""
    return tx.all(_TAGS, ids=ids)


def polls(tx: Tx, ids: list[int]) -> list[Row]:
    """Poll rows."""
    return tx.all(_POLLS, ids=ids)


def poll_options(tx: Tx, ids: list[int]) -> list[Row]:
    """Options of polls, in order."""
    return tx.all(_OPTIONS, ids=ids)


def own_votes(tx: Tx, viewer_id: int, ids: list[int]) -> list[Row]:
    """(poll_id, position) that the viewer chose."""
    return tx.all(_OWN_VOTES, viewer=viewer_id, ids=ids)


def tag_name(tx: Tx, tag_id: int) -> str | None:
    """The folded name of a hashtag."""
    found: str | None = tx.scalar(_TAG_NAME, tag_id=tag_id)
    return found


def stored(tx: Tx, post_id: int) -> Row | None:
    """A post's row, whoever asks. Callers decide what may be done with it."""
    return tx.first(_POST, post_id=post_id)


def stored_some(tx: Tx, ids: list[int]) -> dict[int, Row]:
    """Rows of posts by id, whoever asks; unknown ids are left out."""
    return {row.id: row for row in tx.all(_SOME, ids=ids)} if ids else {}


def edits(tx: Tx, post_id: int) -> list[Row]:
    """Earlier states, oldest first."""
    return tx.all(_EDITS, post_id=post_id)


def thread(tx: Tx, thread_id: int) -> list[Row]:
    """(id, in_reply_to_id) of every published post of a thread, oldest first; at most 10,000."""
    return tx.all(_THREAD, thread_id=thread_id)


def _people(kind: Any, condition: Any, *, ascending: bool) -> Any:
    order = kind.c.id if ascending else kind.c.id.desc()
    return sql(
        select(kind.c.id, kind.c.account_id)
        .where(condition, kind.c.id > bindparam("lower"), kind.c.id < bindparam("upper"))
        .order_by(order)
        .limit(bindparam("most"))
    )


def _own(kind: Any, *, ascending: bool, condition: Any = None) -> Any:
    order = kind.c.id if ascending else kind.c.id.desc()
    statement = (
        select(kind.c.id, kind.c.post_id)
        .where(kind.c.account_id == VIEWER, kind.c.id > bindparam("lower"), kind.c.id < bindparam("upper"))
        .order_by(order)
        .limit(bindparam("most"))
    )
    return sql(statement if condition is None else statement.where(condition))


_ECHOES = and_(post.c.reblog_of_id == bindparam("post_id"), post.c.deleted_at.is_(None))
_VOTES = and_(vote.c.post_id == bindparam("post_id"), vote.c.value == 1)
_PEOPLE = {
    (name, up): _people(kind, condition, ascending=up)
    for name, kind, condition in (("reblogged_by", post, _ECHOES), ("favourited_by", vote, _VOTES))
    for up in (False, True)
}
_OWN = {
    (name, up): _own(kind, ascending=up, condition=condition)
    for name, kind, condition in (("bookmarks", bookmark, None), ("favourites", vote, vote.c.value == 1))
    for up in (False, True)
}


def people_page(tx: Tx, name: str, post_id: int, *, lower: int, upper: int, most: int, ascending: bool) -> list[Row]:
    """(id, account_id) of those who echoed (``reblogged_by``) or favourited (``favourited_by``) a post."""
    found = tx.all(_PEOPLE[name, ascending], post_id=post_id, lower=lower, upper=upper, most=most)
    return found[::-1] if ascending else found


def own_page(tx: Tx, name: str, viewer_id: int, *, lower: int, upper: int, most: int, ascending: bool) -> list[Row]:
    """(id, post_id) of the viewer's ``bookmarks`` or ``favourites``, newest first."""
    found = tx.all(_OWN[name, ascending], viewer=viewer_id, lower=lower, upper=upper, most=most)
    return found[::-1] if ascending else found
