"""Recurring work of moderation."""

from perdure.kernel import schedule
from perdure.kernel.runtime import Runtime
from perdure.moderation.service import (
    alarming,
    clocks,
    effects,
    leases,
    misuse,
    notices,
    paging,
    policies,
    preservation,
    projections,
)


async def move_clocks(rt: Runtime) -> None:
    """Move clocks, and call whoever is on duty for those that came near, were missed, or still wait for somebody."""
    await schedule.in_batches(rt, "moderation.clocks", clocks.correct_in, batch=50)
    await schedule.in_batches(rt, "moderation.clocks", clocks.move_due_in, batch=50)
    await schedule.in_batches(rt, "moderation.pages", paging.repeat_due_in, batch=50)
    await paging.call_due(rt)


async def expire_leases(rt: Runtime) -> None:
    """Give back cases whose reviewer went away."""
    await schedule.in_batches(rt, "moderation.leases", leases.expire_due_in, batch=50)


async def tell_alarms(rt: Runtime) -> None:
    """Mail staff about what fell silent and what else needs a look."""
    await alarming.tell_staff(rt)


async def expire_actions(rt: Runtime) -> None:
    """End suspensions, labels and limits whose time is over, and mark house rules that later ones replaced."""
    await schedule.in_batches(rt, "moderation.expire", effects.expire_due_in, batch=50)
    await schedule.in_batches(rt, "moderation.misuse", misuse.end_due_in, batch=50)
    await rt.db.write("moderation.policies", policies.supersede_all_in)


async def rebuild_projections(rt: Runtime) -> None:
    """Compute anew what the console shows, and put right what differs (I1)."""
    await projections.rebuild(rt)


async def send_notices(rt: Runtime) -> None:
    """Mail statements of reasons and what else is due."""
    await notices.send_due(rt)


async def purge(rt: Runtime) -> None:
    """End preservation holds that are over, then erase what nothing keeps any more."""
    await schedule.in_batches(rt, "moderation.holds", preservation.expire_due_in, batch=50)
    await schedule.in_batches(rt, "moderation.purge", preservation.purge_in, batch=50)
