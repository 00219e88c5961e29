"""What many people read and write about now: among the latest public posts of those who let themselves be found."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select, union

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.queries.feeds import FROM, unhidden
from perdure.posts.queries.reading import author
from perdure.posts.tables import post, post_preview, post_tag, preview_card, tag, vote

# However much is posted, a trend is looked for among so many posts and no more.
_LOOKED_AT: Final = 3000
_DAY_MS: Final = 86_400_000
_SHOWN: Final = (
    post.c.state == "published",
    post.c.visibility == "public",
    post.c.limited.is_(False),
    post.c.marked_sensitive.is_(False),
    author.c.limited.is_(False),
    post.c.reblog_of_id.is_(None),
    author.c.state == "active",
    author.c.discoverable.is_(True),
    post.c.limited.is_(False),
    author.c.limited.is_(False),
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
_LINKS = sql(
    select(preview_card.c.id, _people.label("people"), func.count().label("posts"))
    .select_from(
        _recent_posts.join(post_preview, post_preview.c.post_id == _recent_posts.c.id).join(
            preview_card, preview_card.c.id == post_preview.c.card_id
        )
    )
    .where(preview_card.c.state == "ready")
    .group_by(preview_card.c.id)
    .order_by(_people.desc(), func.count().desc(), preview_card.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_LINK_HISTORY = sql(
    select(
        post_preview.c.card_id,
        _day.label("day"),
        func.count().label("uses"),
        func.count(post.c.account_id.distinct()).label("people"),
    )
    .select_from(FROM.join(post_preview, post_preview.c.post_id == post.c.id))
    .where(any_of(post_preview.c.card_id, "card_ids"), post.c.id > bindparam("since"), *_SHOWN)
    .group_by(post_preview.c.card_id, _day)
)
_CARDS = sql(select(preview_card).where(any_of(preview_card.c.id, "card_ids")))


def _use(joined: Any, *conditions: Any) -> Any:
    return sql(
        select(post.c.id, post.c.account_id)
        .select_from(joined)
        .where(*conditions, post.c.id > bindparam("since"), *_SHOWN)
        .order_by(post.c.id.desc())
        .limit(bindparam("most"))
    )


_TAG_USE = _use(
    FROM.join(post_tag, post_tag.c.post_id == post.c.id).join(tag, tag.c.id == post_tag.c.tag_id),
    tag.c.name == bindparam("key"),
)
_LINK_USE = _use(
    FROM.join(post_preview, post_preview.c.post_id == post.c.id), post_preview.c.card_id == bindparam("key")
)
_DISPLAY = sql(select(tag.c.id, tag.c.name, tag.c.display).where(any_of(tag.c.name, "names")))
_BY_TAG_ID = sql(select(tag.c.id, tag.c.name, tag.c.display).where(tag.c.id == bindparam("tag_id")))
_SPREAD = sql(
    union(
        select(vote.c.account_id).where(vote.c.post_id == bindparam("post_id"), vote.c.value == 1),
        select(post.c.account_id).where(post.c.reblog_of_id == bindparam("post_id"), post.c.deleted_at.is_(None)),
        select(post.c.account_id).where(post.c.in_reply_to_id == bindparam("post_id"), post.c.state == "published"),
    ).limit(bindparam("most"))
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


def links(tx: Tx, since: int, most: int, skip: int = 0) -> list[Row]:
    """(id, people, posts) of the cards of pages that most people linked to in posts with ids above ``since``."""
    return tx.all(_LINKS, since=since, most=most, skip=skip)


def link_history(tx: Tx, card_ids: list[int], since: int) -> list[Row]:
    """(card_id, day, uses, people) of pages, a row for each day (its first ms, UTC) on which one was linked to."""
    return tx.all(_LINK_HISTORY, card_ids=card_ids, since=since) if card_ids else []


def cards(tx: Tx, card_ids: list[int]) -> list[Row]:
    """Cards in no order."""
    return tx.all(_CARDS, card_ids=card_ids) if card_ids else []


def tag_users(tx: Tx, name: str, since: int, most: int) -> list[Row]:
    """(id, account_id) of the newest public posts with a hashtag."""
    return tx.all(_TAG_USE, key=name, since=since, most=most)


def link_users(tx: Tx, card_id: int, since: int, most: int) -> list[Row]:
    """(id, account_id) of the newest public posts that show a card."""
    return tx.all(_LINK_USE, key=card_id, since=since, most=most)


def displays(tx: Tx, names: list[str]) -> dict[str, Row]:
    """(id, name, display) of hashtags by their folded names."""
    return {row.name: row for row in tx.all(_DISPLAY, names=names)} if names else {}


def tag_by_id(tx: Tx, tag_id: int) -> Row | None:
    """(id, name, display) of a hashtag."""
    return tx.first(_BY_TAG_ID, tag_id=tag_id)


def admirers(tx: Tx, post_id: int, most: int) -> list[int]:
    """Accounts that favourited, echoed or answered a post."""
    return tx.column(_SPREAD, post_id=post_id, most=most)
