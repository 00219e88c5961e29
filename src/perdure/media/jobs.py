"""Recurring work of media."""

from perdure.kernel.runtime import Runtime
from perdure.media import service
from perdure.media.service import copying, printing, scrubbing


async def sweep(rt: Runtime) -> None:
    """Forget files that nothing shows."""
    await service.sweep_loose(rt)


async def resume(rt: Runtime) -> None:
    """Take up processing that a stopped worker left."""
    await service.resume(rt)


async def print_old(rt: Runtime) -> None:
    """Hash files that came in before their bytes were hashed."""
    await printing.print_old(rt)


async def send_missing(rt: Runtime) -> None:
    """Bring every store the files that it lacks."""
    await copying.send_missing(rt)


async def begin_uncopied(rt: Runtime) -> None:
    """Have files copied that nobody copies yet."""
    await copying.begin_uncopied(rt)


async def scrub(rt: Runtime) -> None:
    """See whether the copies of files are where they should be, and right."""
    await scrubbing.scrub(rt)
