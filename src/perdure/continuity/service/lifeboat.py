"""The lifeboat's files at places in other hands, so that members find them when the site is gone."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from perdure.continuity.errors import AlreadyThere, StoreError
from perdure.continuity.ports import Store
from perdure.kernel.errors import Unavailable

LEAST = 2
"""Places that must have it."""


class Published(NamedTuple):
    """Which stores have the files, and what the others said."""

    done: tuple[str, ...]
    failed: dict[str, str]


async def publish(stores: Mapping[str, Store], files: Mapping[str, bytes], at: int) -> Published:
    """Put the files below ``lifeboat/AT/`` at every store; the newest folder counts, names are never used twice.

    ``at`` is in ms since the epoch. Raises Unavailable where fewer than two stores have all of them afterwards.
    """
    said = await asyncio.gather(*(_put(store, files, at) for store in stores.values()))
    outcome = dict(zip(stores, said, strict=True))
    done = tuple(name for name, fault in outcome.items() if fault is None)
    failed = {name: fault for name, fault in outcome.items() if fault is not None}
    if len(done) < LEAST:
        raise Unavailable(f"The lifeboat is at {len(done)} places, {LEAST} are needed", failed=failed)
    return Published(done, failed)


async def _put(store: Store, files: Mapping[str, bytes], at: int) -> str | None:
    """Put every file, the page last: who finds it finds the rest. Returns what went wrong, or None."""
    try:
        for name in sorted(files, key=lambda one: (one.endswith(".html"), one)):
            try:
                await store.put_new(f"lifeboat/{at:015d}/{name}", files[name])
            except AlreadyThere:
                continue  # a push that was cut off and is repeated
    except StoreError as error:
        return error.public
    return None
