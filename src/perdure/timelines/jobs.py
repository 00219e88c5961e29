"""Recurring work of timelines."""

from typing import Final

from perdure.kernel import schedule
from perdure.kernel.runtime import Runtime
from perdure.timelines import service

_FEEDS: Final = 500


async def trim_homes(rt: Runtime) -> None:
    """Keep each home feed at the length that the settings say; nothing fills it up again from below."""
    place: int | None = 0
    while place is not None:
        found, place = await rt.db.read_long(service.overfull_in, place, rt.settings.keep_home_entries, _FEEDS)
        for account_id, last in found:
            await schedule.in_batches(rt, "timelines.trim", service.trim_in, account_id, last)
