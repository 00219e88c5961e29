"""What staff and machines do about a post: out of sight, without reach, behind a warning, labelled. Nothing is lost.

The gate (:func:`perdure.posts.queries.reading.visible`) and the search, feeds and trends look at the columns set here;
entries of feeds, votes and counts stay as they are, so that taking a measure back brings back the very same bytes.
"""

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.media import service as media
from perdure.posts.events import PostPublished, PostReinstated, PostWithheld
from perdure.posts.model import Measures
from perdure.posts.queries import reading, writing
from perdure.posts.service.publishing import delete_row_in
from perdure.posts.service.viewing import labels_of
from perdure.posts.tables import post


def measures_in(tx: Tx, post_id: int) -> Measures:
    """What is decided about a post now. Raises NotFound for one that is erased."""
    row = reading.stored(tx, post_id)
    if row is None:
        raise NotFound
    return _measures(row)


def _measures(row: Row) -> Measures:
    return Measures(row.state, bool(row.limited), bool(row.marked_sensitive), labels_of(row))


def apply_in(tx: Tx, post_id: int, wanted: Measures) -> Measures:
    """Make exactly these measures stand; returns those that stood before: applied again, they restore it all.

    A post that its author deleted stays deleted. One that leaves sight is told with PostWithheld, one that comes back
    with PostReinstated; one that never went out goes out now, with everything that belongs to publishing. Raises
    NotFound for one that is erased.
    """
    row = reading.stored(tx, post_id)
    if row is None:
        raise NotFound
    before = _measures(row)
    if row.deleted_at is not None:
        wanted = msgspec.structs.replace(wanted, state=row.state)
    if wanted.state in {"held", "hidden"}:  # also where screening held it before anybody decided
        _withhold_files_in(tx, row)
    if before == wanted:
        return before
    tx.update(
        post,
        {"id": post_id},
        state=wanted.state,
        limited=wanted.limited,
        marked_sensitive=wanted.sensitive,
        labels_json=msgspec.json.encode(wanted.labels).decode(),
    )
    writing.new_version(tx, post_id)
    if before.state != wanted.state:
        _moved_in(tx, row, wanted.state)
    return before


def _moved_in(tx: Tx, row: Row, state: str) -> None:
    if state != "published":
        tx.emit(PostWithheld(row.id, row.account_id, row.visibility, state))
        return
    media.reinstate_in(tx, f"post:{row.id}")
    if row.announced:
        tx.emit(PostReinstated(row.id, row.account_id, row.visibility))
        return
    tx.update(post, {"id": row.id}, announced=True)
    tx.emit(published_event_in(tx, row))


def _withhold_files_in(tx: Tx, row: Row) -> None:
    media.withhold_in(tx, f"post:{row.id}", post_id=row.id, media_ids=_earlier_in(tx, row.id))


def _earlier_in(tx: Tx, post_id: int) -> list[int]:
    return [one for edit in reading.edits(tx, post_id) for one in msgspec.json.decode(edit.media_json)]


def media_ids_in(tx: Tx, post_id: int) -> list[int]:
    """The files that a post shows or ever showed."""
    now = [one.id for one in media.views_of_posts_in(tx, [post_id]).get(post_id, ())]
    return list(dict.fromkeys([*now, *_earlier_in(tx, post_id)]))


def published_event_in(tx: Tx, row: Row) -> PostPublished:
    """What is told of a stored post when it goes out."""
    return PostPublished(
        row.id,
        row.account_id,
        row.visibility,
        in_reply_to_account_id=row.in_reply_to_account_id,
        thread_id=row.thread_id,
        mentioned=tuple(mention.account_id for mention in reading.mentions(tx, [row.id])),
    )


def hold_in(tx: Tx, post_id: int) -> Measures:
    """Out of sight until somebody decides; the author sees it marked. Returns what stood before."""
    return apply_in(tx, post_id, msgspec.structs.replace(measures_in(tx, post_id), state="held"))


def hide_in(tx: Tx, post_id: int) -> Measures:
    """Out of everybody's sight. Returns what stood before."""
    return apply_in(tx, post_id, msgspec.structs.replace(measures_in(tx, post_id), state="hidden"))


def limit_in(tx: Tx, post_id: int) -> Measures:
    """In no ranking, search or public feed, and neither answered nor echoed. Returns what stood before."""
    return apply_in(tx, post_id, msgspec.structs.replace(measures_in(tx, post_id), limited=True))


def release_in(tx: Tx, post_id: int) -> Measures:
    """Let a post be seen. One that never went out goes out now. Returns what stood before."""
    return apply_in(tx, post_id, msgspec.structs.replace(measures_in(tx, post_id), state="published"))


def reinstate_in(tx: Tx, post_id: int, before: Measures) -> Measures:
    """Make stand again what an earlier call returned."""
    return apply_in(tx, post_id, before)


def withdraw_in(tx: Tx, post_id: int) -> bool:
    """Delete a post that was out of sight for long; the purge of posts erases it. Tells whether it was this call."""
    row = reading.stored(tx, post_id)
    return row is not None and delete_row_in(tx, row)


def renew_of_in(tx: Tx, account_id: int) -> None:
    """Have every post of an account shown anew: something that is told of its author changed."""
    writing.renew_of(tx, account_id)
