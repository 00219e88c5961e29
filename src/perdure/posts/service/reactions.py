"""Echo, vote, bookmark, pin, mute a thread. Each may be repeated without effect."""

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Forbidden, Invalid
from perdure.posts.events import PostDeleted, PostPublished, PostVoted
from perdure.posts.queries import writing
from perdure.posts.rules import drafts
from perdure.posts.service.viewing import LIMITED, load_in
from perdure.posts.tables import bookmark, post, post_pin, thread_mute, vote

_AUDIENCES = frozenset({"public", "unlisted", "private"})


def _original(tx: Tx, viewer_id: int, post_id: int) -> Row:
    row = load_in(tx, viewer_id, post_id)
    return load_in(tx, viewer_id, row.reblog_of_id) if row.reblog_of_id else row


@accounts.by_member
def echo_in(tx: Tx, account_id: int, post_id: int, visibility: str | None = None) -> int:
    """Echo a post; returns the echo's id. Raises Forbidden for what was not said in public, Invalid for no audience."""
    if visibility not in {None, *_AUDIENCES}:
        drafts.refuse("Visibility is not included in the list")
    row = _original(tx, account_id, post_id)
    if row.visibility == "direct" or (row.visibility == "private" and row.account_id != account_id):
        raise Forbidden
    if row.limited:
        raise Forbidden(LIMITED)
    existing = writing.echo_of(tx, account_id, row.id)
    if existing is not None:
        return existing
    shown = "private" if row.visibility == "private" else visibility or "public"
    echo_id = tx.new_id()
    if not tx.insert_new(post, **_echo_row(tx, echo_id, account_id, row, shown)):
        return writing.echo_of(tx, account_id, row.id) or row.id  # the same person echoed it at the same time
    writing.add_count(tx, row.id, "reblogs", 1)
    accounts.adjust_counts_in(tx, account_id, statuses=1, last_status_at=tx.now)
    tx.emit(
        PostPublished(
            echo_id, account_id, shown, reblog_of_id=row.id, reblog_author_id=row.account_id, thread_id=echo_id
        )
    )
    return echo_id


def _echo_row(tx: Tx, echo_id: int, account_id: int, row: Row, visibility: str) -> dict[str, object]:
    return {
        "id": echo_id,
        "account_id": account_id,
        "text": "",
        "content": "",
        "spoiler_text": "",
        "sensitive": row.sensitive,
        "visibility": visibility,
        "language": row.language,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "thread_id": echo_id,
        "reblog_of_id": row.id,
        "poll_id": None,
        "has_media": row.has_media,
        "app_name": None,
        "app_website": None,
        "state": "published",
        "created_at": tx.now,
        "edited_at": None,
        "deleted_at": None,
        "version": 1,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "import_key": None,
    }


@accounts.by_member
def unecho_in(tx: Tx, account_id: int, post_id: int) -> int:
    """Take an echo back; returns the original's id."""
    row = _original(tx, account_id, post_id)
    echo_id = writing.echo_of(tx, account_id, row.id)
    if echo_id is not None and writing.mark_deleted(tx, echo_id):
        writing.add_count(tx, row.id, "reblogs", -1)
        accounts.adjust_counts_in(tx, account_id, statuses=-1)
        tx.emit(PostDeleted(echo_id, account_id, row.visibility, reblog_of_id=row.id))
    original: int = row.id
    return original


@accounts.by_member
def vote_in(tx: Tx, account_id: int, post_id: int, value: int) -> int:
    """Set the viewer's vote: 1 up (a favourite), -1 down, 0 none; returns the original's id."""
    row = _original(tx, account_id, post_id)
    original: int = row.id
    ups = _set_vote(tx, account_id, original, value)
    if ups:
        writing.add_count(tx, original, "favourites", ups)
    if ups > 0:
        tx.emit(PostVoted(original, row.account_id, account_id))
    return original


def _set_vote(tx: Tx, account_id: int, post_id: int, value: int) -> int:
    """Store a vote; returns by how much the favourites change.

    Each statement decides by what it changed, so that the count holds when the same person votes twice at once.
    """
    if not value:
        gone = tx.delete(vote, account_id=account_id, post_id=post_id, value=1)
        tx.delete(vote, account_id=account_id, post_id=post_id)
        return -gone
    if tx.insert_new(vote, id=tx.new_id(), account_id=account_id, post_id=post_id, value=value, created_at=tx.now):
        return max(value, 0)
    return value * tx.update(vote, {"account_id": account_id, "post_id": post_id, "value": -value}, value=value)


@accounts.by_member
def bookmark_in(tx: Tx, account_id: int, post_id: int, *, on: bool) -> int:
    """Keep a post for later, or let it go; returns the original's id."""
    original: int = _original(tx, account_id, post_id).id
    if on:
        tx.insert_new(bookmark, id=tx.new_id(), account_id=account_id, post_id=original)
    else:
        tx.delete(bookmark, account_id=account_id, post_id=original)
    return original


@accounts.by_member
def pin_in(tx: Tx, account_id: int, post_id: int, *, on: bool) -> int:
    """Pin a post of one's own to one's profile, or unpin it."""
    row = load_in(tx, account_id, post_id)
    if row.account_id != account_id:
        raise Invalid("Validation failed: Someone else's post cannot be pinned")
    if row.reblog_of_id is not None:
        raise Invalid("Validation failed: A boost cannot be pinned")
    if row.visibility == "direct":
        raise Invalid("Validation failed: Posts that are only visible to mentioned users cannot be pinned")
    if not on:
        tx.delete(post_pin, account_id=account_id, post_id=post_id)
        return post_id
    pinned = writing.pinned(tx, account_id)
    if post_id not in pinned and len(pinned) >= drafts.MAX_PINS:
        raise Invalid("Validation failed: You have already pinned the maximum number of posts")
    tx.insert_new(post_pin, account_id=account_id, post_id=post_id, created_at=tx.now)
    return post_id


@accounts.by_member
def mute_thread_in(tx: Tx, account_id: int, post_id: int, *, on: bool) -> int:
    """Hear no more of a thread, or hear again."""
    row = load_in(tx, account_id, post_id)
    if on:
        tx.insert_new(thread_mute, account_id=account_id, thread_id=row.thread_id)
    else:
        tx.delete(thread_mute, account_id=account_id, thread_id=row.thread_id)
    return post_id
