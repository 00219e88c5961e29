"""Posts that wait for their time."""

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import AppError, NotFound, Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.posts.model import Draft, Scheduled, Verdict
from perdure.posts.queries import writing
from perdure.posts.rules import drafts
from perdure.posts.service.publishing import Limits, claim_in, limits_of, publish_in, render_in, screen
from perdure.posts.tables import scheduled_post

log = logger("posts")


def _check_time(tx: Tx, at: int) -> None:
    if at < tx.now + drafts.MIN_AHEAD_MS:
        drafts.refuse("Scheduled at The scheduled date must be in the future")


async def schedule(rt: Runtime, author_id: int, draft: Draft, at: int, key: str | None = None) -> Scheduled:
    """Keep a draft until ``at`` (ms, at least five minutes ahead), checked now. Raises Invalid."""
    return await rt.db.write("posts.schedule", _schedule_in, limits_of(rt), author_id, draft, at, key)


def _schedule_in(tx: Tx, limits: Limits, author_id: int, draft: Draft, at: int, key: str | None) -> Scheduled:
    accounts.may_write_in(tx, author_id)
    scheduled_id = tx.new_id()
    if key is not None and (made := claim_in(tx, author_id, key, scheduled_id)) != scheduled_id:
        return scheduled_in(tx, author_id, made)
    _check_time(tx, at)
    if draft.visibility is None:
        draft = msgspec.structs.replace(draft, visibility=accounts.view_in(tx, author_id).default_visibility)
    render_in(tx, limits, draft)
    media.hold_in(tx, author_id, draft.media_ids, at)
    draft_json = msgspec.json.encode(draft).decode()
    tx.insert(scheduled_post, id=scheduled_id, account_id=author_id, scheduled_at=at, draft_json=draft_json)
    return Scheduled(scheduled_id, at, draft)


def _view(row: Row) -> Scheduled:
    return Scheduled(row.id, row.scheduled_at, msgspec.json.decode(row.draft_json, type=Draft))


def scheduled_in(tx: Tx, author_id: int, scheduled_id: int) -> Scheduled:
    """One of the author's scheduled posts. Raises NotFound."""
    row = writing.scheduled_one(tx, author_id, scheduled_id)
    if row is None:
        raise NotFound
    return _view(row)


def scheduled_page_in(
    tx: Tx, author_id: int, *, lower: int, upper: int, most: int, ascending: bool = False
) -> list[Scheduled]:
    """The author's scheduled posts, newest first."""
    rows = writing.scheduled_page(tx, author_id, lower=lower, upper=upper, most=most, ascending=ascending)
    return [_view(row) for row in rows]


@accounts.by_member
def reschedule_in(tx: Tx, author_id: int, scheduled_id: int, at: int) -> Scheduled:
    """Move a scheduled post to another time."""
    made = scheduled_in(tx, author_id, scheduled_id)
    _check_time(tx, at)
    media.hold_in(tx, author_id, made.draft.media_ids, at)
    tx.update(scheduled_post, {"id": scheduled_id}, scheduled_at=at)
    return scheduled_in(tx, author_id, scheduled_id)


@accounts.by_member
def unschedule_in(tx: Tx, author_id: int, scheduled_id: int) -> None:
    """Drop a scheduled post. Raises NotFound."""
    scheduled_in(tx, author_id, scheduled_id)
    tx.delete(scheduled_post, id=scheduled_id)


async def publish_due(rt: Runtime) -> None:
    """The recurring job: publish what is due. Taking it off the list and publishing it are one transaction."""
    for row in await rt.db.read(writing.due_scheduled):
        verdict = await screen(rt, _view(row).draft)
        try:
            await rt.db.write(
                "posts.publish_scheduled", _publish_one_in, limits_of(rt), row.id, row.account_id, verdict
            )
        except Unavailable:
            raise  # it stays due
        except AppError as error:
            # What it answered is gone, or the author may not post any more: the draft has nowhere to go.
            log.info("scheduled_dropped", scheduled_id=row.id, reason=error.public)
            await rt.db.write("posts.unschedule", _drop_in, row.id)


def _drop_in(tx: Tx, scheduled_id: int) -> None:
    tx.delete(scheduled_post, id=scheduled_id)


def _publish_one_in(tx: Tx, limits: Limits, scheduled_id: int, author_id: int, verdict: Verdict) -> None:
    row = writing.scheduled_one(tx, author_id, scheduled_id)
    if row is not None and tx.delete(scheduled_post, id=scheduled_id):
        publish_in(tx, limits, author_id, _view(row).draft, verdict=verdict)
