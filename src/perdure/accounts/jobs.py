"""Recurring work of accounts."""

from perdure.accounts.service import drop_old, purge_due
from perdure.kernel.runtime import Runtime


async def purge(rt: Runtime) -> None:
    """Erase accounts whose grace period is over."""
    while await purge_due(rt):
        pass


async def sweep(rt: Runtime) -> None:
    """Forget sessions long unused, and secrets that ran out."""
    await drop_old(rt)
