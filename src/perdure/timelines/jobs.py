"""Recurring work of timelines."""

from typing import Final

from perdure.kernel import refilling, schedule
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.timelines import service

_FEEDS: Final = 500
_REFILLED: Final = 1_000
_BESIDE: Final = 100
"""Feeds at a time while members write."""


async def rebuild_large(rt: Runtime) -> None:
    """After a restore: who has many followers, from the follows."""
    await rt.db.write("timelines.rebuild", service.count_large_in)


async def rebuild_seen(rt: Runtime) -> None:
    """After a restore, before the site opens: the home feed of everybody who was here in its last month."""
    after: int | None = 0
    while after is not None:
        after = await rt.db.write(
            "timelines.rebuild", service.refill_seen_in, after, _REFILLED, rt.settings.keep_home_entries
        )


async def rebuild_homes(rt: Runtime) -> None:
    """After a restore, with the site open: every home feed, from follows and posts."""

    def page(tx: Tx, after: int) -> int | None:
        return service.refill_next_in(tx, after, _BESIDE, rt.settings.keep_home_entries)

    await refilling.in_pages(rt, "home_entry", page)


async def trim_homes(rt: Runtime) -> None:
    """Keep each home feed at the length that the settings say; nothing fills it up again from below."""
    place: int | None = 0
    while place is not None:
        found, place = await rt.db.read_long(service.overfull_in, place, rt.settings.keep_home_entries, _FEEDS)
        for account_id, last in found:
            await schedule.in_batches(rt, "timelines.trim", service.trim_in, account_id, last)
