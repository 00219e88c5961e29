"""The scrubber: are the copies of files really there, and are they right? What is missing or rotten is sent again.

Once a day each store's list is compared with what should be there. Between, objects are read back one by one: each at
one store, in turn from round to round, and one in a hundred at the others too. What came out stands in a small file
that can be read without a database.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from typing import Final

import msgspec

from perdure.continuity.errors import StoreError
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.model.scrub import MediaScrub, StoreScrub
from perdure.continuity.ports import Store
from perdure.continuity.service import scrubbed
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media.ports import ObjectStore
from perdure.media.queries import copies as queries
from perdure.media.rules import copying as rules
from perdure.media.service.copying import fetched, listed, local_part, opened
from perdure.media.service.recalling import recall

_AT_ONCE: Final = 100
_MOST_BYTES: Final = 256 * 1024 * 1024
_ELSEWHERE: Final = 0.01
_LIST_EVERY_MS: Final = 86_400_000
_PAGE: Final = 1_000
_NAMED: Final = 200
_WAIT_S: Final = 10.0
log = logger("media")


async def scrub(rt: Runtime) -> None:
    """The recurring job: compare lists that are a day old, read back the next hundred objects, say how it stands."""
    data, now = rt.settings.data, rt.clock.now_ms()
    names = [one.name for one in listed(data)]
    before = scrubbed.last(data)
    known = {one.name: one for one in before.stores}
    for name in known.keys() - {*names}:
        await rt.db.write("media.forget_store", queries.forget_store, name)
    async with opened(rt) as there:
        for name, store in there.items():
            one = known.setdefault(name, StoreScrub(name=name))
            if now - one.listed_at >= _LIST_EVERY_MS and await _compared(rt, name, store):
                known[name] = msgspec.structs.replace(one, listed_at=now)
        after, read, ended = await _read_back(rt, there, before)
    stores = [await _standing(rt, known.get(name, StoreScrub(name=name)), read) for name in names]
    await _say(rt, msgspec.structs.replace(before, at=now, after=after, stores=tuple(stores)), ended=ended)


async def rebuild(rt: Runtime) -> None:
    """Make anew which copy is at which store, by listing them all; one that does not answer is compared later."""
    async with opened(rt) as there:
        for name, store in there.items():
            await _compared(rt, name, store)


async def _compared(rt: Runtime, name: str, store: Store) -> bool:
    try:
        await _compare(rt, name, store)
    except StoreError as error:
        log.warning("media_not_listed", store=name, reason=error.public)
        return False
    return True


async def _compare(rt: Runtime, name: str, store: Store) -> None:
    """Walk a store's list and the objects that should be in it side by side: both are in order."""
    found = _Listing(store.list_after(rules.object_name("")))
    after = ""
    while objects := await rt.db.read_long(queries.objects_after, after, _PAGE):
        after = objects[-1]
        there = await found.up_to(after)
        await rt.db.write("media.compared", _keep_compared_in, name, objects, there)


def _keep_compared_in(tx: Tx, name: str, objects: list[str], there: set[str]) -> None:
    """Write what differs from what was known; what was sent while the list was read counts as it was kept then."""
    known = queries.states_at(tx, name, objects)
    for state, changed in (
        ("there", [one for one in objects if one in there and one not in known]),
        ("there", [one for one in objects if one in there and known.get(one) == "wanted"]),
        ("wanted", [one for one in objects if one not in there and known.get(one) != "wanted"]),
    ):
        queries.mark(tx, name, changed, state)


class _Listing:
    """A store's list, read as far as it is needed."""

    def __init__(self, found: AsyncIterator[ObjectInfo]) -> None:
        self._found = found
        self._waiting = ""

    async def up_to(self, last_one: str) -> set[str]:
        """The digests from where it stands up to one."""
        taken: set[str] = set()
        while True:
            if not self._waiting:
                info = await anext(self._found, None)
                if info is None:
                    return taken
                self._waiting = info.name.rpartition("/")[2]
            if self._waiting > last_one:
                return taken
            taken.add(self._waiting)
            self._waiting = ""


async def _read_back(rt: Runtime, there: Mapping[str, Store], before: MediaScrub) -> tuple[str, dict[str, int], bool]:
    """Read the next objects; returns where to go on, how many were read by store, and whether a round ended here."""
    read = dict.fromkeys(there, 0)
    if not there or (not before.after and rt.clock.now_ms() - before.ended_at < _LIST_EVERY_MS):
        return before.after, read, False
    rows, taken, after = await rt.db.read(queries.parts_after, before.after, _AT_ONCE), 0, ""
    for row in rows:
        taken += row.size
        for name in _to_read(row, list(there), before.rounds):
            read[name] += await _check(rt, row, name, there[name])
        await _here(rt, row)
        after = row.object
        if taken > _MOST_BYTES:
            return after, read, False
    ended = len(rows) < _AT_ONCE and bool(rows or before.after)  # nothing to read is no round
    return ("" if len(rows) < _AT_ONCE else after), read, ended


def _to_read(row: Row, names: list[str], rounds: int) -> list[str]:
    chief = names[(int(row.object[:8], 16) + rounds) % len(names)]
    return [name for name in names if name == chief or random.random() < _ELSEWHERE]  # noqa: S311 - a sample


async def _check(rt: Runtime, row: Row, name: str, store: Store) -> bool:
    """Read one object at one store; False where that store did not answer."""
    try:
        right = await fetched(store, row.object) is not None
        gone = not right and await store.head(rules.object_name(row.object)) is None
    except StoreError as error:
        log.warning("media_not_read", store=name, reason=error.public)
        return False
    if not right:
        log.error("media_missing" if gone else "media_rotten", store=name, object=row.object)
        await rt.db.write("media.scrubbed", _keep_fault_in, row, name, "wanted" if gone else "rotten")
        if not gone:
            await _renew(rt, row)
    return True


def _keep_fault_in(tx: Tx, row: Row, name: str, state: str) -> None:
    if any(one.object == row.object for one in queries.parts(tx, row.key)):  # else it was erased meanwhile
        queries.mark(tx, name, [row.object], state)


async def _renew(rt: Runtime, row: Row) -> None:
    """A name that holds other bytes stays taken: encrypt the part anew, under another one, where its file is here."""
    if await local_part(rt, row) is not None or await _brought(rt, row.key):
        await rt.db.write("media.renew", _renew_in, row)


def _renew_in(tx: Tx, row: Row) -> None:
    if any(one.object == row.object for one in queries.parts(tx, row.key)):
        queries.renew(tx, row)


async def _here(rt: Runtime, row: Row) -> None:
    """Bring a file back that is not on this host."""
    if row.part == 0:
        try:
            await rt.port(ObjectStore).size(row.key)
        except NotFound:
            await _brought(rt, row.key)


async def _brought(rt: Runtime, key: str) -> bool:
    try:
        return await recall(rt, key, _WAIT_S)
    except NotFound:
        return False


async def _standing(rt: Runtime, one: StoreScrub, read: Mapping[str, int]) -> StoreScrub:
    counts = await rt.db.read_long(queries.missing_counts, one.name)
    done = read.get(one.name, 0)
    return msgspec.structs.replace(
        one,
        missing=counts.get("wanted", 0),
        rotten=counts.get("rotten", 0),
        read=one.read + done,
        read_at=rt.clock.now_ms() if done else one.read_at,
    )


async def _say(rt: Runtime, found: MediaScrub, *, ended: bool) -> None:
    """Write the report: how many there should be, and what is neither here nor at any store."""
    objects, size = await rt.db.read_long(queries.count)
    lost = [key for key in await rt.db.read_long(queries.nowhere, _NAMED) if not await _is_here(rt, key)]
    if ended:
        found = msgspec.structs.replace(found, rounds=found.rounds + 1, ended_at=found.at)
    found = msgspec.structs.replace(found, objects=objects, bytes=size, lost=tuple(lost))
    await asyncio.to_thread(scrubbed.write, rt.settings.data, found)


async def _is_here(rt: Runtime, key: str) -> bool:
    try:
        await rt.port(ObjectStore).size(key)
    except NotFound:
        return False
    return True
