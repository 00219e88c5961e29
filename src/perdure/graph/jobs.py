"""Recurring work of the graph."""

from perdure.graph.service import drop_expired_mutes_in
from perdure.kernel import schedule
from perdure.kernel.runtime import Runtime


async def sweep(rt: Runtime) -> None:
    """Forget mutes that ran out. Filters that ran out stay: their owner sees them and may renew them."""
    await schedule.in_batches(rt, "graph.sweep", drop_expired_mutes_in)
