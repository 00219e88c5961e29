"""The newest config bundle that somebody's key opens, over any number of stores."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from perdure.continuity.errors import StoreError
from perdure.continuity.model.bundle import Opened
from perdure.continuity.ports import Store
from perdure.continuity.rules import bundle as rules
from perdure.kernel.errors import Invalid

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


async def newest_bundle(stores: Mapping[str, Store], identity: str, trusted: Collection[str]) -> Newest:
    """Open the newest bundle that is genuine; of two stores that hold it, the first that delivers it whole.

    ``trusted`` are the root key and hosts that geneses name. Nothing is written.
    """
    faults: list[str] = []
    holders = await _listed(stores, faults)
    for name in sorted(holders, key=lambda one: rules.place_of(one) or (0, 0), reverse=True)[:_MOST]:
        for store in holders[name]:
            try:
                opened = rules.unpack(identity, await stores[store].get(name), trusted, name)
            except (StoreError, Invalid) as error:
                faults.append(error.public if isinstance(error, StoreError) else f"Store {store}: {error.public}")
            else:
                return Newest(opened, len(holders), tuple(faults))
    return Newest(None, len(holders), tuple(faults))


async def _listed(stores: Mapping[str, Store], faults: list[str]) -> dict[str, list[str]]:
    """By name of a bundle: the stores that list it."""
    holders: dict[str, list[str]] = {}
    for store, opened in stores.items():
        try:
            async for info in opened.list_after(rules.PREFIX):
                if rules.place_of(info.name) is not None:
                    holders.setdefault(info.name, []).append(store)
        except StoreError as error:
            faults.append(error.public)
    return holders
