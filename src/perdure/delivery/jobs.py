"""Recurring work of delivery."""

from perdure.delivery.service import hooks
from perdure.kernel import schedule
from perdure.kernel.runtime import Runtime


async def forget_hooks(rt: Runtime) -> None:
    """Forget messages to other programs that ended long ago."""
    await schedule.in_batches(rt, "delivery.hooks", hooks.forget_old_in, batch=500)
