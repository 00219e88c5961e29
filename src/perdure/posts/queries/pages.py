"""One query for a page of posts: versions, counts, the viewer's marks, and whether each may be seen."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, case, exists, func, not_, or_, select

from perdure.graph.service import mute_edges
from perdure.posts.queries.reading import VIEWER, author, marks, visible
from perdure.posts.tables import post

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
