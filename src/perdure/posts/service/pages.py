"""Pages of posts from what a process already knows: one question per page instead of a dozen per post.

What is the same for everybody and what one viewer did and hides (:class:`_Standing`) are kept apart
and forgotten when the database says that they changed (:mod:`perdure.kernel.changes`). Whatever is not plainly public
is asked of the database each time, by the one gate that decides who may see what.
"""

import weakref
from collections import defaultdict
from typing import Final, NamedTuple

from perdure.graph import service as graph
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
    thread_id: int
    marks: int
    seen: int


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

    @property
    def plain(self) -> bool:
        """Whether everything looks to this viewer as it looks to everybody."""
        return not (self.marks or self.threads or self.apart or self.muted or self.partial)

    def touches(self, rows: list[PageRow]) -> bool:
        """Whether any of the posts could look different to this viewer than to everybody."""
        return not self.plain and (
            self.partial
            or (bool(self.floor) and min(row.shown_id for row in rows) < self.floor)
            or not self.marks.keys().isdisjoint([row.shown_id for row in rows])
            or not self.threads.isdisjoint([row.thread_id for row in rows])
            or not self.apart.isdisjoint([row.author_id for row in rows])
            or not self.apart.isdisjoint([row.shown_author_id for row in rows])
            or not self.muted.keys().isdisjoint([row.shown_author_id for row in rows])
        )


class PageCache:
    """What one process knows of one database. Use it inside read transactions of one thread."""

    def __init__(self) -> None:
        self._open: dict[int, PageRow] = {}  # what everybody may see who neither blocks nor mutes, with no marks
        self._learned = 0
        self._standings: dict[int, _Standing] = {}
        self._large: frozenset[int] | None = None
        self._rests_on: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._feed = changes.Feed(self._forget, self._clear)

    def rows_in(self, tx: Tx, viewer_id: int, ids: list[int]) -> tuple[list[PageRow], bool]:
        """The posts named, in that order, without those that are gone; and whether the viewer has filters."""
        standing = self._standing_in(tx, viewer_id)
        known = [self._open.get(post_id) for post_id in ids]
        if None in known:
            self._learn_in(tx, [post_id for post_id, row in zip(ids, known, strict=True) if row is None])
            known = [self._open.get(post_id) for post_id in ids]
        rows = [row for row in known if row is not None]
        if len(rows) == len(ids) and not (rows and standing.touches(rows)):
            return rows, standing.filtered
        judged = {row.id: _judged(row, standing, tx.now) for row in rows}
        asked = [post_id for post_id in ids if judged.get(post_id) is None]
        judged |= {row.id: PageRow._make(row) for row in pages.overlaid_rows(tx, viewer_id, asked)}
        found = (judged.get(post_id) for post_id in ids)
        return [row for row in found if row is not None], standing.filtered

    def mutes(self, viewer_id: int) -> bool:
        """Whether a viewer may mute somebody, as of the last change taken in."""
        standing = self._standings.get(viewer_id)
        return standing is None or bool(standing.muted)

    def rows_at(self, newest: int, viewer_id: int, ids: list[int], now: int) -> list[PageRow] | None:
        """:meth:`rows_in` without a transaction, for ids that were read together with the number of the newest change.

        None where something must be asked, or where the viewer has filters.
        """
        standing = self._standings.get(viewer_id)
        if standing is None or standing.filtered or self._large != frozenset() or not self._feed.is_at(newest):
            return None
        known = [self._open.get(post_id) for post_id in ids]
        rows = [row for row in known if row is not None]
        if len(rows) != len(ids):
            return None
        if not rows or not standing.touches(rows):
            return rows
        judged = [_judged(row, standing, now) for row in rows]
        told = [row for row in judged if row is not None]
        return told if len(told) == len(ids) else None

    def follow_in(self, tx: Tx) -> None:
        """Take in what changed. First thing in every transaction that uses the cache."""
        self._feed.follow_in(tx)

    def any_large_in(self, tx: Tx) -> bool:
        """Whether there is any author whose posts are looked up when home is read (graph.large_authors_in)."""
        if self._large is None:
            self._large = graph.large_authors_in(tx)
        return bool(self._large)

    def _learn_in(self, tx: Tx, ids: list[int]) -> None:
        self._learned += len(ids)
        if self._learned > _MOST_LEARNED:
            self._clear_posts()
        for row in pages.facts(tx, ids):
            if not _is_open(row):
                continue
            self._open[row.id] = PageRow._make((*row[: len(PageRow._fields) - 2], 0, 1))
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
        if kind == changes.LARGE:
            self._large = None
            return
        for post_id in self._rests_on.pop((kind, changed_id), ()):
            self._open.pop(post_id, None)

    def _clear_posts(self) -> None:
        self._open.clear()
        self._rests_on.clear()
        self._learned = 0

    def _clear(self) -> None:
        self._clear_posts()
        self._standings.clear()
        self._large = None


def _is_open(row: Row) -> bool:
    return all(
        state == "published" and author == "active" and visibility in _OPEN
        for state, author, visibility in (
            (row.state, row.author_state, row.visibility),
            (row.shown_state, row.shown_author_state, row.shown_visibility),
        )
    )


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


def _judged(row: PageRow, standing: _Standing, now: int) -> PageRow | None:
    """The row of one viewer, or None where only the database can say."""
    if standing.partial or row.shown_id < standing.floor:
        return None
    bits = standing.marks.get(row.shown_id, 0) | (_THREAD_MUTED if row.thread_id in standing.threads else 0)
    apart = row.author_id in standing.apart or row.shown_author_id in standing.apart
    muted = (
        row.shown_id != row.id
        and row.shown_author_id in standing.muted
        and _lasts(standing.muted[row.shown_author_id], now)
    )
    return row._replace(marks=bits, seen=0 if apart or muted else 1)


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
