"""How much happens in a short time: counts that end early, each a walk along one index."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Tx, sql
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.posts.tables import post, post_mention, post_preview, post_tag, tag

MOST: Final = 200  # whoever reaches it is fast enough; nobody waits for the rest to be counted


def _count(statement: Any) -> Any:
    return sql(select(func.count()).select_from(statement.limit(MOST).subquery("recent")))


_SINCE: Any = bindparam("since")
_BY = _count(select(post.c.id).where(post.c.account_id == bindparam("account_id"), post.c.id > _SINCE))
_AT = _count(
    select(post.c.account_id)
    .join(post_mention, post_mention.c.post_id == post.c.id)
    .where(post_mention.c.account_id == bindparam("account_id"), post_mention.c.post_id > _SINCE)
    .distinct()
)
_TAGGED = _count(
    select(post_tag.c.post_id)
    .join(tag, tag.c.id == post_tag.c.tag_id)
    .where(tag.c.name == bindparam("name"), post_tag.c.post_id > _SINCE)
)
_LINKED = _count(
    select(post_preview.c.post_id).where(
        post_preview.c.card_id.in_(
            select(post_preview.c.card_id).where(post_preview.c.post_id == bindparam("post_id"))
        ),
        post_preview.c.post_id > _SINCE,
    )
)


_HIDDEN = sql(
    select(post.c.id)
    .where(post.c.account_id == bindparam("account_id"), post.c.id > _SINCE, post.c.state == "hidden")
    .limit(1)
)


def _from(tx: Tx, window_ms: int) -> int:
    return max(0, tx.now - window_ms) << SEQUENCE_BITS


def posts_by(tx: Tx, account_id: int, window_ms: int) -> int:
    """How many posts and echoes an account made in the last ``window_ms``; at most MOST."""
    return int(tx.scalar(_BY, account_id=account_id, since=_from(tx, window_ms)) or 0)


def people_at(tx: Tx, account_id: int, window_ms: int) -> int:
    """How many different people spoke to an account in the last ``window_ms``; at most MOST."""
    return int(tx.scalar(_AT, account_id=account_id, since=_from(tx, window_ms)) or 0)


def posts_with_tag(tx: Tx, name: str, window_ms: int) -> int:
    """How many posts carried a hashtag in the last ``window_ms``; at most MOST."""
    return int(tx.scalar(_TAGGED, name=name, since=_from(tx, window_ms)) or 0)


def posts_with_link_of(tx: Tx, post_id: int, window_ms: int) -> int:
    """How many posts led to the page that this one leads to, itself included, in the last ``window_ms``."""
    return int(tx.scalar(_LINKED, post_id=post_id, since=_from(tx, window_ms)) or 0)


def hidden_lately(tx: Tx, account_id: int, window_ms: int) -> bool:
    """Whether staff took down a post that the account made in the last ``window_ms`` and that is still down."""
    return tx.first(_HIDDEN, account_id=account_id, since=_from(tx, window_ms)) is not None
