"""A site with copies: a kit, stores that are folders, and the real shipper in this process, for as long as it takes."""

import asyncio
import copy
import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from perdure.adapters.stores import Stores
from perdure.continuity.model.keys import Site
from perdure.continuity.model.kit import Kit, KitStore
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.rules import keys, layout, sealing, signing
from perdure.continuity.rules import kit as kit_rules
from perdure.continuity.service import bundle, disk, erasures, outgoing, snapshots, stores
from perdure.continuity.service import site as sites
from perdure.continuity.service.log import open_log
from perdure.continuity.service.shipping import reign
from perdure.continuity.service.shipping import shipper as shipping
from perdure.continuity.service.shipping.building import Builder
from perdure.continuity.service.shipping.shipper import Shipper, Snapshot
from perdure.kernel.clock import SystemClock
from perdure.kernel.settings import Settings
from tests.site import on_loop

_PATIENCE_S = 20.0


class CopiedSite:
    """``ship()`` brings everything that is committed to every store; ``restorable`` are the kit and the folders."""

    def __init__(self, settings: Settings, folder: Path, names: Sequence[str] = ("a", "b", "c")) -> None:
        self.settings = settings
        self.data = settings.data
        self.master = keys.new_master()
        self.root = keys.root_key(self.master)
        self.identity = keys.recovery_identity(self.master)
        self.folders = {name: folder / name for name in names}
        self.records = [
            StoreRecord(name=name, url=f"file://{place}", owner=Owner(entity=name))
            for name, place in self.folders.items()
        ]
        self.clock = SystemClock()
        for record in self.records:
            self.folders[record.name].mkdir(parents=True)
            Stores().make_ready(record)
        disk.write_private(self.data / stores.FILE, msgspec.json.encode(StoreList(stores=tuple(self.records))))
        fresh = Site(
            site_id=os.urandom(16).hex(),
            root=signing.public_of(self.root),
            recovery=sealing.recipient_of(self.identity),
            host_id="",
            host="",
            domains=("perdure.test",),
        )
        self.site = sites.new_host(self.data, fresh, root=self.root, now_ms=self.clock.now_ms())

    def kit(self, store: str = "a") -> Kit:
        """The kit, with one store in it."""
        record = next(one for one in self.records if one.name == store)
        return Kit(
            site_id=self.site.site_id,
            root=self.site.root,
            made_at=0,
            master=self.master,
            store=KitStore(name=record.name, url=record.url),
            stores=tuple(one.url for one in self.records),
            domains=self.site.domains,
        )

    def kit_file(self, folder: Path, store: str = "a") -> Path:
        """The kit as a text file."""
        path = folder / "kit.txt"
        path.write_text(kit_rules.PREFIX + "\n" + "\n".join(kit_rules.lines(self.kit(store))) + "\n")
        return path

    def opened(self) -> dict[str, Store]:
        """Every store, open."""
        return {one.name: Stores().open(one, "") for one in self.records}

    def held(self) -> reign.Held:
        """The reign of this host."""
        return reign.load(self.data, self.site, self.clock.now_ms())

    def moved_to(self, settings: Settings) -> "CopiedSite":
        """The same site and stores on the host that took over."""
        moved = copy.copy(self)
        moved.settings, moved.data = settings, settings.data
        found = sites.load_site(settings.data)
        assert found is not None
        moved.site = found
        return moved

    def ship(self, *, head: bool = True, snapshot: bool = True, force: bool = False) -> None:
        """Bring everything to every store, with a bundle, a snapshot where there is none, and a last sign of life.

        ``force``: as a host that does not see that another one took over.
        """
        on_loop(self._ship(head=head, snapshot=snapshot, force=force))

    async def _ship(self, *, head: bool, snapshot: bool, force: bool) -> None:
        held = self.held()
        now = self.clock.now_ms()
        name = layout.config(held.genesis.epoch, now)
        erasures.salt(self.data)
        collected = bundle.collect(self.data, self.settings, {}, name=name, now_ms=now)
        assert collected is not None
        outgoing.put(self.data, name, collected.data)

        async def take(builder: Builder, to: list[Store]) -> None:
            if snapshot:
                await snapshots.make(self.settings, held.genesis, held.key, builder.since(), to, self.clock)

        shipper = self.shipper(take)
        if force:
            shipper._claimed = _unseen  # type: ignore[method-assign]
        shipping._LIST_EVERY_S = 0.05
        stop = asyncio.Event()
        running = asyncio.create_task(shipper.run(stop))
        await _until_arrived(shipper, with_snapshot=snapshot)
        assert await shipper.flush(_PATIENCE_S)
        if head:
            for watch in shipper._watches.values():
                await watch.put_head(shipper.head())
        stop.set()
        await running

    def shipper(self, take: Snapshot) -> Shipper:
        """The real one, not started."""
        return Shipper(
            self.data,
            self.site,
            self.held(),
            Stores(),
            self.clock,
            open_log=lambda: open_log(self.settings),
            door=NoDoor(),
            snapshot=take,
        )

    def snapshot_again(self) -> None:
        """One more snapshot, at every store."""
        self.ship(snapshot=False)
        on_loop(self._snapshot())

    async def _snapshot(self) -> None:
        held, log = self.held(), open_log(self.settings)
        from perdure.continuity.service.shipping.spool import Spool

        builder = Builder(log, Spool(self.data / "continuity" / "spool"), held.reign, self.clock)
        opened = self.opened()
        made = await snapshots.make(
            self.settings, held.genesis, held.key, builder.since(), list(opened.values()), self.clock
        )
        assert not made.failed
        log.close()
        for store in opened.values():
            await store.close()


async def _until_arrived(shipper: Shipper, *, with_snapshot: bool) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        lanes = list(shipper._lanes.values())
        ready = all(lane.needs_snapshot is False or not with_snapshot for lane in lanes)
        if lanes and ready and all(lane.cursor + 1 >= shipper._spool.next for lane in lanes):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the copies did not arrive")


async def _unseen(_name: str, _claim: object) -> None:
    """A host that is cut off from the news."""


class NoDoor:
    """Nobody serves the site while it is shipped here; what was asked of its mode is kept."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.reopened: list[str] = []

    async def close(self, reason: str) -> None:
        self.closed.append(reason)

    async def reopen(self, reason: str) -> None:
        self.reopened.append(reason)
