"""Stored files go to every store, encrypted (continuity.md §3.12): at once to one, soon to all others.

All of it happens in the worker. A part is at most 8 MiB, and few are in memory at a time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from perdure.continuity.errors import AlreadyThere, NotThere, StoreError
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.rules.owners import apart_from_host
from perdure.continuity.service import stores
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.media import queries as media_queries
from perdure.media.events import CopiesBarred, FileStored
from perdure.media.ports import ObjectStore
from perdure.media.queries import copies as queries
from perdure.media.rules import copying as rules

_LEDGER: Final = "ledger:{}"
"""For whose sake a file is barred that a restore found in the ledger."""
_AT_ONCE: Final = 50
_BESIDE: Final = 2
_ROUND_S: Final = 20.0
_HEDGE_S: Final = 1.0
_SLOW_S: Final = 60.0
_slow: dict[tuple[Path, str], float] = {}
_PAGE: Final = 500
log = logger("media")


def begin_in(tx: Tx, keys: Sequence[str | None]) -> None:
    """Have stored files copied; the worker is told when this commits."""
    begun = tuple(key for key in keys if key and queries.begin(tx, key))
    if begun:
        tx.emit(FileStored(begun))


def forget_in(tx: Tx, keys: Sequence[str | None]) -> None:
    """Make every copy of files worthless, in the transaction that erases them."""
    given = [key for key in keys if key]
    queries.forget(tx, given)
    for key in given:
        queries.drop_barred(tx, key)


def bar_in(tx: Tx, keeper: str, *, media_ids: Sequence[int] = (), keys: Sequence[str | None] = ()) -> None:
    """Have no store get these uploads and stored files until ``keeper`` lets go of them.

    For what must not be copied at all: a copy that was sent before cannot be read any more.
    """
    rows = media_queries.by_id(tx, list(media_ids)) if media_ids else []
    found = [*keys, *(key for row in rows for key in (row.source_key, row.file_key, row.preview_key))]
    queries.bar(tx, list(dict.fromkeys(key for key in found if key)), keeper)
    if rows:
        tx.emit(CopiesBarred(tuple(row.id for row in rows), barred=True))


def bar_again_in(tx: Tx, media_id: int) -> bool:
    """After a restore to an older point: no store gets an upload, and nobody is served it, as was decided later.

    Tells whether anything had to be done.
    """
    rows = media_queries.by_id(tx, [media_id])
    keys = [key for row in rows for key in (row.source_key, row.file_key, row.preview_key) if key]
    if all(queries.barred(tx, key) for key in keys):
        return False
    queries.bar(tx, keys, _LEDGER.format(media_id))
    media_queries.withhold(tx, keys, _LEDGER.format(media_id))
    return True


def unbar_in(tx: Tx, keeper: str, media_ids: Sequence[int] = ()) -> None:
    """Have files copied again that were barred for the sake of ``keeper``, unless somebody else bars them.

    ``media_ids`` are the uploads among them: what the ledger told after a restore of these ends, too.
    """
    keys = queries.unbar(tx, keeper)
    if not keys:
        return
    for media_id in media_ids:
        keys += queries.unbar(tx, _LEDGER.format(media_id))
        media_queries.give_back(tx, _LEDGER.format(media_id))
    if media_ids and not any(queries.barred(tx, key) for key in keys):
        tx.emit(CopiesBarred(tuple(media_ids), barred=False))
    begin_in(tx, list(dict.fromkeys(keys)))


@asynccontextmanager
async def opened(rt: Runtime) -> AsyncIterator[dict[str, Store]]:
    """The stores on the list that can be opened, those in other hands than the host's first; closed at the end."""
    data, opener = rt.settings.data, rt.port(StoreOpener)
    there: dict[str, Store] = {}
    for record in listed(data):
        try:
            there[record.name] = stores.open_store(data, opener, record)
        except AppError as error:
            log.warning("store_not_opened", store=record.name, reason=error.public)
    try:
        yield there
    finally:
        for store in there.values():
            await store.close()


def listed(data: Path) -> list[StoreRecord]:
    """The stores on the list, those in other hands than the host's first. Raises Invalid for a broken list."""
    found = stores.load(data)
    apart = apart_from_host(found.stores, found.host)
    return sorted(found.stores, key=lambda one: one.name not in apart)


async def send_stored(rt: Runtime, event: FileStored) -> None:
    """Bring new files to one store at once; the others get them from :func:`send_missing`."""
    if not listed(rt.settings.data):
        return
    async with opened(rt) as there:
        for key in event.keys:
            for row in await sealed(rt, key):
                await _to_one(rt, row, there)


async def _to_one(rt: Runtime, row: Row, there: Mapping[str, Store]) -> None:
    """Bring a part to whichever store takes it first; one that takes its time is not waited for."""
    data = await local_part(rt, row)
    holders = await rt.db.read(queries.holders, row.object)
    if data is None or holders:
        return
    tasks: set[asyncio.Task[bool]] = set()
    try:
        for name in _quick_first(rt, there):
            tasks.add(asyncio.create_task(send(rt, name, there[name], row, data)))
            done, tasks = await asyncio.wait(tasks, timeout=_HEDGE_S, return_when=asyncio.FIRST_COMPLETED)
            if any(task.result() for task in done):
                return
            _slow[rt.settings.data, name] = time.monotonic()
        for task in asyncio.as_completed(tasks):
            if await task:
                return
    finally:
        for late in tasks:  # what it has by then is found when it is sent again
            late.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _quick_first(rt: Runtime, there: Mapping[str, Store]) -> list[str]:
    """The stores in order, those at the end that did not take something in time a minute ago."""
    now = time.monotonic()
    return sorted(there, key=lambda name: now - _slow.get((rt.settings.data, name), -_SLOW_S) < _SLOW_S)


async def send_missing(rt: Runtime) -> None:
    """The recurring job: encrypt what is new, and bring each store what it lacks; none waits for another."""
    if not listed(rt.settings.data):
        return
    for key in await rt.db.read(queries.unsealed, _AT_ONCE):
        await sealed(rt, key)
    async with opened(rt) as there:
        await asyncio.gather(*(_fill(rt, name, there) for name in there))


async def _fill(rt: Runtime, name: str, there: Mapping[str, Store]) -> None:
    """Send what a store lacks, two at a time, until it has all, refuses, or the round is over."""
    until = time.monotonic() + _ROUND_S
    others = {other: store for other, store in there.items() if other != name}
    while rows := await rt.db.read(queries.missing, name, _AT_ONCE):
        found = False
        for start in range(0, len(rows), _BESIDE):
            pair = rows[start : start + _BESIDE]
            sent = await asyncio.gather(*(_fill_one(rt, row, name, there[name], others) for row in pair))
            if False in sent or time.monotonic() > until:
                return
            found = found or True in sent
        if not found:  # nobody has what is left
            return


async def _fill_one(rt: Runtime, row: Row, name: str, store: Store, others: Mapping[str, Store]) -> bool | None:
    """Send one part; False where the store did not take it, None where nobody has it now."""
    data = await local_part(rt, row)
    if data is None:
        data = await from_stores(row, others)
    if data is None:
        await rt.db.write("media.copied", queries.mark, name, [row.object], "wanted")  # to the end of the queue
        return None
    return await send(rt, name, store, row, data)


async def send(rt: Runtime, name: str, store: Store, row: Row, data: bytes) -> bool:
    """Put one part to one store and keep how that went; False where the store did not take it."""
    state = "there"
    try:
        try:
            await store.put_new(rules.object_name(row.object), data)
        except AlreadyThere:
            state = "there" if await fetched(store, row.object) is not None else "rotten"
    except StoreError as error:
        log.warning("media_not_sent", store=name, reason=error.public)
        return False
    if state == "rotten":
        log.error("media_rotten", store=name, object=row.object)
    await rt.db.write("media.copied", queries.mark, name, [row.object], state)
    return True


async def fetched(store: Store, named: str) -> bytes | None:
    """An object as it was sent; None where the store has none, or other bytes. Raises StoreError."""
    try:
        data = await store.get(rules.object_name(named))
    except NotThere:
        return None
    return data if await asyncio.to_thread(rules.digest, data) == named else None


async def from_stores(row: Row, there: Mapping[str, Store]) -> bytes | None:
    """The ciphertext of a part from the first store that delivers it whole."""
    for name, store in there.items():
        try:
            data = await fetched(store, row.object)
        except StoreError as error:
            log.warning("media_not_read", store=name, reason=error.public)
            continue
        if data is not None:
            return data
    return None


async def sealed(rt: Runtime, key: str) -> list[Row]:
    """The parts of a file, each encrypted at least once, so that its object has a name; none where it is not copied."""
    store = rt.port(ObjectStore)
    try:
        size = await store.size(key)
    except NotFound:
        rows = await rt.db.read(queries.parts, key)
        if rows and all(row.object is None for row in rows):  # erased before it was copied
            await rt.db.write("media.uncopy", queries.forget, [key])
        return [row for row in rows if row.object is not None]
    rows = await rt.db.read(queries.parts, key)
    if len(rows) != rules.parts_of(size):
        rows = await rt.db.write("media.copy", queries.begin_parts, key, rules.parts_of(size))
    names = [one.name for one in listed(rt.settings.data)]
    for row in rows:
        if row.object is None:
            data = await _sealed_part(rt, row)
            named = await asyncio.to_thread(rules.digest, data)
            await rt.db.write("media.sealed", queries.sealed, row, named, len(data), names)
    return [row for row in await rt.db.read(queries.parts, key) if row.object is not None]


async def local_part(rt: Runtime, row: Row) -> bytes | None:
    """The ciphertext of a part, made from the file here; None where the file is gone or is another one."""
    try:
        data = await _sealed_part(rt, row)
    except NotFound:
        return None
    return data if await asyncio.to_thread(rules.digest, data) == row.object else None


async def _sealed_part(rt: Runtime, row: Row) -> bytes:
    """Raises NotFound."""
    plain = bytearray()
    async for piece in rt.port(ObjectStore).chunks(row.key, row.part * rules.PART_BYTES, rules.PART_BYTES):
        plain += piece
    return await asyncio.to_thread(rules.seal, row.secret, row.key, row.part, bytes(plain))


async def begin_uncopied(rt: Runtime) -> None:
    """Have files of uploads copied that are there without a word about their copies."""
    after = 0
    while True:
        after, keys = await rt.db.read_long(queries.uncopied, after, _PAGE)
        if keys:
            await rt.db.write("media.copy", begin_in, keys)
        if not after:
            return
