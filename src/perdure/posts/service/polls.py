"""Polls: see, vote, close."""

from collections import defaultdict

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.posts.events import PollClosed
from perdure.posts.model import PollOption, PollView
from perdure.posts.queries import reading, writing
from perdure.posts.tables import poll


def polls_in(tx: Tx, viewer_id: int | None, ids: list[int]) -> dict[int, PollView]:
    """Polls by id. Whether the viewer may see them is decided by their posts."""
    options: dict[int, list[PollOption]] = defaultdict(list)
    for row in reading.poll_options(tx, ids):
        options[row.poll_id].append(PollOption(row.title, row.votes_count))
    own: dict[int, list[int]] = defaultdict(list)
    if viewer_id:
        for row in reading.own_votes(tx, viewer_id, ids):
            own[row.poll_id].append(row.position)
    named = accounts.NamedEmojis(tx, (option.title for several in options.values() for option in several))
    return {
        row.id: _view(tx, row, options[row.id], own[row.id] if viewer_id else None, named)
        for row in reading.polls(tx, ids)
    }


def _view(tx: Tx, row: Row, options: list[PollOption], own: list[int] | None, named: accounts.NamedEmojis) -> PollView:
    return PollView(
        id=row.id,
        post_id=row.post_id,
        author_id=row.author_id,
        expires_at=row.expires_at,
        closed=row.expires_at <= tx.now,
        multiple=row.multiple,
        hide_totals=row.hide_totals,
        votes_count=sum(option.votes_count for option in options),
        voters_count=row.voters_count,
        options=tuple(options),
        own_votes=None if own is None else tuple(own),
        emojis=named.of(*(option.title for option in options)),
    )


def poll_in(tx: Tx, viewer_id: int | None, poll_id: int) -> PollView:
    """A poll on a post that the viewer may see. Raises NotFound."""
    found = polls_in(tx, viewer_id, [poll_id]).get(poll_id)
    if found is None or not reading.rows(tx, viewer_id or 0, [found.post_id]):
        raise NotFound
    return found


@accounts.by_member
def choose_in(tx: Tx, voter_id: int, poll_id: int, positions: list[int]) -> PollView:
    """Vote once. Raises NotFound, or Invalid in the words that clients look for."""
    # First, because it locks: of two votes at once the second sees the first. A refusal undoes it.
    writing.count_voter(tx, poll_id)
    seen = poll_in(tx, voter_id, poll_id)
    if seen.closed:
        raise Invalid("Validation failed: The poll has already ended")
    if seen.author_id == voter_id or seen.own_votes or (len(positions) > 1 and not seen.multiple):
        raise Invalid("Validation failed: You have already voted on this poll")
    if not positions or any(not 0 <= position < len(seen.options) for position in positions):
        raise Invalid("Validation failed: The chosen vote option does not exist")
    writing.choose(tx, poll_id, voter_id, sorted(set(positions)))
    return poll_in(tx, voter_id, poll_id)


def close_due_polls_in(tx: Tx) -> int:
    """Close polls past their end; returns how many."""
    due = writing.due_polls(tx)
    for row in due:
        tx.update(poll, {"id": row.id}, closed_at=tx.now)
        tx.emit(PollClosed(row.id, row.post_id, row.author_id))
    return len(due)


async def close_due_polls(rt: Runtime) -> None:
    """The recurring job."""
    if await rt.db.read(writing.due_polls):
        await rt.db.write("posts.close_polls", close_due_polls_in)
