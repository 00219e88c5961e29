"""The lifeboat's files at places in other hands, so that members find them when the site is gone.

Every store has them below ``lifeboat/AT/``: the newest folder counts, names are never used twice. A static host has
them under names that stay, so that its address can be told to people.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.errors import AlreadyThere
from perdure.continuity.model.lifeboat import Boat, Boats
from perdure.continuity.model.stores import StoreList, StoreRecord
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.rules import lifeboat as rules
from perdure.continuity.service import disk, moved, stores
from perdure.kernel.errors import AppError
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

FILE: Final = "continuity/lifeboat.json"
EVERY_S: Final = 60.0
Files = Mapping[str, bytes]
log = logger("copies")


class Draft(NamedTuple):
    """What the lifeboat says now: a digest of all that members act on, the instant it speaks of, and how it is made."""

    digest: str
    at: int
    files: Callable[[], Files]
    """Its files by name. Raises Unavailable where they cannot be signed."""


Write = Callable[[], Awaitable[Draft | None]]
"""The draft; None where this host has no say in how the site stands."""


def load(data: Path) -> Boats:
    """What is known; nothing where the file is missing or of another release."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Boats)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Boats()


async def keep_up(rt: Runtime, write: Write, *, now_all: bool = False) -> Boats | None:
    """Bring the lifeboat to every place whose one is old (``now_all``: to all); None where there is nothing to do.

    A host that was left says nothing any more. Raises Invalid for a broken list of stores, OSError, Unavailable where
    it cannot be signed.
    """
    data, now = rt.settings.data, rt.clock.now_ms()
    listed = await asyncio.to_thread(stores.load, data)
    if not (listed.stores or listed.boats) or moved.address(data):
        return None
    draft = await write()
    if draft is None:
        return None
    before = await asyncio.to_thread(load, data)
    known = rules.expected(before, listed, draft.digest, now)
    due = list(known.boats if now_all else rules.due(known, now))
    if due:
        opener, files = rt.port(StoreOpener), await asyncio.to_thread(draft.files)
        given = await asyncio.gather(*(_give(data, opener, listed, boat, draft, files) for boat in due))
        by_place = {(boat.kind, boat.name): boat for boat in given}
        boats = tuple(by_place.get((boat.kind, boat.name), boat) for boat in known.boats)
        known = msgspec.structs.replace(known, boats=boats)
    if known != before:
        await asyncio.to_thread(disk.write_private, data / FILE, msgspec.json.encode(known))
    return known


async def _give(data: Path, opener: StoreOpener, listed: StoreList, boat: Boat, draft: Draft, files: Files) -> Boat:
    """A place after a try."""
    tried = msgspec.structs.replace(boat, tried_at=draft.at)
    record = next(one for one in _of_kind(listed, boat) if one.name == boat.name)
    try:
        store = stores.open_store(data, opener, record)
        try:
            await (put_new if boat.kind == "store" else put_over)(store, files, draft.at)
        finally:
            await store.close()
    except AppError as error:
        log.warning("lifeboat_not_brought", place=boat.name, reason=error.public)
        return msgspec.structs.replace(tried, error=error.public)
    return msgspec.structs.replace(tried, at=draft.at, digest=draft.digest, error="")


def _of_kind(listed: StoreList, boat: Boat) -> tuple[StoreRecord, ...]:
    return listed.stores if boat.kind == "store" else listed.boats


def _in_order(files: Files) -> list[str]:
    """The page last: who finds it finds the rest."""
    return sorted(files, key=lambda one: (one.endswith(".html"), one))


async def put_new(store: Store, files: Files, at: int) -> None:
    """Put the files below ``lifeboat/AT/``; ``at`` in ms since the epoch. Raises StoreError."""
    for name in _in_order(files):
        try:
            await store.put_new(f"lifeboat/{at:015d}/{name}", files[name])
        except AlreadyThere:
            continue  # a push that was cut off and is repeated


async def put_over(store: Store, files: Files, _at: int = 0) -> None:
    """Put the files under their own names, over those of the day before. Raises StoreError."""
    for name in _in_order(files):
        if await store.head(name) is None:
            await store.put_new(name, files[name])
        else:
            await store.overwrite(name, files[name])
