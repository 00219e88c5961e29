"""What many people read and write about now: among the latest public posts of those who let themselves be found."""

from typing import Any, Final

from sqlalchemy import and_, bindparam, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.posts.queries.feeds import FROM, unhidden
from perdure.posts.queries.reading import author
from perdure.posts.tables import post, post_tag, tag

# However much is posted, a trend is looked for among so many posts and no more.
_LOOKED_AT: Final = 3000


def _recent(*conditions: Any) -> Any:
    return (
        select(post.c.id, post.c.account_id, post.c.favourites_count, post.c.reblogs_count, post.c.replies_count)
        .select_from(FROM)
        .where(
            post.c.id > bindparam("since"),
            post.c.state == "published",
            post.c.visibility == "public",
            post.c.reblog_of_id.is_(None),
            post.c.sensitive.is_(False),
            and_(author.c.state == "active", author.c.discoverable.is_(True)),
            *conditions,
        )
        .order_by(post.c.id.desc())
        .limit(_LOOKED_AT)
        .subquery("recent")
    )


_recent_posts = _recent()
_people = func.count(_recent_posts.c.account_id.distinct())
_TAGS = sql(
    select(tag.c.name, _people.label("people"), func.count().label("posts"))
    .select_from(
        _recent_posts.join(post_tag, post_tag.c.post_id == _recent_posts.c.id).join(tag, tag.c.id == post_tag.c.tag_id)
    )
    .group_by(tag.c.name)
    .order_by(_people.desc(), func.count().desc(), tag.c.name)
    .limit(bindparam("most"))
)
_seen_posts = _recent(unhidden(post.c.account_id))
_liked = _seen_posts.c.favourites_count + 2 * _seen_posts.c.reblogs_count + _seen_posts.c.replies_count
_POSTS = sql(
    select(_seen_posts.c.id).where(_liked > 0).order_by(_liked.desc(), _seen_posts.c.id.desc()).limit(bindparam("most"))
)


def tags(tx: Tx, since: int, most: int) -> list[Row]:
    """(name, people, posts) of the hashtags that most people used in posts with ids above ``since``."""
    return tx.all(_TAGS, since=since, most=most)


def liked(tx: Tx, viewer_id: int, since: int, most: int) -> list[int]:
    """Ids of posts above ``since`` that most was made of, of people the viewer does not hide."""
    return tx.column(_POSTS, viewer=viewer_id, since=since, most=most, now=tx.now)
