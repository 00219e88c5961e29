"""Posts as one viewer sees them."""

from collections import defaultdict
from typing import Final, NoReturn

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import Label
from perdure.graph import service as graph
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.media import service as media
from perdure.posts.model import Counts, Marks, MentionView, Origin, Overlay, PollView, PostView, Thread
from perdure.posts.queries import reading, takeout
from perdure.posts.service.polls import polls_in
from perdure.posts.service.previews import cards_in

GUEST: Final = 0
GUEST_ANCESTORS: Final = 40
GUEST_DESCENDANTS: Final = 60
GUEST_DEPTH: Final = 20
MEMBER_MOST: Final = 4096
LIMITED: Final = "Moderators limited this post: it cannot be answered or echoed."
_labels: Final = msgspec.json.Decoder(tuple[Label, ...])


def _marks(row: Row) -> Marks:
    return Marks(bool(row.favourited), bool(row.reblogged), bool(row.bookmarked), bool(row.muted), bool(row.pinned))


def overlays_in(tx: Tx, viewer_id: int | None, ids: list[int]) -> dict[int, Overlay]:
    """Versions, counts and marks of the posts the viewer may see, by id. Others are left out."""
    return {
        row.id: Overlay(
            row.id,
            row.version,
            row.account_id,
            row.author_version,
            row.reblog_of_id,
            row.poll_id,
            Counts(row.replies_count, row.reblogs_count, row.favourites_count),
            _marks(row),
        )
        for row in reading.overlays(tx, viewer_id or GUEST, ids)
    }


def views_in(tx: Tx, viewer_id: int | None, ids: list[int]) -> list[PostView]:
    """Whole posts in the order asked; what the viewer may not see is left out, an echo with its hidden original too."""
    viewer = viewer_id or GUEST
    rows = {row.id: row for row in reading.rows(tx, viewer, ids)}
    originals = [row.reblog_of_id for row in rows.values() if row.reblog_of_id and row.reblog_of_id not in rows]
    rows |= {row.id: row for row in reading.rows(tx, viewer, originals)} if originals else {}
    loader = _Loader(tx, viewer_id, rows)
    views = (loader.view(rows[post_id]) for post_id in ids if post_id in rows)
    return [view for view in views if view is not None]


class _Loader:
    """Loads everything around a set of rows with one query each."""

    def __init__(self, tx: Tx, viewer_id: int | None, rows: dict[int, Row]) -> None:
        self._rows = rows
        ids = list(rows)
        self._authors = accounts.views_in(tx, {row.account_id for row in rows.values()})
        self._mentions: dict[int, list[MentionView]] = defaultdict(list)
        for row in reading.mentions(tx, ids):
            self._mentions[row.post_id].append(MentionView(row.account_id, row.username))
        self._tags: dict[int, list[str]] = defaultdict(list)
        for row in reading.tags(tx, ids):
            self._tags[row.post_id].append(row.name)
        showing = [row.id for row in rows.values() if row.has_media]
        self._media = media.views_of_posts_in(tx, showing) if showing else {}
        linking = [row.id for row in rows.values() if "://" in row.text]
        self._cards = cards_in(tx, linking) if linking else {}
        poll_ids = [row.poll_id for row in rows.values() if row.poll_id]
        self._polls: dict[int, PollView] = polls_in(tx, viewer_id, poll_ids) if poll_ids else {}
        self._origins = origins_in(tx, [row.id for row in rows.values() if row.import_key])
        self._emojis = accounts.NamedEmojis(tx, (text for row in rows.values() for text in self._texts(row)))

    def _texts(self, row: Row) -> tuple[str, ...]:
        poll = self._polls.get(row.poll_id) if row.poll_id else None
        return row.spoiler_text, row.text, *(option.title for option in (poll.options if poll else ()))

    def view(self, row: Row) -> PostView | None:
        reblog = None
        if row.reblog_of_id is not None:
            original = self._rows.get(row.reblog_of_id)
            if original is None:
                return None
            reblog = self.view(original)
        labels = labels_of(row)
        said = labels + self._authors[row.account_id].labels
        return PostView(
            id=row.id,
            author=self._authors[row.account_id],
            created_at=row.created_at,
            edited_at=row.edited_at,
            text=row.text,
            content=row.content,
            spoiler_text=row.spoiler_text or warning_of(said),
            sensitive=self._covered(row, said),
            visibility=row.visibility,
            language=row.language,
            in_reply_to_id=row.in_reply_to_id,
            in_reply_to_account_id=row.in_reply_to_account_id,
            thread_id=row.thread_id,
            reblog=reblog,
            media=self._media.get(row.id, ()),
            poll=self._polls.get(row.poll_id) if row.poll_id else None,
            card=self._cards.get(row.id),
            mentions=tuple(self._mentions.get(row.id, ())),
            tags=tuple(self._tags.get(row.id, ())),
            app_name=row.app_name,
            app_website=row.app_website,
            counts=Counts(row.replies_count, row.reblogs_count, row.favourites_count),
            marks=_marks(row),
            version=row.version,
            emojis=self._emojis.of(*self._texts(row)),
            state=row.state,
            limited=row.limited,
            labels=labels,
            own_spoiler_text=row.spoiler_text,
            own_sensitive=row.sensitive,
            origin=self._origins.get(row.id),
        )

    def _covered(self, row: Row, labels: tuple[Label, ...]) -> bool:
        """Whether the post stands behind a warning: its author's, or the staff's about it or about the author.

        ``labels`` are the post's and those of the account.
        """
        marked = row.sensitive or row.marked_sensitive or any(label.blur != "none" for label in labels)
        return marked or (row.has_media and self._authors[row.account_id].marked_sensitive)


def origins_in(tx: Tx, ids: list[int]) -> dict[int, Origin]:
    """Where those of these posts come from that a member brought in with an archive."""
    return {
        post_id: Origin(row.host, row.source_id, row.url, row.author, row.signature, row.imported_at)
        for post_id, row in takeout.origins(tx, ids).items()
    }


def labels_of(row: Row) -> tuple[Label, ...]:
    """The labels of a stored post."""
    return () if row.labels_json == "[]" else _labels.decode(row.labels_json)


def warning_of(labels: tuple[Label, ...]) -> str:
    """What labels that fold a text away say in front of it."""
    return " · ".join(label.reason for label in labels if label.blur == "content")


def load_in(tx: Tx, viewer_id: int | None, post_id: int) -> Row:
    """The row of a post that the viewer may see. The one way from an id to a post. Raises NotFound."""
    found = reading.rows(tx, viewer_id or GUEST, [post_id])
    if not found:
        raise NotFound
    return found[0]


def in_audience_in(tx: Tx, viewer_id: int | None, row: Row) -> bool:
    """Whether a post was meant for a viewer, whatever became of it since: deleted, taken down, or behind a block.

    For reports: whoever was shown something may say so afterwards. A post that was held before anybody saw it was
    shown to nobody but its author.
    """
    if viewer_id is not None and row.account_id == viewer_id:
        return True
    if row.state == "held":
        return False
    if row.visibility in {"public", "unlisted"}:
        return True
    if viewer_id is None:
        return False
    if row.visibility == "private" and graph.follows_in(tx, viewer_id, row.account_id):
        return True
    return any(mention.account_id == viewer_id for mention in reading.mentions(tx, [row.id]))


def explain_absence_in(tx: Tx, post_id: int) -> NoReturn:
    """Say why a post cannot be shown. Raises Gone for an open post of a suspended account, NotFound for all else."""
    row = reading.stored(tx, post_id)
    if row is not None and row.state == "published" and row.visibility in {"public", "unlisted"}:
        accounts.public_view_in(tx, row.account_id)
    raise NotFound


def thread_in(tx: Tx, viewer_id: int | None, post_id: int) -> Thread:
    """What stands above and below a post, in thread order, as far as the viewer may see. Raises NotFound."""
    focus = load_in(tx, viewer_id, post_id)
    rows = reading.thread(tx, focus.thread_id)
    parents = {row.id: row.in_reply_to_id for row in rows}
    most_up, most_down, depth = (
        (MEMBER_MOST, MEMBER_MOST, MEMBER_MOST) if viewer_id else (GUEST_ANCESTORS, GUEST_DESCENDANTS, GUEST_DEPTH)
    )
    above: list[int] = []
    parent = focus.in_reply_to_id
    while parent in parents and len(above) < most_up:
        above.append(parent)
        parent = parents[parent]
    below = _descendants(rows, post_id, most_down, depth)
    seen = overlays_in(tx, viewer_id, above + below)
    return Thread(
        tuple(found for found in reversed(above) if found in seen), tuple(found for found in below if found in seen)
    )


def _descendants(rows: list[Row], root: int, most: int, deepest: int) -> list[int]:
    """Depth first, siblings by age."""
    children: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.in_reply_to_id is not None:
            children[row.in_reply_to_id].append(row.id)
    found: list[int] = []
    waiting = [(child, 1) for child in reversed(children[root])]
    while waiting and len(found) < most:
        current, depth = waiting.pop()
        found.append(current)
        if depth < deepest:
            waiting += [(child, depth + 1) for child in reversed(children[current])]
    return found
