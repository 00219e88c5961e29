"""How many posts there are of each day."""

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Tx, sql
from perdure.posts.tables import post

_DAY = post.c.created_at // 86_400_000
_BY_DAY = sql(
    select(_DAY.label("day"), func.count())
    .where(post.c.id >= bindparam("first"), post.c.state == "published", post.c.reblog_of_id.is_(None))
    .group_by(_DAY)
)


def posts_by_day(tx: Tx, first: int) -> dict[int, int]:
    """Posts whose id is not below ``first``, echoes left out, by UTC day as days since the epoch."""
    return {int(day): int(count) for day, count in tx.all(_BY_DAY, first=first)}
