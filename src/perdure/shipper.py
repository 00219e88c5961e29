"""The shipping process: brings every commit to the stores. It needs the log, the stores and this host's key."""

import asyncio
import contextlib
import os
import signal
from typing import Final

from perdure.adapters.stores import Stores
from perdure.continuity.model.keys import Site
from perdure.continuity.ports import Store
from perdure.continuity.service import snapshots
from perdure.continuity.service.log import open_log
from perdure.continuity.service.plain import open_database
from perdure.continuity.service.shipping import reign
from perdure.continuity.service.shipping.building import Builder
from perdure.continuity.service.shipping.reign import Held
from perdure.continuity.service.shipping.shipper import Shipper
from perdure.continuity.service.site import load_site
from perdure.kernel import log, mode, process
from perdure.kernel.clock import SystemClock
from perdure.kernel.db import Database
from perdure.kernel.metrics import STARTED
from perdure.kernel.settings import Settings

_LOOK_S: Final = 1.0
_PRIORITY: Final = -5
"""The copies must not starve while the site is flooded. Only root may ask for it; otherwise it stays as it is."""


def run(settings: Settings) -> None:
    """Ship until SIGTERM or SIGINT, then send what is in hand."""
    log.configure(level=settings.log_level, as_json=settings.log_json)
    STARTED.labels("shipper").set_to_current_time()
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    with process.explained():
        asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    site = await _site(settings, stop)
    if site is None:
        return
    clock = SystemClock()
    database = open_database(settings)
    try:
        held = reign.load(settings.data, site, clock.now_ms())
        shipper = Shipper(
            settings.data,
            site,
            held,
            Stores(),
            clock,
            open_log=lambda: open_log(settings),
            door=_Door(database),
            snapshot=lambda builder, stores: _snapshot(settings, held, builder, stores),
        )
        await shipper.run(stop)
    finally:
        database.close()


async def _site(settings: Settings, stop: asyncio.Event) -> Site | None:
    """The site's identity as soon as there is one: a kit makes it."""
    while not stop.is_set():
        if (site := load_site(settings.data)) is not None:
            return site
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _LOOK_S)
    return None


class _Door:
    """The site's mode, in its database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def close(self, reason: str) -> None:
        """Close the site, and wait for whoever was writing."""
        await self._database.write("site.mode", mode.set_in, mode.CLOSED, reason)
        await asyncio.to_thread(self._database.drain)

    async def reopen(self, reason: str) -> None:
        """Open it, if it was closed for this very reason."""
        await self._database.write("site.mode", mode.reopen_in, reason)


async def _snapshot(settings: Settings, held: Held, builder: Builder, stores: list[Store]) -> None:
    made = await snapshots.make(settings, held.genesis, held.key, builder.since(), stores, SystemClock())
    for error in made.failed.values():
        raise error


def main() -> None:
    """Ship with the settings that come in on standard input."""
    process.die_with_parent()
    run(process.read_settings())


if __name__ == "__main__":
    main()
