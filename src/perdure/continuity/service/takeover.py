"""One host after another: announce, let the old one finish, take the newest head, begin a new reign (§3.7).

There is no lock server. What counts is signed, an object is created once, and most stores must hold the genesis.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from perdure.continuity.errors import AlreadyThere, NotThere, StoreError
from perdure.continuity.model.reigns import Genesis, Head, Intent
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout, reigns, signing
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Conflict, Invalid, Unavailable

ANSWER_S: Final = 10.0
"""How long a living host has to answer: several of its looks."""
_LOOK_S: Final = 0.25
_ATTEMPTS: Final = 50


class Heads(NamedTuple):
    """The newest head that counts, what each store showed, and what stood in the way."""

    newest: Head | None
    by_store: dict[str, Head]
    faults: tuple[str, ...]


async def announce(stores: Mapping[str, Store], intent: Intent, key: bytes) -> list[str]:
    """Tell every store that answers that a host wants to take over; returns their names.

    ``key`` signs: the root key, or the reigning host's. Raises Unavailable where no store took it.
    """
    data = signing.sign("intent", intent, key)
    results = await asyncio.gather(*(_announce(store, intent.epoch, data) for store in stores.values()))
    reached = [name for name, told in zip(stores, results, strict=True) if told]
    if not reached:
        raise Unavailable("No store can be written to: nothing was taken over. perdure stores probe says why")
    return reached


async def _announce(store: Store, epoch: int, data: bytes) -> bool:
    for attempt in range(1, _ATTEMPTS + 1):
        name = layout.intent(epoch, attempt)
        try:
            await store.put_new(name, data)
        except AlreadyThere:
            if await _same(store, name, data):
                return True
        except StoreError:
            return False
        else:
            return True
    return False


async def wait_for_the_last_word(
    stores: Mapping[str, Store], keys: Collection[str], epoch: int, clock: Clock, seconds: float = ANSWER_S
) -> Heads:
    """The heads, as soon as the reigning host said that it writes no more; otherwise after ``seconds``."""
    deadline = clock.monotonic() + seconds
    while True:
        found = await heads(stores, keys, epoch)
        if (found.newest is not None and found.newest.closed) or clock.monotonic() >= deadline:
            return found
        await asyncio.sleep(_LOOK_S)


async def heads(stores: Mapping[str, Store], keys: Collection[str], epoch: int) -> Heads:
    """The newest valid head of an epoch at each store, and the highest of all. ``keys``: hosts that may speak."""
    faults: list[str] = []
    found = await asyncio.gather(*(_head(store, keys, epoch, faults, name) for name, store in stores.items()))
    by_store = {name: head for name, head in zip(stores, found, strict=True) if head is not None}
    newest = max(by_store.values(), key=lambda head: (head.seq, head.closed, head.at), default=None)
    return Heads(newest, by_store, tuple(faults))


async def _head(store: Store, keys: Collection[str], epoch: int, faults: list[str], where: str) -> Head | None:
    best: Head | None = None
    try:
        names = [info.name async for info in store.list_after(f"{layout.HEADS}/")]
        for name in _newest_of_each_host(names):
            try:
                head = reigns.read_head(await store.get(name), keys, name)
            except (NotThere, Invalid) as error:
                faults.append(f"{where}: {error.public}")
                continue
            if head.epoch == epoch and (best is None or (head.seq, head.closed) > (best.seq, best.closed)):
                best = head
    except StoreError as error:
        faults.append(error.public)
    return best


def _newest_of_each_host(names: list[str]) -> list[str]:
    """The last few heads of each host, newest first: one may be damaged."""
    hosts: dict[str, list[str]] = {}
    for name in sorted(names):
        hosts.setdefault(name.rsplit("/", 1)[0], []).append(name)
    return [name for found in hosts.values() for name in reversed(found[-3:])]


async def claim(stores: Mapping[str, Store], genesis: Genesis, data: bytes) -> list[str]:
    """Put a genesis to every store and read it back; returns the names of those that hold it.

    Raises Conflict where another host was first at one of them, Unavailable where fewer than most of the stores that
    are named hold it (of one store, that one).
    """
    name = layout.genesis(genesis.epoch)
    results = await asyncio.gather(*(_claim(store, name, data) for store in stores.values()))
    held = [store for store, state in zip(stores, results, strict=True) if state]
    if other := [store for store, state in zip(stores, results, strict=True) if state is False]:
        raise Conflict(f"Another host began epoch {genesis.epoch} first, at {', '.join(other)}: this one stays out")
    if 2 * len(held) <= len(stores):
        message = f"Only {len(held)} of {len(stores)} stores took the genesis of epoch {genesis.epoch}: most are needed"
        raise Unavailable(message)
    return held


async def _claim(store: Store, name: str, data: bytes) -> bool | None:
    """True: held; False: somebody else's is there; None: the store does not answer."""
    try:
        await store.put_new(name, data)
    except AlreadyThere:
        pass
    except StoreError:
        return None
    return await _same(store, name, data)


async def _same(store: Store, name: str, data: bytes) -> bool | None:
    try:
        return await store.get(name) == data
    except NotThere:
        return False
    except StoreError:
        return None
