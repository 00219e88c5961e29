"""The site's stores: which there are, what they can do, and in whose hands they are.

The list is ``continuity/stores.json`` in the data directory, readable when the database is gone; each secret is a file
of its own below ``secrets/``, which the config bundle carries.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from perdure.continuity.errors import StoreError, StoreRefused
from perdure.continuity.model.capabilities import Capabilities
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.rules.addresses import parse_address
from perdure.continuity.service import disk
from perdure.continuity.service.probe import Tell, nobody, probe
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.log import logger

FILE: Final = "continuity/stores.json"
VERSION: Final = 1
PROBED_EVERY_MS: Final = 7 * 86_400_000
_PROMISES: Final = {
    "read_after_write": "what is written cannot be read back",
    "list_complete": "its lists are not complete",
    "create_only": "a name can be written twice",
    "ranges": "parts of objects are read wrong",
    "torn_hidden": "half an object is seen under its name",
}
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


log = logger("stores")


class _Version(msgspec.Struct):
    version: int


def load(data: Path) -> StoreList:
    """The list of a data directory; empty where there is none. Raises Invalid for a broken file."""
    path = data / FILE
    try:
        raw = path.read_bytes()
        if msgspec.json.decode(raw, type=_Version).version > VERSION:
            raise Invalid(f"{path} is of a newer Perdure: bring this one up to date")
        return msgspec.json.decode(raw, type=StoreList)
    except FileNotFoundError:
        return StoreList()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is damaged: put it back from a config bundle, or add the stores anew") from error


def record_of(data: Path, name: str) -> StoreRecord:
    """The store of that name. Raises NotFound, which names those that there are."""
    stores = load(data).stores
    for one in stores:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in stores) or "none yet"
    raise NotFound(f"there is no store named {name!r}; there are: {known}")


def secret_of(data: Path, record: StoreRecord) -> str:
    """The secret of a store, empty where it needs none. Raises Invalid where its file cannot be read."""
    if not record.secret_file:
        return ""
    path = data / record.secret_file
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", "it is no text")
        raise Invalid(f"{path}, the secret of store {record.name}, cannot be read: {said}") from error


def open_store(data: Path, opener: StoreOpener, record: StoreRecord) -> Store:
    """A store, used as its probe found it. Raises Invalid. Close it at the end."""
    return opener.open(record, secret_of(data, record))


def open_all(data: Path, opener: StoreOpener) -> dict[str, Store]:
    """All stores by their names. Raises Invalid. Close each at the end."""
    return {one.name: open_store(data, opener, one) for one in load(data).stores}


async def add(
    data: Path, opener: StoreOpener, clock: Clock, record: StoreRecord, secret: str, tell: Tell = nobody
) -> StoreRecord:
    """Probe a store and put it on the list. Nothing is kept where it cannot be reached or gives back other bytes.

    Raises Invalid, Conflict for a name that is taken, StoreError.
    """
    check(data, record)
    _check_free(load(data), record)
    opener.open(record, secret)
    opener.make_ready(record)
    found = await _probed(opener, clock, record, secret, tell)
    if found.capabilities is not None and not found.capabilities.read_after_write:
        text = f"Store {record.name}: what is written there cannot be read back: it keeps nothing. Use another one"
        raise StoreRefused(text, store=record.name)
    kept = f"secrets/store-{record.name}" if secret.strip() else ""
    added = msgspec.structs.replace(found, secret_file=kept, added_at=clock.now_ms())

    def put(now: StoreList) -> StoreList:
        _check_free(now, added)
        if kept:
            disk.write_private(data / kept, secret.encode())
        return msgspec.structs.replace(now, stores=(*now.stores, added))

    change(data, put)
    return added


async def probe_again(data: Path, opener: StoreOpener, clock: Clock, name: str, tell: Tell = nobody) -> StoreRecord:
    """Probe a store of the list and keep the result. Raises NotFound, StoreError (the old result stays)."""
    record = record_of(data, name)
    found = await _probed(opener, clock, record, secret_of(data, record), tell)

    def put(now: StoreList) -> StoreList:
        renewed = (
            msgspec.structs.replace(one, capabilities=found.capabilities) if one.name == name else one
            for one in now.stores
        )
        return msgspec.structs.replace(now, stores=tuple(renewed))

    change(data, put)
    return found


async def probe_due(data: Path, opener: StoreOpener, clock: Clock) -> None:
    """Probe every store whose last result is a week old, and log what got worse. One that fails is due again."""
    now = clock.now_ms()
    for one in load(data).stores:
        if one.capabilities is not None and 0 <= now - one.capabilities.at < PROBED_EVERY_MS:
            continue
        try:
            found = await probe_again(data, opener, clock, one.name)
        except (StoreError, Invalid, NotFound) as error:
            log.warning("store_not_probed", store=one.name, reason=error.public)
            continue
        for line in worse(one.capabilities, found.capabilities):
            log.warning("store_got_worse", store=one.name, what=line)


def worse(before: Capabilities | None, after: Capabilities | None) -> list[str]:
    """What a store promised by its last result and keeps no longer, in words; and a clock that is wrong now."""
    if after is None:
        return []
    found = [
        text
        for name, text in _PROMISES.items()
        if (before is None or getattr(before, name)) and not getattr(after, name)
    ]
    return [*found, f"its clock is {after.clock_skew_ms} ms off"] if after.clock_wrong else found


def remove(data: Path, name: str) -> StoreRecord:
    """Take a store off the list; what it holds stays there. Raises NotFound."""
    record = record_of(data, name)

    def drop(now: StoreList) -> StoreList:
        return msgspec.structs.replace(now, stores=tuple(one for one in now.stores if one.name != name))

    change(data, drop)
    if record.secret_file:
        with suppress(FileNotFoundError):
            (data / record.secret_file).unlink()
    return record


def describe_host(data: Path, owner: Owner) -> None:
    """Say in whose hands the host itself is. Raises Invalid."""
    _check_owner(owner)
    change(data, lambda now: msgspec.structs.replace(now, host=owner))


async def _probed(opener: StoreOpener, clock: Clock, record: StoreRecord, secret: str, tell: Tell) -> StoreRecord:
    store = opener.open(record, secret, raw=True)
    try:
        found = await probe(store, clock, tell)
    finally:
        await store.close()
    return msgspec.structs.replace(record, capabilities=found)


def check(data: Path, record: StoreRecord) -> None:
    """Raise Invalid for a name, address, owner or time-out that no place can have."""
    if not _NAME.fullmatch(record.name):
        raise Invalid(f"{record.name!r} is no name for a store: small letters, digits and - (up to 40)")
    address = parse_address(record.url)
    if address.scheme == "file" and (Path("/") / address.path).resolve().is_relative_to(data.resolve()):
        raise Invalid("a store inside the data directory is lost together with it: name a folder on another disk")
    _check_owner(record.owner)
    if not 0 < record.timeout_s <= 600:
        raise Invalid("a store's time-out is between 1 and 600 seconds")


def _check_free(now: StoreList, record: StoreRecord) -> None:
    """Raise Conflict where the name is taken, or the same place is on the list under another name."""
    place = parse_address(record.url).place
    for one in now.stores:
        if one.name == record.name:
            raise Conflict(f"there is a store named {record.name!r} already: choose another name, or remove it first")
        if parse_address(one.url).place == place:
            raise Conflict(f"that place is on the list already, as {one.name!r}: one place is one copy")


def _check_owner(owner: Owner) -> None:
    if not owner.entity.strip():
        raise Invalid("say who owns it: the legal entity, as in its contract")
    if owner.country and not _COUNTRY.fullmatch(owner.country):
        raise Invalid(f"{owner.country!r} is no country: two capital letters, as DE or US (ISO 3166)")
    if owner.asn < 0 or owner.asn > 4_294_967_295:
        raise Invalid(f"{owner.asn} is no number of a network (AS number)")


def change(data: Path, made: Callable[[StoreList], StoreList]) -> None:
    """Change the list, one at a time, of all processes. Raises Invalid, OSError, and what ``made`` raises."""
    with _alone(data / FILE):
        disk.write_private(data / FILE, msgspec.json.format(msgspec.json.encode(made(load(data)))) + b"\n")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One change at a time, of all processes: two commands at once must not lose one another's store."""
    disk.private_folder(path.parent)
    number = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)
