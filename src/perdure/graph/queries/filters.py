"""The SQL of filters."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, delete, func, select

from perdure.graph.model import FilteredPost, FilterView, KeywordView
from perdure.graph.tables import filter_, filter_keyword, filter_status
from perdure.kernel.db import Row, Tx, any_of, sql

_FILTERS = sql(select(filter_).where(filter_.c.account_id == bindparam("owner")).order_by(filter_.c.id))
_ANY = sql(select(filter_.c.id).where(filter_.c.account_id == bindparam("owner")).limit(1))
_KEYWORDS = sql(
    select(filter_keyword.c.id, filter_keyword.c.filter_id, filter_keyword.c.keyword, filter_keyword.c.whole_word)
    .join(filter_, filter_.c.id == filter_keyword.c.filter_id)
    .where(filter_.c.account_id == bindparam("owner"))
    .order_by(filter_keyword.c.id)
)
_MINE = (
    select(filter_status.c.id, filter_status.c.filter_id, filter_status.c.post_id)
    .join(filter_, filter_.c.id == filter_status.c.filter_id)
    .where(filter_.c.account_id == bindparam("owner"))
    .order_by(filter_status.c.id)
)
_POSTS = sql(_MINE)
_POSTS_AMONG = sql(_MINE.where(any_of(filter_status.c.post_id, "ids")))
_COUNT = sql(
    select(func.count())
    .select_from(filter_keyword.join(filter_, filter_.c.id == filter_keyword.c.filter_id))
    .where(filter_.c.account_id == bindparam("owner"))
)
_IDS = select(filter_.c.id).where(filter_.c.account_id == bindparam("owner"), filter_.c.id == bindparam("filter_id"))
_DROP_KEYWORDS = sql(delete(filter_keyword).where(filter_keyword.c.filter_id.in_(_IDS)))
_DROP_POSTS = sql(delete(filter_status).where(filter_status.c.filter_id.in_(_IDS)))


def any_of_account(tx: Tx, owner_id: int) -> bool:
    """Whether an account has a filter at all."""
    return tx.scalar(_ANY, owner=owner_id) is not None


def of_account(tx: Tx, owner_id: int, *, among: list[int] | None = None) -> list[FilterView]:
    """An account's filters, oldest first; of the posts they name all, or only those ``among`` ids."""
    rows = tx.all(_FILTERS, owner=owner_id)
    if not rows:
        return []
    keywords: dict[int, list[KeywordView]] = defaultdict(list)
    for row in tx.all(_KEYWORDS, owner=owner_id):
        keywords[row.filter_id].append(KeywordView(*row))
    posts: dict[int, list[FilteredPost]] = defaultdict(list)
    for row in _named(tx, owner_id, among):
        posts[row.filter_id].append(FilteredPost(*row))
    return [
        FilterView(
            id=row.id,
            title=row.title,
            contexts=tuple(msgspec.json.decode(row.contexts_json)),
            action=row.action,
            expires_at=row.expires_at,
            keywords=tuple(keywords[row.id]),
            posts=tuple(posts[row.id]),
        )
        for row in rows
    ]


def _named(tx: Tx, owner_id: int, among: list[int] | None) -> Iterable[Row]:
    return tx.all(_POSTS, owner=owner_id) if among is None else tx.all(_POSTS_AMONG, owner=owner_id, ids=among)


def keyword_count(tx: Tx, owner_id: int) -> int:
    """How many phrases an account filters by."""
    return int(tx.scalar(_COUNT, owner=owner_id))


def drop(tx: Tx, owner_id: int, filter_id: int) -> None:
    """Delete a filter with everything in it."""
    tx.run(_DROP_KEYWORDS, owner=owner_id, filter_id=filter_id)
    tx.run(_DROP_POSTS, owner=owner_id, filter_id=filter_id)
    tx.delete(filter_, id=filter_id, account_id=owner_id)
