"""Pages of posts from what a process already knows: one question per page instead of a dozen per post.

What is the same for everybody (:class:`_Fact`) and what one viewer did and hides (:class:`_Standing`) are kept apart
and forgotten when the database says that they changed (:mod:`perdure.kernel.changes`). Whatever is not plainly public
is asked of the database each time, by the one gate that decides who may see what.
"""

import weakref
from collections import defaultdict
from typing import Final, NamedTuple

from perdure.graph.service import filters
from perdure.kernel import changes
from perdure.kernel.db import Database, Row, Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.queries import pages

_MOST_LEARNED: Final = 20_000
_MOST_VIEWERS: Final = 20_000
_MOST_MARKS: Final = 500
_MOST_PEOPLE: Final = 2_000
_THREAD_MUTED: Final = 8
_OPEN: Final = frozenset({"public", "unlisted"})


class PageRow(NamedTuple):
    """A post of a page as one viewer sees it: all that its text is made of, so the row can be the text's key."""

    id: int
    version: int
    author_id: int
    author_version: int
    shown_id: int
    shown_version: int
    shown_author_id: int
    shown_author_version: int
    poll_id: int | None
    replies_count: int
    reblogs_count: int
    favourites_count: int
    marks: int
    seen: int


class _Fact(NamedTuple):
    row: PageRow
    """The row of a viewer who marked nothing."""
    thread_id: int
    open: bool
    """Whether everybody may see it who is neither blocked nor muting."""
    echo: bool


class _Standing(NamedTuple):
    marks: dict[int, int]
    threads: frozenset[int]
    apart: frozenset[int]
    muted: dict[int, int | None]
    floor: int
    """Posts with a lower id may carry marks that are not among ``marks``."""
    partial: bool
    """Whether the viewer mutes or blocks more than is kept here."""
    filtered: bool
    """Whether the viewer has filters."""


class PageCache:
    """Facts and standings of one process for one database. Use it inside read transactions of one thread."""

    def __init__(self) -> None:
        self._facts: dict[int, _Fact] = {}
        self._learned = 0
        self._standings: dict[int, _Standing] = {}
        self._rests_on: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._feed = changes.Feed(self._forget, self._clear)

    def filtered_in(self, tx: Tx, viewer_id: int) -> bool:
        """Whether a viewer has filters."""
        self._feed.follow_in(tx)
        return self._standing_in(tx, viewer_id).filtered

    def rows_in(self, tx: Tx, viewer_id: int, ids: list[int]) -> list[PageRow]:
        """The posts named, in that order; those that are gone are left out."""
        self._feed.follow_in(tx)
        standing = self._standing_in(tx, viewer_id)
        facts = self._facts
        if missing := [post_id for post_id in ids if post_id not in facts]:
            self._learn_in(tx, missing)
        found = [_judged(facts[post_id], standing, tx.now) for post_id in ids if post_id in facts]
        asked = [judged for judged in found if isinstance(judged, int)]
        if not asked:
            return found  # type: ignore[return-value]  # no bare id is left among the rows
        told = {row.id: PageRow._make(row) for row in pages.overlaid_rows(tx, viewer_id, asked)}
        rows = (told.get(one) if isinstance(one, int) else one for one in found)
        return [row for row in rows if row is not None]

    def _learn_in(self, tx: Tx, ids: list[int]) -> None:
        self._learned += len(ids)
        if self._learned > _MOST_LEARNED:
            self._clear_facts()
        for row in pages.facts(tx, ids):
            self._facts[row.id] = _fact(row)
            for post_id in (row.id, row.shown_id):
                self._rests_on[changes.POST, post_id].add(row.id)
            for account_id in (row.author_id, row.shown_author_id):
                self._rests_on[changes.ACCOUNT, account_id].add(row.id)

    def _standing_in(self, tx: Tx, viewer_id: int) -> _Standing:
        found = self._standings.get(viewer_id)
        if found is None:
            if len(self._standings) > _MOST_VIEWERS:
                self._standings.clear()
            found = self._standings[viewer_id] = _standing_in(tx, viewer_id)
        return found

    def _forget(self, kind: int, changed_id: int) -> None:
        if kind == changes.VIEWER:
            self._standings.pop(changed_id, None)
            return
        for post_id in self._rests_on.pop((kind, changed_id), ()):
            self._facts.pop(post_id, None)

    def _clear_facts(self) -> None:
        self._facts.clear()
        self._rests_on.clear()
        self._learned = 0

    def _clear(self) -> None:
        self._clear_facts()
        self._standings.clear()


def _fact(row: Row) -> _Fact:
    opened = all(
        state == "published" and author == "active" and visibility in _OPEN
        for state, author, visibility in (
            (row.state, row.author_state, row.visibility),
            (row.shown_state, row.shown_author_state, row.shown_visibility),
        )
    )
    plain = PageRow._make((*row[: len(PageRow._fields) - 2], 0, 1))
    return _Fact(plain, row.thread_id, opened, row.reblog_of_id is not None)


def _standing_in(tx: Tx, viewer_id: int) -> _Standing:
    marks: dict[int, int] = {}
    kept: dict[int, list[int]] = defaultdict(list)
    for post_id, bit in pages.marked(tx, viewer_id, _MOST_MARKS):
        marks[post_id] = marks.get(post_id, 0) | bit
        kept[bit].append(post_id)
    threads = pages.muted_threads(tx, viewer_id, _MOST_PEOPLE)
    apart = pages.apart(tx, viewer_id, _MOST_PEOPLE)
    muted = pages.muted_accounts(tx, viewer_id, _MOST_PEOPLE)
    return _Standing(
        marks,
        frozenset(threads),
        frozenset(apart),
        dict(muted),
        max((min(ids) for ids in kept.values() if len(ids) == _MOST_MARKS), default=0),
        max(len(threads), len(apart), len(muted)) == _MOST_PEOPLE,
        filters.has_filters_in(tx, viewer_id),
    )


def _judged(fact: _Fact, standing: _Standing, now: int) -> PageRow | int:
    """The row of one viewer; or the id alone, where only the database can say."""
    row, thread_id, opened, echo = fact
    marks, threads, apart, muted, floor, partial, _filtered = standing
    if not opened or partial or row.shown_id < floor:
        return row.id
    bits = marks.get(row.shown_id, 0)
    if thread_id in threads:
        bits |= _THREAD_MUTED
    hidden = (apart and (row.author_id in apart or row.shown_author_id in apart)) or (
        echo and row.shown_author_id in muted and _lasts(muted[row.shown_author_id], now)
    )
    if hidden:
        return row._replace(marks=bits, seen=0)
    return row._replace(marks=bits) if bits else row


def _lasts(until: int | None, now: int) -> bool:
    return until is None or until > now


_by_database: "weakref.WeakKeyDictionary[Database, PageCache]" = weakref.WeakKeyDictionary()


def page_cache(rt: Runtime) -> PageCache | None:
    """This process's cache for a database that tells what changed; None for one that does not."""
    if rt.db.engine != "sqlite":
        return None
    found = _by_database.get(rt.db)
    if found is None:
        found = _by_database[rt.db] = PageCache()
    return found
