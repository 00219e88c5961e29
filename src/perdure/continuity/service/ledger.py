"""Objects of the ledger: written by the reigning host, read by a restore from whichever store delivers them whole.

A name holds its content's hash, so that writing again what was written is no rival.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from perdure.continuity.errors import StoreError
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout, signing
from perdure.continuity.service import outgoing
from perdure.continuity.service.site import host_key
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.log import logger

T = TypeVar("T")
_AT_ONCE: Final = 16
log = logger("copies")


def put(
    data: Path, letter: str, kind: str, document: Any, at: int, *, seal: Callable[[bytes], bytes] | None = None
) -> str:
    """Sign a document and hand it to the shipper; returns the object's name. Raises OSError, Invalid without a key."""
    signed = signing.sign(kind, document, host_key(data))
    content = seal(signed) if seal is not None else signed
    name = f"{layout.LEDGER}/{letter}-{at:015}-{hashlib.sha256(content).hexdigest()[:16]}"
    outgoing.put(data, name, content)
    return name


async def read(
    stores: Mapping[str, Store], letter: str, opened: Callable[[str, bytes], T], faults: list[str]
) -> list[T]:
    """Every object of one letter that some store delivers and ``opened`` (name, bytes) accepts, in order of time.

    What cannot be had whole from any store is named in ``faults``.
    """
    holders = await _listed(stores, f"{layout.LEDGER}/{letter}-", faults)
    names = sorted(holders)
    found: list[T] = []
    for start in range(0, len(names), _AT_ONCE):
        part = names[start : start + _AT_ONCE]
        got = await asyncio.gather(*(_first(name, holders[name], opened, faults) for name in part))
        found += [one for one in got if one is not None]
    return found


async def _listed(stores: Mapping[str, Store], prefix: str, faults: list[str]) -> dict[str, list[Store]]:
    holders: dict[str, list[Store]] = {}
    for store in stores.values():
        try:
            async for info in store.list_after(prefix):
                holders.setdefault(info.name, []).append(store)
        except StoreError as error:
            faults.append(error.public)
    return holders


async def _first(name: str, holders: list[Store], opened: Callable[[str, bytes], T], faults: list[str]) -> T | None:
    why = []
    for store in holders:
        try:
            return opened(name, await store.get(name))
        except AppError as error:
            why.append(error.public)
    faults.append("; ".join(why))
    return None


def document(kind: str, data: bytes, trusted: Collection[str], name: str, shape: type[T]) -> T:
    """A signed document of the ledger. Raises Invalid, which names the object."""
    try:
        return msgspec.convert(signing.verify(kind, data, trusted, name).document, shape)
    except msgspec.ValidationError as error:
        raise Invalid(f"{name} cannot be read by this Perdure: {error}") from error
