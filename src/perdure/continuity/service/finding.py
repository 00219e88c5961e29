"""What a kit finds at any number of stores: who reigned, and the newest config bundle that it opens."""

import asyncio
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from perdure.continuity.errors import StoreError
from perdure.continuity.model.bundle import Opened
from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Genesis
from perdure.continuity.ports import Store
from perdure.continuity.rules import bundle as rules
from perdure.continuity.rules import layout, reigns
from perdure.kernel.errors import Invalid

_GENESIS: Final = re.compile(rf"{layout.EPOCHS}/(\d{{1,12}})/genesis")
_MOST: Final = 50
"""Bundles that are tried before it is given up."""


class Newest(NamedTuple):
    """What was found. ``faults`` say why newer ones do not count, and which stores did not answer."""

    opened: Opened | None
    seen: int
    faults: tuple[str, ...]

    @property
    def is_newest(self) -> bool:
        """Whether nothing newer stood in its way."""
        return self.opened is not None and not self.faults


async def newest_bundle(
    stores: Mapping[str, Store],
    identity: str,
    trusted: Collection[str],
    reigning: Mapping[int, Genesis] | None = None,
) -> Newest:
    """Open the newest bundle that is genuine; of two stores that hold it, the first that delivers it whole.

    ``trusted`` are the root key and hosts that geneses name. Where ``reigning`` knows the genesis of a bundle's epoch,
    only the host of that genesis may have made it. Nothing is written.
    """
    faults: list[str] = []
    holders = await _listed(stores, faults)
    for name in sorted(holders, key=lambda one: rules.place_of(one) or (0, 0), reverse=True)[:_MOST]:
        for store in holders[name]:
            try:
                opened = rules.unpack(identity, await stores[store].get(name), trusted, name)
                _of_its_reign(opened, reigning or {})
            except (StoreError, Invalid) as error:
                faults.append(error.public if isinstance(error, StoreError) else f"Store {store}: {error.public}")
            else:
                return Newest(opened, len(holders), tuple(faults))
    return Newest(None, len(holders), tuple(faults))


async def reigns_at(stores: Mapping[str, Store], site: Site) -> dict[int, Genesis]:
    """By epoch: the geneses that count for a site's root key, each read from the first store that has a whole one.

    Those of another kit's root key, damaged ones, and stores that do not answer are passed over.
    """
    holders: dict[int, list[str]] = {}

    async def look(store: str, opened: Store) -> None:
        with suppress(StoreError):
            async for info in opened.list_after(f"{layout.EPOCHS}/"):
                if found := _GENESIS.fullmatch(info.name):
                    holders.setdefault(int(found[1]), []).append(store)

    await asyncio.gather(*(look(store, opened) for store, opened in stores.items()))
    counted: dict[int, Genesis] = {}
    for epoch in sorted(holders):
        before = counted.get(epoch - 1)
        for store in holders[epoch]:
            name = layout.genesis(epoch)
            with suppress(StoreError, Invalid):
                data = await stores[store].get(name)
                genesis = reigns.read_genesis(data, site, {before.host_key} if before else (), name)
                if genesis.epoch == epoch:
                    counted[epoch] = genesis
                    break
    return counted


def _of_its_reign(opened: Opened, reigning: Mapping[int, Genesis]) -> None:
    name = opened.bundle.name
    place = rules.place_of(name)
    genesis = reigning.get(place[0]) if place else None
    if genesis is not None and genesis.host_key != opened.host:
        raise Invalid(f"{name} is signed by a host that did not reign then: it does not count")


async def _listed(stores: Mapping[str, Store], faults: list[str]) -> dict[str, list[str]]:
    """By name of a bundle: the stores that list it."""
    holders: dict[str, list[str]] = {}

    async def look(store: str, opened: Store) -> None:
        try:
            async for info in opened.list_after(rules.PREFIX):
                if rules.place_of(info.name) is not None:
                    holders.setdefault(info.name, []).append(store)
        except StoreError as error:
            faults.append(error.public)

    await asyncio.gather(*(look(store, opened) for store, opened in stores.items()))
    return holders
