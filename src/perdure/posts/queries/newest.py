"""The newest posts of one person, whatever their state: for staff."""

from sqlalchemy import bindparam, or_, select

from perdure.kernel.db import Row, Tx, sql
from perdure.posts.tables import post

_NEWEST = sql(
    select(
        post.c.id,
        post.c.state,
        post.c.limited,
        post.c.visibility,
        post.c.spoiler_text,
        post.c.text,
        post.c.language,
        post.c.has_media,
        post.c.created_at,
        post.c.replies_count,
        post.c.reblogs_count,
        post.c.favourites_count,
    )
    .where(
        post.c.account_id == bindparam("account_id"),
        post.c.reblog_of_id.is_(None),
        post.c.deleted_at.is_(None),
        or_(post.c.visibility == "public", post.c.visibility == "unlisted"),
    )
    .order_by(post.c.id.desc())
    .limit(bindparam("most"))
)


def newest_open(tx: Tx, account_id: int, most: int) -> list[Row]:
    """What an account wrote for everybody, also what is held or hidden now, newest first; echoes are left out."""
    return tx.all(_NEWEST, account_id=account_id, most=most)
