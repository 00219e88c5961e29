"""Where imported posts come from, and how they find each other again."""

from sqlalchemy import bindparam, select, update

from perdure.kernel.db import Row, Tx, sql
from perdure.posts.tables import post, post_origin

_ALIVE = post.c.deleted_at.is_(None)
_HERE = sql(
    select(post.c.id, post.c.account_id, post.c.thread_id)
    .join(post_origin, post_origin.c.post_id == post.c.id)
    .where(post_origin.c.host == bindparam("host"), post_origin.c.source_id == bindparam("source_id"), _ALIVE)
    .order_by(post.c.id)
)
# That it stands alone is asked of the rows: asked in SQL, the database walks every post that answers nothing.
_ANSWERS = sql(
    select(post.c.id, post.c.account_id, post.c.thread_id, post.c.in_reply_to_id)
    .join(post_origin, post_origin.c.post_id == post.c.id)
    .where(
        post_origin.c.reply_host == bindparam("host"),
        post_origin.c.reply_id == bindparam("source_id"),
        _ALIVE,
    )
)
_MOVE = sql(
    update(post)
    .where(post.c.thread_id == bindparam("old"))
    .values(thread_id=bindparam("new"), version=post.c.version + 1)
)
_CONFIDED = sql(
    select(post.c.thread_id)
    .join(post_origin, post_origin.c.post_id == post.c.id)
    .where(
        post_origin.c.account_id == bindparam("owner"),
        post_origin.c.mentions_json == bindparam("mentions"),
        post.c.visibility == "direct",
        _ALIVE,
    )
    .order_by(post.c.id)
    .limit(1)
)
_BY_KEY = sql(select(post.c.id, post.c.account_id).where(post.c.import_key == bindparam("key")))
_OF = sql(select(post_origin).where(post_origin.c.post_id == bindparam("post_id")))


def here(tx: Tx, host: str, source_id: str) -> list[Row]:
    """(id, account_id, thread_id) of posts that came from a post elsewhere."""
    return tx.all(_HERE, host=host, source_id=source_id)


def answers(tx: Tx, host: str, source_id: str) -> list[Row]:
    """(id, account_id, thread_id) of imported posts that answer a post elsewhere, and stand alone so far."""
    return [row for row in tx.all(_ANSWERS, host=host, source_id=source_id) if row.in_reply_to_id is None]


def move_thread(tx: Tx, old: int, new: int) -> None:
    """Make a thread part of another one."""
    tx.run(_MOVE, old=old, new=new)


def confided(tx: Tx, owner: int, mentions: str) -> int | None:
    """The thread of the first imported letter to the same people."""
    found: int | None = tx.scalar(_CONFIDED, owner=owner, mentions=mentions)
    return found


def by_key(tx: Tx, key: str) -> Row | None:
    """(id, account_id) of the post with an import key, also of one that is deleted."""
    return tx.first(_BY_KEY, key=key)


def one(tx: Tx, post_id: int) -> Row | None:
    """Where a post comes from; None for one that was written here."""
    return tx.first(_OF, post_id=post_id)
