"""Recurring work of media."""

from perdure.kernel.runtime import Runtime
from perdure.media import service
from perdure.media.service import printing


async def sweep(rt: Runtime) -> None:
    """Forget files that nothing shows."""
    await service.sweep_loose(rt)


async def resume(rt: Runtime) -> None:
    """Take up processing that a stopped worker left."""
    await service.resume(rt)


async def print_old(rt: Runtime) -> None:
    """Hash files that came in before their bytes were hashed."""
    await printing.print_old(rt)
