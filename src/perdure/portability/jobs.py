"""Recurring work of portability."""

import asyncio

from perdure.kernel.runtime import Runtime
from perdure.portability.service import spool


async def sweep_exports(rt: Runtime) -> None:
    """Let go of archives that nobody fetched within a week."""
    await asyncio.to_thread(spool.sweep, rt.settings, rt.clock.now_ms())
