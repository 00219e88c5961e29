"""Recurring work of media."""

from perdure.kernel.runtime import Runtime
from perdure.media import service


async def sweep(rt: Runtime) -> None:
    """Forget files that nothing shows."""
    await service.sweep_loose(rt)


async def resume(rt: Runtime) -> None:
    """Take up processing that a stopped worker left."""
    await service.resume(rt)
