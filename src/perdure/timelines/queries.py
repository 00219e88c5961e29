"""The home feed's SQL."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, func, literal, literal_column, not_, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert_insert

from perdure.graph.service import (
    block_edges,
    follow_edges,
    large_authors,
    list_members,
    mute_edges,
    tag_followers,
)
from perdure.kernel import changes
from perdure.kernel.db import Database, Tx, any_of, sql
from perdure.posts.service import Slice, fed_posts, tagged_posts
from perdure.timelines.model import Marker
from perdure.timelines.tables import home_entry as entry
from perdure.timelines.tables import marker

_VIEWER: Any = bindparam("viewer")


def _home(*, ascending: bool, mutes: bool = True) -> Any:
    muted = exists().where(
        mute_edges.c.account_id == _VIEWER,
        mute_edges.c.target_id == entry.c.author_id,
        or_(mute_edges.c.expires_at.is_(None), mute_edges.c.expires_at > bindparam("now")),
    )
    order = entry.c.post_id if ascending else entry.c.post_id.desc()
    return (
        select(entry.c.post_id)
        .where(
            entry.c.account_id == _VIEWER,
            entry.c.post_id > bindparam("lower"),
            entry.c.post_id < bindparam("upper"),
            *((not_(muted),) if mutes else ()),
        )
        .order_by(order)
        .limit(bindparam("most"))
    )


_HOME = {up: sql(_home(ascending=up)) for up in (False, True)}


def _new_entries(receivers: Any) -> Any:
    """Insert one entry for each receiver; nobody gets an echo of what already stands in their feed."""
    columns = ["account_id", "post_id", "author_id", "original_id"]
    return sql(upsert_insert(entry).from_select(columns, receivers).on_conflict_do_nothing())


def _row(receiver: Any) -> Any:
    return select(receiver, bindparam("post_id"), bindparam("author_id"), bindparam("original_id"))


def _lacks(receiver: Any) -> Any:
    """Not a correlated question: SQLite would answer that one by reading the whole feed of each receiver."""
    there = entry.alias("there")
    return receiver.not_in(select(there.c.account_id).where(there.c.original_id == bindparam("original_id")))


def _apart(receiver: Any) -> Any:
    return not_(
        exists().where(block_edges.c.account_id == receiver, block_edges.c.target_id == bindparam("original_author_id"))
    )


_answered = follow_edges.alias("answered")
_TO_FOLLOWERS = _new_entries(
    _row(follow_edges.c.account_id).where(
        follow_edges.c.target_id == bindparam("author_id"),
        or_(bindparam("is_echo") == 0, follow_edges.c.show_reblogs.is_(True)),
        or_(
            follow_edges.c.languages_json == "[]",
            bindparam("language") == "",
            follow_edges.c.languages_json.like(bindparam("language")),
        ),
        or_(
            bindparam("answered_id") == 0,
            follow_edges.c.account_id == bindparam("answered_id"),
            exists().where(
                _answered.c.account_id == follow_edges.c.account_id, _answered.c.target_id == bindparam("answered_id")
            ),
        ),
        _lacks(follow_edges.c.account_id),
        _apart(follow_edges.c.account_id),
        not_(
            exists().where(
                list_members.c.owner_id == follow_edges.c.account_id,
                list_members.c.account_id == bindparam("author_id"),
                list_members.c.exclusive.is_(True),
            )
        ),
    )
)
_TO_TAG_FOLLOWERS = _new_entries(
    _row(tag_followers.c.account_id)
    .join(tagged_posts, tagged_posts.c.name == tag_followers.c.tag)
    .where(
        tagged_posts.c.post_id == bindparam("post_id"),
        _lacks(tag_followers.c.account_id),
        _apart(tag_followers.c.account_id),
    )
    .distinct()
)
_DROP_POST = sql(delete(entry).where(entry.c.post_id == bindparam("post_id")))
_DROP_AUTHOR = sql(delete(entry).where(entry.c.account_id == _VIEWER, entry.c.author_id == bindparam("author_id")))
_NEXT_OWNER = sql(select(func.min(entry.c.account_id)).where(entry.c.account_id > bindparam("after")))
_LAST_KEPT = sql(
    select(entry.c.post_id)
    .where(entry.c.account_id == _VIEWER)
    .order_by(entry.c.post_id.desc())
    .limit(1)
    .offset(bindparam("kept"))
)
_TRIM_FROM = sql(
    select(entry.c.post_id)
    .where(entry.c.account_id == _VIEWER, entry.c.post_id <= bindparam("last"))
    .order_by(entry.c.post_id)
    .limit(1)
    .offset(bindparam("most"))
)
_TRIM = sql(delete(entry).where(entry.c.account_id == _VIEWER, entry.c.post_id <= bindparam("last")))
_MARKERS = sql(
    select(marker.c.timeline, marker.c.last_read_id, marker.c.version, marker.c.updated_at).where(
        marker.c.account_id == _VIEWER, any_of(marker.c.timeline, "names")
    )
)


def _peek(*, ascending: bool, mutes: bool) -> Any:
    page = _home(ascending=ascending, mutes=mutes).subquery("page")
    ids = select(func.json_group_array(page.c.post_id)).select_from(page).scalar_subquery()
    return sql(select(literal_column(f"({changes.NEWEST})").label("newest"), ids.label("ids")))


_PEEK = {(up, mutes): _peek(ascending=up, mutes=mutes) for up in (False, True) for mutes in (False, True)}
_IDS = msgspec.json.Decoder(list[int])


def peeked_home(db: Database, viewer_id: int, part: Slice, now: int, *, mutes: bool) -> tuple[int, list[int]]:
    """The number of the newest change, and the ids of a page of the home feed, newest first. On SQLite only.

    Without ``mutes``, for a viewer who mutes nobody, authors are not looked up among the muted. One row instead of one
    a post: the driver lets other threads in at each row, and each of them costs a switch.
    """
    query = _PEEK[part.ascending, mutes]
    found = db.peek(query, viewer=viewer_id, lower=part.lower, upper=part.upper, most=part.most, now=now)
    assert found is not None
    newest, ids = found
    return newest, sorted(_IDS.decode(ids), reverse=True)


def home_ids(tx: Tx, viewer_id: int, part: Slice) -> list[int]:
    """Ids of a page of the home feed, newest first."""
    found = tx.column(
        _HOME[part.ascending], viewer=viewer_id, lower=part.lower, upper=part.upper, most=part.most, now=tx.now
    )
    return found[::-1] if part.ascending else found


def add(tx: Tx, account_id: int, post_id: int, author_id: int, original_id: int) -> None:
    """Put one post into one feed."""
    tx.insert_new(entry, account_id=account_id, post_id=post_id, author_id=author_id, original_id=original_id)


def fan_out(
    tx: Tx,
    *,
    post_id: int,
    author_id: int,
    original_id: int,
    original_author_id: int,
    is_echo: bool,
    answered_id: int,
    language: str | None,
) -> None:
    """Put a post into the feed of everybody who follows its author; an answer, if they follow the answered too.

    ``answered_id`` is the account that the post answers, 0 for none. A follow that names languages wants no others; a
    post without a language is for everybody.
    """
    tx.run(
        _TO_FOLLOWERS,
        post_id=post_id,
        author_id=author_id,
        original_id=original_id,
        original_author_id=original_author_id,
        is_echo=int(is_echo),
        answered_id=answered_id,
        language=f'%"{language}"%' if language else "",
    )


def fan_out_by_tags(tx: Tx, *, post_id: int, author_id: int) -> None:
    """Put a post into the feed of everybody who follows one of its hashtags."""
    tx.run(
        _TO_TAG_FOLLOWERS,
        post_id=post_id,
        author_id=author_id,
        original_id=post_id,
        original_author_id=author_id,
    )


def drop_post(tx: Tx, post_id: int) -> None:
    """Take a post out of every feed."""
    tx.run(_DROP_POST, post_id=post_id)


def drop_author(tx: Tx, viewer_id: int, author_id: int) -> None:
    """Take an author out of a feed."""
    tx.run(_DROP_AUTHOR, viewer=viewer_id, author_id=author_id)


def overfull(tx: Tx, after: int, kept: int, most: int) -> tuple[list[tuple[int, int]], int | None]:
    """Look at the next ``most`` feeds above an account, with one index look-up each.

    Returns (account, newest post too many) of those that are too long, and where to go on, or None at the end.
    """
    found = []
    place: int | None = after
    for _ in range(most):
        place = tx.scalar(_NEXT_OWNER, after=place)
        if place is None:
            break
        surplus = tx.scalar(_LAST_KEPT, viewer=place, kept=kept)
        if surplus is not None:
            found.append((place, surplus))
    return found, place


def trim(tx: Tx, account_id: int, last: int, most: int) -> int:
    """Drop a feed's entries up to a post, the oldest ``most`` of them at once; returns how many."""
    beyond: int | None = tx.scalar(_TRIM_FROM, viewer=account_id, last=last, most=most)
    return tx.run(_TRIM, viewer=account_id, last=last if beyond is None else beyond - 1)


def markers(tx: Tx, viewer_id: int, names: list[str]) -> list[Marker]:
    """The markers asked for, as far as they exist."""
    return [Marker(*row) for row in tx.all(_MARKERS, viewer=viewer_id, names=names)]


def _of(viewer: Any) -> Any:
    return any_of(viewer, "members")


def _columns(viewer: Any, own: int) -> tuple[Any, ...]:
    post = fed_posts.c
    return (
        viewer.label("viewer"),
        post.id,
        post.account_id.label("author"),
        post.original_id,
        literal(own).label("own"),
    )


def _kept_apart(viewer: Any) -> Any:
    return exists().where(block_edges.c.account_id == viewer, block_edges.c.target_id == fed_posts.c.original_author_id)


def _public(visibility: Any) -> Any:
    """Said so that no index answers it: SQLite would walk all public posts for each page of members."""
    return func.coalesce(visibility, "") == "public"


def _refill() -> Any:
    """The newest entries of some members' feeds: the rules of fan-out, for all posts at once."""
    post, viewer = fed_posts.c, follow_edges.c.account_id
    newer = fed_posts.alias("newer")
    oldest = (
        select(newer.c.id)
        .where(newer.c.account_id == follow_edges.c.target_id)
        .order_by(newer.c.id.desc())
        .limit(1)
        .offset(bindparam("kept"))
        .scalar_subquery()
    )
    followed = (
        select(*_columns(viewer, 0))
        .join(fed_posts, post.account_id == follow_edges.c.target_id)
        .where(
            _of(viewer),
            post.id > func.coalesce(oldest, 0),
            follow_edges.c.target_id.not_in(select(large_authors.c.account_id)),
            or_(post.reblog_of_id.is_(None), follow_edges.c.show_reblogs.is_(True)),
            or_(
                follow_edges.c.languages_json == "[]",
                post.language.is_(None),
                follow_edges.c.languages_json.like('%"' + post.language + '"%'),
            ),
            or_(
                post.in_reply_to_account_id.is_(None),
                post.in_reply_to_account_id == post.account_id,
                post.in_reply_to_account_id == viewer,
                exists().where(_answered.c.account_id == viewer, _answered.c.target_id == post.in_reply_to_account_id),
            ),
            not_(_kept_apart(viewer)),
            not_(
                exists().where(
                    list_members.c.owner_id == viewer,
                    list_members.c.account_id == post.account_id,
                    list_members.c.exclusive.is_(True),
                )
            ),
        )
    )
    own = select(*_columns(post.account_id, 1)).where(_of(post.account_id))
    reader = tag_followers.c.account_id
    tagged = (
        select(*_columns(reader, 0))
        .join(tagged_posts, tagged_posts.c.name == tag_followers.c.tag)
        .join(fed_posts, post.id == tagged_posts.c.post_id)
        .where(_of(reader), _public(post.visibility), post.reblog_of_id.is_(None), not_(_kept_apart(reader)))
    )
    return union_all(followed, own, tagged).subquery("found")


def _newest_of(found: Any) -> Any:
    """No echo of what stands there already, and of each feed the newest. What was found twice is in it twice."""
    nth = func.rank().over(partition_by=(found.c.viewer, found.c.original_id), order_by=found.c.id)
    counted = select(found, nth.label("nth")).subquery("counted")
    place = func.dense_rank().over(partition_by=counted.c.viewer, order_by=counted.c.id.desc())
    shown = or_(counted.c.own == 1, counted.c.nth == 1)
    ranked = select(counted, place.label("place")).where(shown).subquery("ranked")
    last = ranked.c
    return select(last.viewer, last.id, last.author, last.original_id).where(last.place <= bindparam("kept"))


_REFILL = _new_entries(_newest_of(_refill()))
# At the tenth page PostgreSQL would take a plan for any range of members, and walk all posts.
_PLANNED_EACH_TIME = sql("SET LOCAL plan_cache_mode = force_custom_plan")


def refill(tx: Tx, members: list[int], kept: int) -> int:
    """Fill members' feeds with their newest posts, as far as these are not there; returns how many were added."""
    if tx.engine == "postgresql":
        tx.run(_PLANNED_EACH_TIME)
    return tx.run(_REFILL, members=members, kept=kept)
