"""Changing posts."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select, update

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.posts.tables import (
    idempotency,
    poll,
    poll_option,
    poll_vote,
    post,
    post_edit,
    post_mention,
    post_pin,
    post_tag,
    scheduled_post,
    tag,
)

_COUNTS = {
    name: sql(update(post).where(post.c.id == bindparam("post_id")).values({column: post.c[column] + bindparam("by")}))
    for name, column in (
        ("replies", "replies_count"),
        ("reblogs", "reblogs_count"),
        ("favourites", "favourites_count"),
    )
}
_TAG_IDS = sql(select(tag.c.id, tag.c.name, tag.c.shown_at).where(any_of(tag.c.name, "names")))
_SHOW_TAGS = sql(update(tag).where(any_of(tag.c.id, "ids"), tag.c.shown_at.is_(None)).values(shown_at=bindparam("now")))
_NEW_VERSION = sql(update(post).where(post.c.id == bindparam("post_id")).values(version=post.c.version + 1))
_RENEW_OF = sql(update(post).where(post.c.account_id == bindparam("account_id")).values(version=post.c.version + 1))
_POLLS_NAMED = select(poll_option.c.poll_id).where(poll_option.c.title.like(bindparam("pattern")))
_RENEW_NAMED = sql(
    update(post)
    .where(
        or_(
            post.c.text.like(bindparam("pattern")),
            post.c.spoiler_text.like(bindparam("pattern")),
            post.c.poll_id.in_(_POLLS_NAMED),
        )
    )
    .values(version=post.c.version + 1)
)
_ECHO = sql(
    select(post.c.id).where(
        post.c.reblog_of_id == bindparam("post_id"),
        post.c.account_id == bindparam("account_id"),
        post.c.deleted_at.is_(None),
    )
)
_MARK_DELETED = sql(
    update(post)
    .where(post.c.id == bindparam("post_id"), post.c.deleted_at.is_(None))
    .values(state="deleted", deleted_at=bindparam("now"))
)
_IMPORTED = sql(select(post.c.import_key).where(any_of(post.c.import_key, "keys")))
_NEWEST = sql(select(func.max(post.c.id)).where(post.c.id >= bindparam("lower"), post.c.id < bindparam("upper")))
_TRIES = 9
_TAKEN = sql(select(post.c.id).where(any_of(post.c.id, "ids")))
_OWNED = sql(select(post.c.id).where(post.c.id == bindparam("post_id"), post.c.account_id == bindparam("account_id")))
_DELETE_ECHOES = sql(
    update(post)
    .where(post.c.reblog_of_id == bindparam("post_id"), post.c.deleted_at.is_(None))
    .values(state="deleted", deleted_at=bindparam("now"))
    .returning(post.c.id, post.c.account_id)
)
_KEY = sql(
    select(idempotency.c.post_id, idempotency.c.created_at).where(
        idempotency.c.account_id == bindparam("account_id"), idempotency.c.key == bindparam("key")
    )
)
_PIN_COUNT = sql(select(post_pin.c.post_id).where(post_pin.c.account_id == bindparam("account_id")))
_VOTE_OPTION = sql(
    update(poll_option)
    .where(poll_option.c.poll_id == bindparam("poll_id"), poll_option.c.position == bindparam("position"))
    .values(votes_count=poll_option.c.votes_count + 1)
)
_VOTER = sql(update(poll).where(poll.c.id == bindparam("poll_id")).values(voters_count=poll.c.voters_count + 1))
_DUE_POLLS = sql(
    select(poll.c.id, poll.c.post_id, poll.c.author_id)
    .where(poll.c.closed_at.is_(None), poll.c.expires_at <= bindparam("now"))
    .limit(500)
)
_VOTERS = sql(select(poll_vote.c.account_id).where(poll_vote.c.poll_id == bindparam("poll_id")).distinct())
_DUE = sql(
    select(scheduled_post)
    .where(scheduled_post.c.scheduled_at <= bindparam("now"))
    .order_by(scheduled_post.c.scheduled_at)
    .limit(100)
)
_SCHEDULED = {
    up: sql(
        select(scheduled_post)
        .where(
            scheduled_post.c.account_id == bindparam("account_id"),
            scheduled_post.c.id > bindparam("lower"),
            scheduled_post.c.id < bindparam("upper"),
        )
        .order_by(scheduled_post.c.id if up else scheduled_post.c.id.desc())
        .limit(bindparam("most"))
    )
    for up in (False, True)
}
_SCHEDULED_ONE = sql(
    select(scheduled_post).where(
        scheduled_post.c.account_id == bindparam("account_id"), scheduled_post.c.id == bindparam("scheduled_id")
    )
)


def add_count(tx: Tx, post_id: int, name: str, by: int) -> None:
    """Add to ``replies``, ``reblogs`` or ``favourites`` of a post."""
    tx.run(_COUNTS[name], post_id=post_id, by=by)


def renew_named(tx: Tx, pattern: str) -> None:
    """Count a new version of every post that matches a pattern. An echo is keyed by the version of what it echoes."""
    tx.run(_RENEW_NAMED, pattern=pattern)


def renew_of(tx: Tx, account_id: int) -> None:
    """Count a new version of every post of an account."""
    tx.run(_RENEW_OF, account_id=account_id)


def new_version(tx: Tx, post_id: int) -> None:
    """Say that the rendered part of a post changed."""
    tx.run(_NEW_VERSION, post_id=post_id)


def set_tags(tx: Tx, post_id: int, names: dict[str, str], *, private: bool = False) -> list[int]:
    """Give a post its hashtags: folded name → as written. New hashtags are made.

    Returns those that are now shown for the first time; a private message shows nothing.
    """
    tx.delete(post_tag, post_id=post_id)
    if not names:
        return []
    known = tx.all(_TAG_IDS, names=list(names))
    if len(known) < len(names):
        there = {row.name for row in known}
        for name, display in names.items():
            if name not in there:
                tx.insert_new(tag, id=tx.new_id(), name=name, display=display, created_at=tx.now, shown_at=None)
        known = tx.all(_TAG_IDS, names=list(names))
    tx.insert_many(post_tag, [{"tag_id": row.id, "post_id": post_id} for row in known])
    new = [] if private else [row.id for row in known if row.shown_at is None]
    if new:
        tx.run(_SHOW_TAGS, ids=new, now=tx.now)
    return new


def set_mentions(tx: Tx, post_id: int, ids: list[int]) -> None:
    """Say whom a post speaks to."""
    tx.delete(post_mention, post_id=post_id)
    tx.insert_many(post_mention, [{"post_id": post_id, "account_id": account_id} for account_id in ids])


def echo_of(tx: Tx, account_id: int, post_id: int) -> int | None:
    """The id of an account's echo of a post."""
    found: int | None = tx.scalar(_ECHO, account_id=account_id, post_id=post_id)
    return found


def delete_echoes(tx: Tx, post_id: int) -> list[Row]:
    """Take back every echo of a post; returns (id, account_id) of each."""
    return tx.all(_DELETE_ECHOES, post_id=post_id, now=tx.now)


def mark_deleted(tx: Tx, post_id: int) -> bool:
    """Mark a post or an echo as deleted; tells whether it was this call that did it."""
    return tx.run(_MARK_DELETED, post_id=post_id, now=tx.now) > 0


def imported(tx: Tx, keys: list[str]) -> set[str]:
    """Which of these import keys are stored already."""
    return set(tx.column(_IMPORTED, keys=keys))


def owned(tx: Tx, account_id: int, post_id: int) -> list[int]:
    """The id again where the post is the account's, whatever became of it; else nothing."""
    return tx.column(_OWNED, post_id=post_id, account_id=account_id)


def near_id(tx: Tx, wanted: int) -> int | None:
    """An id that no post has, the wanted one or a little above; None where everything near is taken.

    Asks at most nine times, however many posts somebody gave one instant.
    """
    candidate, span = wanted, 1 << 26  # about a second
    for _ in range(_TRIES):
        if not tx.column(_TAKEN, ids=[candidate]):
            return candidate
        candidate = int(tx.scalar(_NEWEST, lower=candidate, upper=candidate + span)) + 1
    return None


def free_ids(tx: Tx, wanted: list[int]) -> list[int]:
    """For each wanted id the next one, upwards, that no post has; no two alike."""
    taken = set(tx.column(_TAKEN, ids=wanted))
    found: list[int] = []
    for start in wanted:
        candidate = start
        while candidate in taken or (candidate != start and tx.column(_TAKEN, ids=[candidate])):
            candidate += 1
        taken.add(candidate)
        found.append(candidate)
    return found


def keep_edit(tx: Tx, old: Row, created_at: int, media_ids: list[int], options: tuple[str, ...]) -> None:
    """Store the state a post was in."""
    tx.insert(
        post_edit,
        id=tx.new_id(),
        post_id=old.id,
        text=old.text,
        content=old.content,
        spoiler_text=old.spoiler_text,
        sensitive=old.sensitive,
        media_json=msgspec.json.encode(media_ids).decode(),
        options_json=msgspec.json.encode(options).decode(),
        created_at=created_at,
    )


def keyed(tx: Tx, account_id: int, key: str) -> Row | None:
    """What an idempotency key made: post_id, created_at."""
    return tx.first(_KEY, account_id=account_id, key=key)


def pinned(tx: Tx, account_id: int) -> list[int]:
    """Ids of an account's pinned posts."""
    return tx.column(_PIN_COUNT, account_id=account_id)


def insert_poll(tx: Tx, poll_id: int, options: tuple[str, ...], **values: Any) -> None:
    """Store a poll with its options."""
    tx.insert(poll, id=poll_id, closed_at=None, voters_count=0, **values)
    rows = [
        {"poll_id": poll_id, "position": position, "title": title, "votes_count": 0}
        for position, title in enumerate(options)
    ]
    tx.insert_many(poll_option, rows)


def drop_poll(tx: Tx, poll_id: int) -> None:
    """Remove a poll with its votes."""
    tx.delete(poll_vote, poll_id=poll_id)
    tx.delete(poll_option, poll_id=poll_id)
    tx.delete(poll, id=poll_id)


def choose(tx: Tx, poll_id: int, account_id: int, positions: list[int]) -> None:
    """Store a voter's choices. The voter is counted by :func:`count_voter`."""
    for position in positions:
        tx.insert(poll_vote, poll_id=poll_id, account_id=account_id, position=position)
        tx.run(_VOTE_OPTION, poll_id=poll_id, position=position)


def count_voter(tx: Tx, poll_id: int) -> None:
    """Count one more voter. Others who vote in this poll wait until this transaction ends."""
    tx.run(_VOTER, poll_id=poll_id)


def due_polls(tx: Tx) -> list[Row]:
    """Polls past their end that nobody has closed."""
    return tx.all(_DUE_POLLS, now=tx.now)


def voters(tx: Tx, poll_id: int) -> list[int]:
    """Everybody who voted in a poll."""
    return tx.column(_VOTERS, poll_id=poll_id)


def due_scheduled(tx: Tx) -> list[Row]:
    """Scheduled posts whose time has come."""
    return tx.all(_DUE, now=tx.now)


def scheduled_page(tx: Tx, account_id: int, *, lower: int, upper: int, most: int, ascending: bool) -> list[Row]:
    """An author's scheduled posts, newest first."""
    found = tx.all(_SCHEDULED[ascending], account_id=account_id, lower=lower, upper=upper, most=most)
    return found[::-1] if ascending else found


def scheduled_one(tx: Tx, account_id: int, scheduled_id: int) -> Row | None:
    """One of an author's scheduled posts."""
    return tx.first(_SCHEDULED_ONE, account_id=account_id, scheduled_id=scheduled_id)
