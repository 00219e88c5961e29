"""Erases what was deleted long ago, and forgets what is of no more use."""

from typing import Final

from perdure.kernel import schedule
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.queries import reading, upkeep
from perdure.posts.rules import drafts
from perdure.posts.service.publishing import delete_row_in

_DAY_MS: Final = 86_400_000
_BATCH: Final = 100


async def purge(rt: Runtime) -> None:
    """The recurring job: delete the posts of erased accounts, and erase what was deleted long enough ago."""
    await schedule.in_batches(rt, "posts.withdraw", _withdraw_in, batch=_BATCH)
    before = rt.clock.now_ms() - rt.settings.keep_deleted_posts_days * _DAY_MS
    await schedule.in_batches(rt, "posts.purge", _purge_in, before, batch=_BATCH)


async def forget_keys(rt: Runtime) -> None:
    """The recurring job: forget idempotency keys, which hold for an hour."""
    before = rt.clock.now_ms() - drafts.IDEMPOTENCY_MS
    await schedule.in_batches(rt, "posts.forget_keys", upkeep.forget_keys, before)


def _withdraw_in(tx: Tx, most: int) -> int:
    ids = upkeep.of_erased_authors(tx, most)
    for post_id in ids:
        row = reading.stored(tx, post_id)
        if row is not None and row.deleted_at is None:
            delete_row_in(tx, row)
    return len(ids)


def _purge_in(tx: Tx, before: int, most: int) -> int:
    rows = upkeep.deleted_before(tx, before, most)
    if rows:
        upkeep.erase(tx, rows)
    return len(rows)


def standing_ids_in(tx: Tx, after: int, most: int) -> list[int]:
    """Posts with ids above ``after`` that are not deleted, in order."""
    return upkeep.standing(tx, after, most)
