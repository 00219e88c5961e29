"""Recurring work of the copies."""

from perdure.continuity.ports import StoreOpener
from perdure.continuity.service import stores
from perdure.kernel.runtime import Runtime


async def probe_stores(rt: Runtime) -> None:
    """Find out again, once a week, what each store really does: providers change without saying so."""
    await stores.probe_due(rt.settings.data, rt.port(StoreOpener), rt.clock)
