"""What an author takes along, a page at a time: their posts with every state, and what they did with others'."""

from collections import defaultdict

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.ids import ms_of
from perdure.media import service as media
from perdure.posts.model import (
    Origin,
    PostRef,
    Taken,
    TakenCounts,
    TakenEdit,
    TakenMark,
    TakenOption,
    TakenPoll,
)
from perdure.posts.queries import reading, takeout
from perdure.posts.service.publishing import Limits


def taken_in(tx: Tx, limits: Limits, owner: int, after: int, most: int, *, direct: bool) -> list[Taken]:
    """The owner's posts with ids above ``after``, oldest first; ``direct``: what they wrote in confidence, or the rest.

    Also what is held or hidden, which only its author and staff see. What is deleted is left out.
    """
    rows = takeout.page(tx, owner, after, most, direct=direct)
    return _Page(tx, limits, owner, rows).taken() if rows else []


def votes_in(tx: Tx, limits: Limits, owner: int, after: int, most: int) -> tuple[list[TakenMark], int]:
    """The owner's votes, oldest first, and the cursor for the next page (0: that was all)."""
    rows = takeout.votes(tx, owner, after, most)
    marks = [(row.post_id, row.value, row.created_at) for row in rows]
    return _marks(tx, limits, marks), rows[-1].id if len(rows) == most else 0


def bookmarks_in(tx: Tx, limits: Limits, owner: int, after: int, most: int) -> tuple[list[TakenMark], int]:
    """The owner's bookmarks, oldest first, and the cursor for the next page."""
    rows = takeout.bookmarks(tx, owner, after, most)
    marks = [(row.post_id, 0, ms_of(row.id)) for row in rows]
    return _marks(tx, limits, marks), rows[-1].id if len(rows) == most else 0


def choices_in(tx: Tx, limits: Limits, owner: int, after: int, most: int) -> tuple[list[TakenMark], int]:
    """What the owner chose in polls, and the cursor for the next page."""
    rows = takeout.choices(tx, owner, after, most)
    full = len(rows) == most
    if full:  # the last poll may go on behind the page
        last = rows[-1].poll_id
        rows = [row for row in rows if row.poll_id != last] or rows
    marks = [(row.post_id, row.position, 0) for row in rows]
    return _marks(tx, limits, marks), rows[-1].poll_id if full else 0


def refs_in(tx: Tx, limits: Limits, ids: list[int]) -> dict[int, PostRef]:
    """Posts as others may know them, by id."""
    return {one: _ref(limits, one, name) for one, name in takeout.refs(tx, ids).items()}


def _ref(limits: Limits, post_id: int, username: str) -> PostRef:
    return PostRef(str(post_id), f"{username}@{limits.domain}", f"{limits.base_url}/@{username}/{post_id}")


def _marks(tx: Tx, limits: Limits, marks: list[tuple[int, int, int]]) -> list[TakenMark]:
    known = refs_in(tx, limits, [post_id for post_id, _value, _at in marks])
    return [TakenMark(known[post_id], value, at) for post_id, value, at in marks if post_id in known]


class _Page:
    """Loads everything around a page of posts with one query each."""

    def __init__(self, tx: Tx, limits: Limits, owner: int, rows: list[Row]) -> None:
        self._limits = limits
        self._rows = rows
        ids = [row.id for row in rows]
        around = {one for row in rows for one in (row.id, row.in_reply_to_id, row.reblog_of_id) if one}
        self._refs = refs_in(tx, limits, list(around))
        self._pinned = takeout.pinned(tx, owner, ids)
        self._muted = takeout.muted(tx, owner, [row.thread_id for row in rows])
        self._origins = takeout.origins(tx, [row.id for row in rows if row.import_key])
        self._media = media.views_of_posts_in(tx, [row.id for row in rows if row.has_media])
        self._mentions: dict[int, list[str]] = defaultdict(list)
        for found in reading.mentions(tx, ids):
            self._mentions[found.post_id].append(f"{found.username}@{limits.domain}")
        self._tags: dict[int, list[str]] = defaultdict(list)
        for found in reading.tags(tx, ids):
            self._tags[found.post_id].append(found.name)
        self._edits: dict[int, list[TakenEdit]] = defaultdict(list)
        for found in takeout.edits(tx, [row.id for row in rows if row.edited_at]):
            self._edits[found.post_id].append(_edit(found))
        self._polls = _polls(tx, [row.poll_id for row in rows if row.poll_id])

    def taken(self) -> list[Taken]:
        return [self._one(row) for row in self._rows]

    def _one(self, row: Row) -> Taken:
        came = self._origins.get(row.id)
        reply = self._refs.get(row.in_reply_to_id) if row.in_reply_to_id else None
        if reply is None and came is not None and came.reply_json:
            reply = msgspec.json.decode(came.reply_json, type=PostRef)
        elsewhere = msgspec.json.decode(came.mentions_json, type=tuple[str, ...]) if came is not None else ()
        return Taken(
            id=str(row.id),
            url=self._refs[row.id].url,
            created_at=row.created_at,
            edited_at=row.edited_at,
            text=row.text,
            spoiler_text=row.spoiler_text,
            sensitive=row.sensitive,
            visibility=row.visibility,
            language=row.language,
            state=row.state,
            in_reply_to=reply,
            echo_of=self._refs.get(row.reblog_of_id) if row.reblog_of_id else None,
            mentions=tuple(dict.fromkeys((*self._mentions[row.id], *elsewhere))),
            tags=tuple(self._tags[row.id]),
            media=tuple(str(one.id) for one in self._media.get(row.id, ())),
            poll=self._polls.get(row.poll_id) if row.poll_id else None,
            edits=tuple(self._edits[row.id]),
            counts=_counts(row, came),
            pinned=row.id in self._pinned,
            thread_muted=row.thread_id in self._muted,
            app_name=row.app_name,
            app_website=row.app_website,
            origin=origin_of(came) if came is not None else None,
        )


def origin_of(row: Row) -> Origin:
    """Where an imported post comes from."""
    return Origin(row.host, row.source_id, row.url, row.author, row.signature, row.imported_at)


def _counts(row: Row, came: Row | None) -> TakenCounts:
    then = msgspec.json.decode(came.counts_json, type=TakenCounts) if came is not None else TakenCounts()
    return TakenCounts(
        max(row.replies_count, then.replies),
        max(row.reblogs_count, then.echoes),
        max(row.favourites_count, then.favourites),
    )


def _edit(row: Row) -> TakenEdit:
    return TakenEdit(
        row.created_at,
        row.text,
        row.spoiler_text,
        row.sensitive,
        tuple(str(one) for one in msgspec.json.decode(row.media_json, type=list[int])),
        msgspec.json.decode(row.options_json, type=tuple[str, ...]),
    )


def _polls(tx: Tx, ids: list[int]) -> dict[int, TakenPoll]:
    options: dict[int, list[TakenOption]] = defaultdict(list)
    for row in reading.poll_options(tx, ids) if ids else ():
        options[row.poll_id].append(TakenOption(row.title, row.votes_count))
    return {
        row.id: TakenPoll(tuple(options[row.id]), row.expires_at, row.multiple, row.hide_totals, row.voters_count)
        for row in (reading.polls(tx, ids) if ids else ())
    }
