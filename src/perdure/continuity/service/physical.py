"""The physical second copy (continuity.md §3.13): the database by the engine's own means, against our own bugs.

Hourly, where anything changed, to one store: ``phys/TIME/000001`` … are parts of one zstd stream, each sealed under a
key of this copy alone; ``phys/TIME/manifest`` comes last, is signed, and holds that key wrapped for the site's
recipients. How long it is kept is a lifecycle rule of the store for ``phys/``: three days are plenty.
"""

import asyncio
import base64
import hashlib
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import zstandard

from perdure.continuity.errors import AlreadyThere, NotThere, StoreError
from perdure.continuity.model.keys import Site
from perdure.continuity.model.status import Status
from perdure.continuity.ports import Store, StoreOpener
from perdure.continuity.queries import physical as queries
from perdure.continuity.rules import layout, sealing, signing
from perdure.continuity.rules.owners import apart_from_host
from perdure.continuity.service import disk, stores
from perdure.continuity.service.kit import load_record
from perdure.continuity.service.log import open_log
from perdure.continuity.service.site import host_key, load_site
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings

FOLDER: Final = "continuity/physical"
KIND: Final = "physical"
LAST: Final = "last.json"
STALE_MS: Final = 3 * 3_600_000
"""An hour, and two that failed."""
_PART_BYTES: Final = 8 * 1024 * 1024
_LEVEL: Final = 3
Format = Literal["sqlite", "pg_dump", "copy"]
log = logger("copies")


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a physical copy is, and how to open it."""

    site: str
    name: str
    made_at: int
    """ms since the epoch, UTC."""
    release: str
    format: Format
    """``sqlite``: a database file; ``pg_dump``: for pg_restore; ``copy``: for psql, into a migrated database."""
    parts: tuple[str, ...]
    """SHA-256 of each part as stored."""
    size: int
    """Bytes, unpacked."""
    sha256: str
    """Of the whole, unpacked."""
    key: str
    """The data key, age-wrapped, Base64."""


class Last(msgspec.Struct, frozen=True, kw_only=True):
    """The newest physical copy of this host."""

    name: str = ""
    store: str = ""
    made_at: int = 0
    format: str = ""
    size: int = 0
    stored: int = 0
    log: int = -1
    """The change log's last row before it was made."""
    looked_at: int = 0
    """When nothing had changed since."""


def last(data: Path) -> Last:
    """The newest physical copy that this host sent; empty where there is none."""
    try:
        return msgspec.json.decode((data / FOLDER / LAST).read_bytes(), type=Last)
    except (OSError, msgspec.DecodeError):
        return Last()


async def send(rt: Runtime) -> Last | None:
    """The recurring job: make a physical copy and bring it to the first store that takes it whole.

    None where there is no kit or store, or nothing changed since the last one. Raises AppError where no store took it.
    """
    data = rt.settings.data
    site, listed = load_site(data), stores.load(data)
    if site is None or not listed.stores:
        return None
    now, before = rt.clock.now_ms(), last(data)
    newest = await asyncio.to_thread(_newest, rt.settings)
    if newest == before.log:
        _keep(data, msgspec.structs.replace(before, looked_at=now))
        return None
    manifest = await asyncio.to_thread(make, rt.settings, site, now)
    try:
        apart = apart_from_host(listed.stores, listed.host)
        names = sorted((one.name for one in listed.stores), key=lambda name: name not in apart)
        store, stored = await _to_one(rt, names, manifest)
    finally:
        await asyncio.to_thread(_clear, data / FOLDER)
    sent = Last(
        name=manifest.name,
        store=store,
        made_at=now,
        format=manifest.format,
        size=manifest.size,
        stored=stored,
        log=newest,
    )
    _keep(data, sent)
    return sent


def _keep(data: Path, found: Last) -> None:
    disk.write_private(data / FOLDER / LAST, msgspec.json.encode(found))


def stale_for(data: Path, status: Status | None, now_ms: int) -> int:
    """For how long (ms) the newest copy lacks changes, where that is longer than it may; else 0.

    One is due hourly, once there is a kit.
    """
    record, newest = load_record(data), last(data)
    if record is None or status is None or status.last <= newest.log or not stores.load(data).stores:
        return 0
    age = now_ms - max(newest.made_at, newest.looked_at, record.created_at)
    return age if age > STALE_MS else 0


def _newest(settings: Settings) -> int:
    log_ = open_log(settings)
    try:
        return log_.newest()
    finally:
        log_.close()


def make(settings: Settings, site: Site, now_ms: int) -> Manifest:
    """Write the parts of a copy into the folder; blocking. Raises Unavailable, OSError, the driver's errors."""
    folder = settings.data / FOLDER
    disk.private_folder(folder)
    _clear(folder)
    name, key, whole = f"{layout.PHYSICAL}/{now_ms:015}", sealing.new_key(), hashlib.sha256()
    size = 0

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal size
        for piece in pieces:
            whole.update(piece)
            size += len(piece)
            yield piece

    parts = []
    format_, source = _source(settings, folder / "database")
    with source as pieces:
        for number, packed in enumerate(_packed(counted(pieces)), 1):
            part = sealing.seal(key, packed, _part(name, number).encode())
            (folder / f"{number:06}").write_bytes(part)
            parts.append(hashlib.sha256(part).hexdigest())
    return Manifest(
        site=site.site_id,
        name=name,
        made_at=now_ms,
        release=version("perdure"),
        format=format_,
        parts=tuple(parts),
        size=size,
        sha256=whole.hexdigest(),
        key=base64.b64encode(sealing.wrap(site.recipients, key)).decode(),
    )


def _source(settings: Settings, beside: Path) -> tuple[Format, AbstractContextManager[Iterator[bytes]]]:
    if path := settings.sqlite_path:
        return "sqlite", queries.sqlite_bytes(path, beside)
    if program := queries.pg_dump_for(settings.database_url):
        return "pg_dump", queries.pg_dump_bytes(program, settings.database_url)
    return "copy", queries.copy_bytes(settings.database_url)


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """One zstd stream in parts of about eight MiB."""
    packer = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    waiting = bytearray()
    for piece in pieces:
        waiting += packer.compress(piece)
        while len(waiting) >= _PART_BYTES:
            yield bytes(waiting[:_PART_BYTES])
            del waiting[:_PART_BYTES]
    yield bytes(waiting + packer.flush())


def _part(name: str, number: int) -> str:
    return f"{name}/{number:06}"


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != LAST:
            path.unlink()


async def _to_one(rt: Runtime, names: list[str], manifest: Manifest) -> tuple[str, int]:
    data = rt.settings.data
    fault: AppError = Invalid("There is no store")
    for name in names:
        try:
            store = stores.open_store(data, rt.port(StoreOpener), stores.record_of(data, name))
        except AppError as error:
            fault = error
            continue
        try:
            return name, await _put_all(data, store, manifest)
        except StoreError as error:
            log.warning("physical_not_sent", store=name, reason=error.public)
            fault = error
        finally:
            await store.close()
    raise fault


async def _put_all(data: Path, store: Store, manifest: Manifest) -> int:
    stored = 0
    for number in range(1, len(manifest.parts) + 1):
        content = await asyncio.to_thread((data / FOLDER / f"{number:06}").read_bytes)
        await _put(store, _part(manifest.name, number), content)
        stored += len(content)
    await _put(store, f"{manifest.name}/manifest", signing.sign(KIND, manifest, host_key(data)))
    return stored


async def _put(store: Store, name: str, content: bytes) -> None:
    try:
        await store.put_new(name, content)
    except AlreadyThere:
        if await store.get(name) != content:
            raise


async def newest(store: Store) -> str | None:
    """The name of the newest whole copy at a store, for :func:`fetch`."""
    names = [one.name async for one in store.list_after(f"{layout.PHYSICAL}/")]
    return max((name.removesuffix("/manifest") for name in names if name.endswith("/manifest")), default=None)


async def fetch(store: Store, name: str, identity: str, trusted: Collection[str], into: Path) -> Manifest:
    """Write a physical copy, opened and unpacked, into a file. Raises StoreError, and Invalid for what is not whole."""
    signed = signing.verify(KIND, await store.get(f"{name}/manifest"), trusted, f"{name}/manifest")
    try:
        manifest = msgspec.convert(signed.document, Manifest)
        wrapped = base64.b64decode(manifest.key, validate=True)
    except (msgspec.ValidationError, ValueError) as error:
        raise Invalid(f"{name}/manifest cannot be read by this Perdure: {error}") from error
    if manifest.name != name:
        raise Invalid(f"{name}/manifest is of {manifest.name}: somebody swapped objects")
    key = sealing.unwrap(identity, wrapped, f"{name}/manifest")
    unpacker: Any = zstandard.ZstdDecompressor().decompressobj()
    whole = hashlib.sha256()
    with into.open("wb") as file:
        for number in range(1, len(manifest.parts) + 1):
            part = _part(name, number)
            try:
                sealed = await store.get(part)
            except NotThere as error:
                raise Invalid(f"{part} is missing: this physical copy is not whole") from error
            plain = unpacker.decompress(sealing.unseal(key, sealed, part.encode(), part))
            whole.update(plain)
            await asyncio.to_thread(file.write, plain)
    if whole.hexdigest() != manifest.sha256:
        raise Invalid(f"{name} does not unpack to what was packed: it is damaged")
    return manifest
