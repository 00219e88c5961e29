"""Static hosts for the lifeboat: put on the list of places, and taken off it."""

from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from perdure.continuity.errors import StoreRefused
from perdure.continuity.model.stores import StoreList, StoreRecord
from perdure.continuity.ports import StoreOpener
from perdure.continuity.rules.addresses import parse_address
from perdure.continuity.service import disk, lifeboat, stores
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Conflict, Invalid, NotFound

_LONGEST: Final = 300


async def add(
    data: Path, opener: StoreOpener, clock: Clock, record: StoreRecord, secret: str, files: lifeboat.Files
) -> StoreRecord:
    """Write the lifeboat to a static host, read it back, and put the host on the list.

    Raises Invalid, Conflict for a name or place that is taken, StoreError; then nothing is kept here.
    """
    stores.check(data, record)
    _check_address(record.address)
    _check_free(stores.load(data), record)
    store = opener.open(record, secret, raw=True)
    opener.make_ready(record)
    try:
        await lifeboat.put_over(store, files)
        for name, content in files.items():
            if await store.get(name) != content:
                raise StoreRefused(f"{record.name}: what is written there cannot be read back", store=record.name)
    finally:
        await store.close()
    kept = f"secrets/lifeboat-{record.name}" if secret.strip() else ""
    added = msgspec.structs.replace(record, secret_file=kept, added_at=clock.now_ms())

    def put(now: StoreList) -> StoreList:
        _check_free(now, added)
        if kept:
            disk.write_private(data / kept, secret.encode())
        return msgspec.structs.replace(now, boats=(*now.boats, added))

    stores.change(data, put)
    return added


def remove(data: Path, name: str) -> StoreRecord:
    """Take a static host off the list; what lies there stays. Raises NotFound."""
    listed = stores.load(data)
    record = next((one for one in listed.boats if one.name == name), None)
    if record is None:
        known = ", ".join(one.name for one in listed.boats) or "none yet"
        raise NotFound(f"there is no place for the lifeboat named {name!r}; there are: {known}")

    def drop(now: StoreList) -> StoreList:
        return msgspec.structs.replace(now, boats=tuple(one for one in now.boats if one.name != name))

    stores.change(data, drop)
    if record.secret_file:
        with suppress(FileNotFoundError):
            (data / record.secret_file).unlink()
    return record


def _check_address(address: str) -> None:
    """An address to be printed and linked: https, nothing else in it."""
    parts = urlsplit(address)
    plain = address.isprintable() and len(address) <= _LONGEST and not any(sign in address for sign in " \"<>'")
    if not plain or parts.scheme not in {"https", "http"} or not parts.hostname or parts.username is not None:
        raise Invalid("say where people read it: --address https://…")


def _check_free(now: StoreList, record: StoreRecord) -> None:
    place = parse_address(record.url).place
    for one in now.boats:
        if one.name == record.name or parse_address(one.url).place == place:
            raise Conflict(f"the lifeboat goes there already, as {one.name!r}: choose another name, or remove it first")
