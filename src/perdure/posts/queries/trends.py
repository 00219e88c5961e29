"""What many people read and write about now: among the latest public posts of those who let themselves be found."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.queries.feeds import FROM, unhidden
from perdure.posts.queries.reading import author
from perdure.posts.tables import post, post_tag, tag

# However much is posted, a trend is looked for among so many posts and no more.
_LOOKED_AT: Final = 3000
_DAY_MS: Final = 86_400_000
_SHOWN: Final = (
    post.c.state == "published",
    post.c.visibility == "public",
    post.c.reblog_of_id.is_(None),
    author.c.state == "active",
    author.c.discoverable.is_(True),
)


def _recent(*conditions: Any) -> Any:
    return (
        select(post.c.id, post.c.account_id, post.c.favourites_count, post.c.reblogs_count, post.c.replies_count)
        .select_from(FROM)
        .where(
            post.c.id > bindparam("since"),
            post.c.sensitive.is_(False),
            *_SHOWN,
            *conditions,
        )
        .order_by(post.c.id.desc())
        .limit(_LOOKED_AT)
        .subquery("recent")
    )


_recent_posts = _recent()
_people = func.count(_recent_posts.c.account_id.distinct())
_TAGS = sql(
    select(tag.c.id, tag.c.name, _people.label("people"), func.count().label("posts"))
    .select_from(
        _recent_posts.join(post_tag, post_tag.c.post_id == _recent_posts.c.id).join(tag, tag.c.id == post_tag.c.tag_id)
    )
    .group_by(tag.c.id, tag.c.name)
    .order_by(_people.desc(), func.count().desc(), tag.c.name)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_day = post.c.created_at - post.c.created_at % _DAY_MS
_HISTORY = sql(
    select(
        tag.c.name,
        _day.label("day"),
        func.count().label("uses"),
        func.count(post.c.account_id.distinct()).label("people"),
    )
    .select_from(FROM.join(post_tag, post_tag.c.post_id == post.c.id).join(tag, tag.c.id == post_tag.c.tag_id))
    .where(any_of(tag.c.name, "names"), post.c.id > bindparam("since"), *_SHOWN)
    .group_by(tag.c.name, _day)
)
_seen_posts = _recent(unhidden(post.c.account_id))
_liked = _seen_posts.c.favourites_count + 2 * _seen_posts.c.reblogs_count + _seen_posts.c.replies_count
_POSTS = sql(
    select(_seen_posts.c.id)
    .where(_liked > 0)
    .order_by(_liked.desc(), _seen_posts.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


def tags(tx: Tx, since: int, most: int, skip: int = 0) -> list[Row]:
    """(id, name, people, posts) of the hashtags that most people used in posts with ids above ``since``."""
    return tx.all(_TAGS, since=since, most=most, skip=skip)


def history(tx: Tx, names: list[str], since: int) -> list[Row]:
    """(name, day, uses, people) of hashtags, a row for each day (its first ms, UTC) on which one was used."""
    return tx.all(_HISTORY, names=names, since=since) if names else []


def liked(tx: Tx, viewer_id: int, since: int, most: int, skip: int = 0) -> list[int]:
    """Ids of posts above ``since`` that most was made of, of people the viewer does not hide."""
    return tx.column(_POSTS, viewer=viewer_id, since=since, most=most, skip=skip, now=tx.now)
