"""Healing: a store that missed something gets it from another one, as it stands there, without the database."""

from collections.abc import Iterator
from typing import Final

from perdure.continuity.errors import AlreadyThere, NotThere
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout

_FOR_EVER: Final = (layout.EPOCHS, layout.SHAPES, layout.LEDGER)
_MANIFEST: Final = "manifest"


async def heal(source: Store, target: Store, epoch: int) -> int:
    """Copy what the target lacks of one epoch; returns how many objects. A snapshot's manifest goes last.

    Raises StoreError; what was copied until then stays, so it can be begun again.
    """
    copied = 0
    for prefix in _prefixes(epoch):
        there = {info.name async for info in target.list_after(prefix)}
        missing = [info.name async for info in source.list_after(prefix) if info.name not in there]
        for name in sorted(missing, key=lambda name: (name.endswith(_MANIFEST), name)):
            copied += await _copy(source, target, name)
    return copied


def _prefixes(epoch: int) -> Iterator[str]:
    for kind in _FOR_EVER:
        yield f"{kind}/"
    number = layout.epoch(epoch).split("/", 1)[1]
    for kind in (layout.KEYS, layout.CONFIG, layout.SNAPSHOTS, layout.PACKS, layout.SEGMENTS):
        yield f"{kind}/{number}"


async def _copy(source: Store, target: Store, name: str) -> bool:
    try:
        await target.put_new(name, await source.get(name))
    except (AlreadyThere, NotThere):
        return False
    return True
