"""Recurring work of moderation."""

from perdure.kernel import schedule
from perdure.kernel.runtime import Runtime
from perdure.moderation.service import clocks, leases, telling


async def move_clocks(rt: Runtime) -> None:
    """Warn of deadlines that come near, and note those that are missed."""
    await schedule.in_batches(rt, "moderation.clocks", clocks.move_due_in, batch=50)


async def expire_leases(rt: Runtime) -> None:
    """Give back cases whose reviewer went away."""
    await schedule.in_batches(rt, "moderation.leases", leases.expire_due_in, batch=50)


async def remind_staff(rt: Runtime) -> None:
    """Mail staff about deadlines that came nearer."""
    await telling.remind_staff(rt)
