"""Search by index prefix and by words."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.posts.service import tag_card

_BY_PREFIX = sql(
    select(tag_card.c.id, tag_card.c.name)
    .where(tag_card.c.name >= bindparam("prefix"), tag_card.c.name < bindparam("beyond"))
    .order_by(tag_card.c.name)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_ONE = sql(select(tag_card.c.id, tag_card.c.name).where(tag_card.c.name == bindparam("name")))


def tags_by_prefix(tx: Tx, prefix: str, most: int, skip: int) -> list[Row]:
    """(id, name) of hashtags that begin with a folded prefix, in alphabetical order."""
    return tx.all(_BY_PREFIX, prefix=prefix, beyond=prefix + "\U0010ffff", most=most, skip=skip)


def tag(tx: Tx, name: str) -> Row | None:
    """(id, name) of a hashtag."""
    return tx.first(_ONE, name=name)
