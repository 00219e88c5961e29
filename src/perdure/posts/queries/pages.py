"""Pages of posts: versions, counts, the viewer's marks, and whether each may be seen.

Either from one query that answers all of it (:func:`overlaid`), or in two halves that may be cached: what is the same
for everybody (:func:`facts`) and what one viewer did and hides (the rest).
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from perdure.graph.service import block_edges, mute_edges
from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.queries.reading import VIEWER, author, marks, visible
from perdure.posts.tables import bookmark, post, post_pin, thread_mute, vote

_entry = post.alias("entry_post")
_entry_author = author.alias("entry_author")
_shown = post.alias("shown_post")
_shown_author = author.alias("shown_author")


def _muted(author_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists().where(
        mute_edges.c.account_id == VIEWER,
        mute_edges.c.target_id == author_id,
        or_(mute_edges.c.expires_at.is_(None), mute_edges.c.expires_at > bindparam("now")),
    )


def overlaid(page: FromClause) -> Select[Any]:
    """The posts that ``page.post_id`` names, each with what is shown of it: itself, or what it echoes.

    Newest first. ``marks`` has one bit for each of :func:`perdure.posts.queries.reading.marks`. A post that the
    account bound as ``viewer`` may not see, and an echo of somebody they mute, keeps its row with ``seen`` 0, so that
    pages can be counted.
    """
    bits: Any = sum(case((mark, 1 << place), else_=0) for place, mark in enumerate(marks(_shown)))
    echoed = and_(visible(_shown, _shown_author), not_(_muted(_shown.c.account_id)))
    seen = and_(visible(_entry, _entry_author), or_(_entry.c.reblog_of_id.is_(None), echoed))
    return (
        select(
            _entry.c.id,
            _entry.c.version,
            _entry.c.account_id.label("author_id"),
            _entry_author.c.version.label("author_version"),
            _shown.c.id.label("shown_id"),
            _shown.c.version.label("shown_version"),
            _shown.c.account_id.label("shown_author_id"),
            _shown_author.c.version.label("shown_author_version"),
            _shown.c.poll_id,
            _shown.c.replies_count,
            _shown.c.reblogs_count,
            _shown.c.favourites_count,
            _shown.c.thread_id,
            bits.label("marks"),
            case((seen, 1), else_=0).label("seen"),
        )
        .select_from(page)
        .join(_entry, _entry.c.id == page.c.post_id)
        .join(_entry_author, _entry_author.c.id == _entry.c.account_id)
        .join(_shown, _shown.c.id == func.coalesce(_entry.c.reblog_of_id, _entry.c.id))
        .join(_shown_author, _shown_author.c.id == _shown.c.account_id)
        .order_by(page.c.post_id.desc())
    )


_NAMED = select(post.c.id.label("post_id")).where(any_of(post.c.id, "ids")).subquery("page")
_OVERLAID = sql(overlaid(_NAMED))
_FACTS = sql(
    select(
        _entry.c.id,
        _entry.c.version,
        _entry.c.account_id.label("author_id"),
        _entry_author.c.version.label("author_version"),
        _shown.c.id.label("shown_id"),
        _shown.c.version.label("shown_version"),
        _shown.c.account_id.label("shown_author_id"),
        _shown_author.c.version.label("shown_author_version"),
        _shown.c.poll_id,
        _shown.c.replies_count,
        _shown.c.reblogs_count,
        _shown.c.favourites_count,
        _shown.c.thread_id,
        _entry.c.reblog_of_id,
        _entry.c.state,
        _entry.c.visibility,
        _entry_author.c.state.label("author_state"),
        _shown.c.state.label("shown_state"),
        _shown.c.visibility.label("shown_visibility"),
        _shown_author.c.state.label("shown_author_state"),
    )
    .select_from(_entry)
    .join(_entry_author, _entry_author.c.id == _entry.c.account_id)
    .join(_shown, _shown.c.id == func.coalesce(_entry.c.reblog_of_id, _entry.c.id))
    .join(_shown_author, _shown_author.c.id == _shown.c.account_id)
    .where(any_of(_entry.c.id, "ids"))
)


def _newest(kind: Any, post_id: ColumnElement[Any], bit: int, *conditions: ColumnElement[bool]) -> Any:
    """The newest posts with one kind of mark, by the post's id."""
    newest = (
        select(post_id.label("post_id"), literal(bit).label("bit"))
        .where(kind.c.account_id == VIEWER, *conditions)
        .order_by(post_id.desc())
        .limit(bindparam("most"))
    )
    return select(newest.subquery())


_MARKED = sql(
    union_all(
        _newest(vote, vote.c.post_id, 1, vote.c.value == 1),
        _newest(post, post.c.reblog_of_id, 2, post.c.reblog_of_id.is_not(None), post.c.deleted_at.is_(None)),
        _newest(bookmark, bookmark.c.post_id, 4),
        _newest(post_pin, post_pin.c.post_id, 16),
    )
)
_THREADS = sql(select(thread_mute.c.thread_id).where(thread_mute.c.account_id == VIEWER).limit(bindparam("most")))
_APART = sql(
    union_all(
        select(block_edges.c.target_id.label("account_id")).where(block_edges.c.account_id == VIEWER),
        select(block_edges.c.account_id).where(block_edges.c.target_id == VIEWER),
    ).limit(bindparam("most"))
)
_MUTED = sql(
    select(mute_edges.c.target_id, mute_edges.c.expires_at)
    .where(mute_edges.c.account_id == VIEWER)
    .limit(bindparam("most"))
)


def overlaid_rows(tx: Tx, viewer_id: int, ids: list[int]) -> list[Row]:
    """:func:`overlaid` of the posts named, newest first."""
    return tx.all(_OVERLAID, viewer=viewer_id, ids=ids, now=tx.now)


def facts(tx: Tx, ids: list[int]) -> list[Row]:
    """What :func:`overlaid` says that is the same for everybody, and the states that decide who may see it."""
    return tx.all(_FACTS, ids=ids)


def marked(tx: Tx, viewer_id: int, most: int) -> list[Row]:
    """(post_id, bit) of the posts a viewer marked, the ``most`` newest of each kind; bits as in :func:`overlaid`."""
    return tx.all(_MARKED, viewer=viewer_id, most=most)


def muted_threads(tx: Tx, viewer_id: int, most: int) -> list[int]:
    """Ids of threads that a viewer muted."""
    return tx.column(_THREADS, viewer=viewer_id, most=most)


def apart(tx: Tx, viewer_id: int, most: int) -> list[int]:
    """Accounts that a viewer blocks or is blocked by."""
    return tx.column(_APART, viewer=viewer_id, most=most)


def muted_accounts(tx: Tx, viewer_id: int, most: int) -> list[Row]:
    """(target_id, expires_at) of a viewer's mutes."""
    return tx.all(_MUTED, viewer=viewer_id, most=most)
