"""Recurring work of the graph."""

from perdure.graph.service import drop_expired_mutes_in
from perdure.graph.service.erased import withdraw_in
from perdure.kernel import schedule
from perdure.kernel.runtime import Runtime


async def sweep(rt: Runtime) -> None:
    """Forget mutes that ran out, and end the follows of erased accounts.

    Filters that ran out stay: their owner sees them and may renew them.
    """
    await schedule.in_batches(rt, "graph.withdraw", withdraw_in, batch=100)
    await schedule.in_batches(rt, "graph.sweep", drop_expired_mutes_in)
