"""Feeds that an index gives: public, hashtag, list, account. All return post ids, newest first."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, and_, bindparam, exists, func, not_, or_, select

from perdure.graph.service import block_edges, follow_edges, list_members, mute_edges
from perdure.kernel.db import Query, Row, Tx, any_of, sql
from perdure.posts.queries.reading import VIEWER, author, visible
from perdure.posts.tables import post, post_pin, post_preview, post_tag, preview_card, tag

FROM = post.join(author, author.c.id == post.c.account_id)


class Slice(msgspec.Struct, frozen=True):
    """Which part of a feed: exclusive id bounds, how many, and whether to count upwards from ``lower``."""

    lower: int
    upper: int
    most: int
    ascending: bool = False


def unhidden(author_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the viewer neither mutes, blocks, nor is blocked by an author."""
    muted = exists().where(
        mute_edges.c.account_id == VIEWER,
        mute_edges.c.target_id == author_id,
        or_(mute_edges.c.expires_at.is_(None), mute_edges.c.expires_at > bindparam("now")),
    )
    blocked = exists().where(
        or_(
            and_(block_edges.c.account_id == VIEWER, block_edges.c.target_id == author_id),
            and_(block_edges.c.account_id == author_id, block_edges.c.target_id == VIEWER),
        )
    )
    return and_(not_(muted), not_(blocked))


_OPEN = and_(
    post.c.state == "published",
    post.c.visibility == "public",
    post.c.limited.is_(False),
    author.c.state == "active",
    author.c.limited.is_(False),
    post.c.reblog_of_id.is_(None),
)
_ANSWERED = post.c.in_reply_to_account_id
_NO_REPLY = or_(post.c.in_reply_to_id.is_(None), post.c.account_id == _ANSWERED)


@cache
def _feed(name: str, ascending: bool, options: frozenset[str]) -> Query:  # noqa: FBT001 - a cache key
    statement = select(post.c.id).select_from(FROM).where(*_conditions(name, options))
    bounded = statement.where(post.c.id > bindparam("lower"), post.c.id < bindparam("upper"))
    return sql(bounded.order_by(post.c.id if ascending else post.c.id.desc()).limit(bindparam("most")))


def _conditions(name: str, options: frozenset[str]) -> list[ColumnElement[bool]]:
    return [*_BASES[name](), *(_OPTIONS[option]() for option in sorted(options))]


def _answers_only(person: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """No answers but those to oneself, to the viewer, and to the people of a relation."""
    return or_(_NO_REPLY, _ANSWERED == VIEWER, exists().select_from(person).where(*conditions))


def _has_tags(parameter: str) -> ColumnElement[bool]:
    return exists().where(post_tag.c.post_id == post.c.id, post_tag.c.tag_id == tag.c.id, any_of(tag.c.name, parameter))


def _tag_count(parameter: str) -> Any:
    return (
        select(func.count())
        .select_from(post_tag.join(tag, tag.c.id == post_tag.c.tag_id))
        .where(post_tag.c.post_id == post.c.id, any_of(tag.c.name, parameter))
        .scalar_subquery()
    )


def _links_to() -> ColumnElement[bool]:
    """Whether a post shows the card of the page bound as ``link`` and ``link_hash``."""
    named = or_(preview_card.c.url == bindparam("link"), preview_card.c.shown_hash == bindparam("link_hash"))
    cards = post_preview.join(preview_card, preview_card.c.id == post_preview.c.card_id)
    return post.c.id.in_(
        select(post_preview.c.post_id).select_from(cards).where(named, preview_card.c.state == "ready")
    )


_OPTIONS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "only_media": lambda: post.c.has_media.is_(True),
    "only_public": lambda: post.c.visibility == "public",
    "exclude_reblogs": lambda: post.c.reblog_of_id.is_(None),
    "exclude_replies": lambda: _NO_REPLY,
    "replies_to_members": lambda: _answers_only(
        list_members, list_members.c.list_id == bindparam("list_id"), list_members.c.account_id == _ANSWERED
    ),
    "replies_to_followed": lambda: _answers_only(
        follow_edges, follow_edges.c.account_id == VIEWER, follow_edges.c.target_id == _ANSWERED
    ),
    "in_languages": lambda: or_(post.c.language.is_(None), any_of(post.c.language, "languages")),
    "pinned": lambda: exists().where(post_pin.c.post_id == post.c.id),
    "tagged": lambda: _has_tags("any"),
    "all": lambda: _tag_count("all") == bindparam("all_count"),
    "none": lambda: not_(_has_tags("none")),
}
_BASES: dict[str, Callable[[], tuple[ColumnElement[bool], ...]]] = {
    "public": lambda: (_OPEN, _NO_REPLY, unhidden(post.c.account_id)),
    "tag": lambda: (_OPEN, _has_tags("any"), unhidden(post.c.account_id)),
    "link": lambda: (_OPEN, _links_to(), unhidden(post.c.account_id)),
    "account": lambda: (post.c.account_id == bindparam("account_id"), visible()),
    "followed": lambda: (
        post.c.account_id == bindparam("account_id"),
        visible(),
        post.c.visibility != "direct",
        or_(
            _NO_REPLY,
            post.c.in_reply_to_account_id == VIEWER,
            exists().where(
                follow_edges.c.account_id == VIEWER, follow_edges.c.target_id == post.c.in_reply_to_account_id
            ),
        ),
    ),
    "list": lambda: (
        visible(),
        post.c.visibility != "direct",
        unhidden(post.c.account_id),
        exists().where(list_members.c.list_id == bindparam("list_id"), list_members.c.account_id == post.c.account_id),
    ),
}


def feed(
    tx: Tx, name: str, viewer_id: int, part: Slice, options: frozenset[str], parameters: dict[str, Any]
) -> list[int]:
    """Ids of a feed, newest first. ``options`` are the names of conditions to add."""
    if name in {"public", "tag", "link", "list"}:
        parameters = {**parameters, "now": tx.now}
    query = _feed(name, part.ascending, options)
    given = {"viewer": viewer_id, "lower": part.lower, "upper": part.upper, "most": part.most}
    found = tx.column(query, **given, **parameters)
    return found[::-1] if part.ascending else found


# A view for search: what the account bound as ``viewer`` may find by words at the instant bound as ``now``. One's own
# posts, and public ones of authors who let themselves be indexed. Upper queries narrow it.
findable = (
    select(post.c.id, post.c.account_id)
    .select_from(FROM)
    .where(
        post.c.reblog_of_id.is_(None),
        or_(
            and_(post.c.account_id == VIEWER, or_(post.c.state == "published", post.c.state == "held")),
            and_(_OPEN, author.c.indexable.is_(True), unhidden(post.c.account_id)),
        ),
    )
)

_TAG_USE = sql(
    select(tag.c.name, func.count().label("posts"), func.max(post.c.created_at).label("last_at"))
    .select_from(post_tag.join(tag, tag.c.id == post_tag.c.tag_id).join(post, post.c.id == post_tag.c.post_id))
    .where(
        post.c.account_id == bindparam("account_id"),
        post.c.state == "published",
        or_(post.c.visibility == "public", post.c.visibility == "unlisted"),
    )
    .group_by(tag.c.name)
    .order_by(func.count().desc(), tag.c.name)
)


def tag_use(tx: Tx, account_id: int) -> list[Row]:
    """(name, posts, last_at) of the hashtags in an account's open posts, most used first."""
    return tx.all(_TAG_USE, account_id=account_id)
