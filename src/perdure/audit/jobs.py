"""Recurring work of the ledger."""

from perdure.audit.service import roots
from perdure.kernel.runtime import Runtime


async def close_day(rt: Runtime) -> None:
    """Sign yesterday's root, once."""
    await roots.close_day(rt)
