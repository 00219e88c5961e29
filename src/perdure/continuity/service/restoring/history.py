"""Who reigned, and how far each reign counts: geneses in a chain, the highest head, and the segments it demands."""

from dataclasses import dataclass
from typing import Final

from perdure.continuity.errors import StoreError
from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Genesis, Head
from perdure.continuity.rules import layout, reigns, segments
from perdure.continuity.service import takeover
from perdure.continuity.service.restoring.sources import Sources
from perdure.kernel.errors import Invalid

_GENESIS: Final = "genesis"


@dataclass(frozen=True, slots=True)
class Reign:
    """One epoch of the history that counts, oldest first. The last one ends where the copies end."""

    genesis: Genesis
    start: bytes
    """SHA-256 of the genesis: what the first segment follows."""
    data: bytes
    end: int | None
    """The last segment that counts, as the next genesis says; None: this reign is the newest."""
    end_hash: str = ""

    @property
    def epoch(self) -> int:
        """Its number."""
        return self.genesis.epoch


@dataclass(frozen=True, slots=True)
class History:
    """What counts of a site's past."""

    reigns: tuple[Reign, ...]
    head: Head | None
    """The newest sign of life of the newest reign."""

    @property
    def newest(self) -> Reign:
        """The reign that the copies are of."""
        return self.reigns[-1]

    @property
    def demanded(self) -> int:
        """The segment of the newest reign that must be there."""
        return self.head.seq if self.head else 0


async def read_history(sources: Sources, site: Site) -> History:
    """The chain of reigns that leads to the newest one. Raises Invalid where no reign counts."""
    counted = await _geneses(sources, site)
    if not counted:
        raise Invalid("No store holds the beginning of a reign that this kit's site vouches for: nothing was shipped")
    chain: list[Reign] = []
    end: int | None = None
    end_hash, number = "", max(counted)
    while number in counted:
        genesis, data = counted[number]
        chain.append(Reign(genesis, segments.digest(data), data, end, end_hash))
        if genesis.before is None:
            break
        number, end, end_hash = genesis.before.epoch, genesis.before.seq, genesis.before.hash
    newest = chain[0]
    found = await takeover.heads(sources.living, {newest.genesis.host_key}, newest.epoch)
    ours = f"{layout.HEADS}/{newest.genesis.host}/"
    for fault in found.faults:
        if ours in fault or f"{layout.HEADS}/" not in fault:  # other hosts spoke in their own reigns
            sources.note(fault)
    _tell_of_stores_that_fell_behind(sources, found)
    if found.newest is not None and not any(
        found.by_store[name].seq == found.newest.seq for name in found.by_store.keys() - sources.late
    ):
        sources.everybody()  # a late store alone knows of the newest
    return History(tuple(reversed(chain)), found.newest)


def _tell_of_stores_that_fell_behind(sources: Sources, found: takeover.Heads) -> None:
    for store, head in found.by_store.items():
        if found.newest is not None and head.seq < found.newest.seq:
            sources.note(
                f"Store {store}: its newest sign of life names segment {head.seq}, another store's {found.newest.seq}: "
                "it is behind, or was rolled back"
            )


async def _geneses(sources: Sources, site: Site) -> dict[int, tuple[Genesis, bytes]]:
    """By epoch: the genesis that counts, of all that any store holds; of two, the one with the lower hash."""
    names = [name for name in await sources.listed(f"{layout.EPOCHS}/") if name.endswith(f"/{_GENESIS}")]
    counted: dict[int, tuple[Genesis, bytes]] = {}
    for name in names:
        candidates = []
        before = {counted[max(counted)][0].host_key} if counted else set()
        for store, opened in sources.living.items():
            try:
                data = await opened.get(name)
                candidates.append(_counted(data, site, before, name))
            except StoreError:
                continue
            except Invalid as error:
                sources.note(f"Store {store}: {error.public}")
        if candidates:
            genesis, data = min(candidates, key=lambda one: segments.digest(one[1]))
            counted[genesis.epoch] = (genesis, data)
    return counted


def _counted(data: bytes, site: Site, before: set[str], name: str) -> tuple[Genesis, bytes]:
    genesis = reigns.read_genesis(data, site, before, name)
    if layout.genesis(genesis.epoch) != name:
        raise Invalid(f"{name} is the beginning of epoch {genesis.epoch}: somebody copied it to another name")
    return genesis, data
