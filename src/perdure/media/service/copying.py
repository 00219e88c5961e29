"""Stored files go to every store, encrypted (continuity.md §3.12): at once to one, soon to all others.

All of it happens in the worker. A part is at most 8 MiB, and few are in memory at a time.
"""

import asyncio
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
from perdure.media.events import FileStored
from perdure.media.ports import ObjectStore
from perdure.media.queries import copies as queries
from perdure.media.rules import copying as rules

_AT_ONCE: Final = 50
_ROUND_S: Final = 20.0
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


def bar_in(tx: Tx, keeper: str, *, post_id: int = 0, media_ids: Sequence[int] = ()) -> None:
    """Have no store get the files of a post, or those named, until ``keeper`` lets go of them.

    For what must not be copied at all: a copy that was sent before cannot be read any more.
    """
    rows = media_queries.of_posts(tx, [post_id]) if post_id else []
    rows += media_queries.by_id(tx, list(media_ids)) if media_ids else []
    found = [key for row in rows for key in (row.source_key, row.file_key, row.preview_key) if key]
    queries.bar(tx, list(dict.fromkeys(found)), keeper)


def unbar_in(tx: Tx, keeper: str) -> None:
    """Have files copied again that were barred for the sake of ``keeper``, unless somebody else bars them."""
    begin_in(tx, queries.unbar(tx, keeper))


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
    data = await local_part(rt, row)
    holders = await rt.db.read(queries.holders, row.object)
    if data is None or holders:
        return
    for name, store in there.items():
        if await send(rt, name, store, row, data):
            return


async def send_missing(rt: Runtime) -> None:
    """The recurring job: encrypt what is new, and bring each store what it lacks; none waits for another."""
    if not listed(rt.settings.data):
        return
    for key in await rt.db.read(queries.unsealed, _AT_ONCE):
        await sealed(rt, key)
    async with opened(rt) as there:
        await asyncio.gather(*(_fill(rt, name, there) for name in there))


async def _fill(rt: Runtime, name: str, there: Mapping[str, Store]) -> None:
    until = rt.clock.monotonic() + _ROUND_S
    for row in await rt.db.read(queries.missing, name, _AT_ONCE):
        if rt.clock.monotonic() > until:
            return
        data = await local_part(rt, row)
        if data is None:
            data = await from_stores(row, {other: store for other, store in there.items() if other != name})
        if data is None:
            await rt.db.write("media.copied", queries.mark, name, [row.object], "wanted")  # to the end of the queue
        elif not await send(rt, name, there[name], row, data):
            return


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
