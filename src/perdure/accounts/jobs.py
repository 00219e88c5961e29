"""Recurring work of accounts."""

from perdure.accounts.service import check_due_links, drop_old, drop_unconfirmed, purge_due
from perdure.kernel.runtime import Runtime


async def purge(rt: Runtime) -> None:
    """Erase accounts whose grace period is over."""
    while await purge_due(rt):
        pass


async def sweep(rt: Runtime) -> None:
    """Forget sessions long unused, secrets that ran out, and sign-ups that nobody confirmed."""
    await drop_old(rt)
    while await drop_unconfirmed(rt):
        pass


async def check_links(rt: Runtime) -> None:
    """Look again at links in profiles, verified or not."""
    await check_due_links(rt)
