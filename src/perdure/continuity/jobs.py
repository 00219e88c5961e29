"""Recurring work of the copies."""

from perdure.continuity.ports import StoreOpener
from perdure.continuity.service import measures, physical, pruning, stores
from perdure.continuity.service.drilling import weekly
from perdure.kernel.runtime import Runtime


async def probe_stores(rt: Runtime) -> None:
    """Find out again, once a week, what each store really does: providers change without saying so."""
    await stores.probe_due(rt.settings.data, rt.port(StoreOpener), rt.clock)


async def prune_log(rt: Runtime) -> None:
    """Forget rows of the change log that are in segments, a day later; without a kit nobody reads them at all."""
    await pruning.prune(rt)


async def send_measures(rt: Runtime) -> None:
    """Tell the stores which measures came into force or ended, outside the epochs."""
    await measures.send(rt)


async def send_physical(rt: Runtime) -> None:
    """Bring the database, copied by the engine's own means, to one store: a second copy against our own bugs."""
    await physical.send(rt)


async def rehearse_due(rt: Runtime) -> None:
    """Rehearse once a week, where the host holds what opens the copies for that."""
    await weekly.rehearse_due(rt)
