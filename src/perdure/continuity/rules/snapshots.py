r"""The bytes of a snapshot's objects.

A chunk is ``PDRSNAP1`` + newline, u32 big-endian length of the header, the header (MessagePack array of format, site,
epoch, snapshot, table, number), and the sealed zstd of its rows: one MessagePack array of arrays. All in front of the
nonce is authenticated, so that no chunk passes for another.
"""

import hashlib
import struct
from typing import Any, Final

import msgspec
import zstandard

from perdure.continuity.model.snapshots import FORMAT, Manifest
from perdure.continuity.rules import layout, sealing, signing
from perdure.kernel.errors import Invalid

KIND: Final = "snapshot"
MANIFEST: Final = "manifest"
PLAIN_BYTES: Final = 4 * 1024 * 1024
"""A chunk is closed with so many bytes of rows, so that with any compression it stays below 8 MiB."""
_MAGIC: Final = b"PDRSNAP1\n"
_LENGTH: Final = struct.Struct(">I")
_LEVEL: Final = 3
_MOST_BYTES: Final = 256 * 1024 * 1024


class _Version(msgspec.Struct):
    version: int


def chunk_name(snapshot: str, table: str, number: int) -> str:
    """The object of one chunk."""
    return f"{snapshot}{table}-{number:06}"


def seal_chunk(manifest: Manifest, table: str, number: int, rows: bytes, key: bytes) -> bytes:
    """The bytes of a chunk."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(rows)
    front = _front(manifest, table, number)
    return front + sealing.seal(key, packed, front)


def open_chunk(manifest: Manifest, table: str, number: int, data: bytes, key: bytes) -> bytes:
    """The rows of a chunk, packed and framed. Raises Invalid, which names the object, for any changed byte."""
    name = chunk_name(manifest.name, table, number)
    front = _front(manifest, table, number)
    if not data.startswith(front):
        raise Invalid(f"{name} is not this part of the snapshot: it was damaged, or swapped for another")
    packed = sealing.unseal(key, data[len(front) :], front, name)
    try:
        rows: bytes = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST_BYTES)
    except zstandard.ZstdError as error:
        raise Invalid(f"{name} opens, but holds no rows: it was written by something else") from error
    return rows


def unpacked(rows: bytes, name: str) -> list[list[Any]]:
    """The rows of a chunk that was opened. Raises Invalid, which names the object."""
    try:
        return msgspec.msgpack.decode(rows, type=list[list[Any]])
    except msgspec.DecodeError as error:
        raise Invalid(f"{name} opens, but holds no rows: it was written by something else") from error


def digest(data: bytes) -> str:
    """SHA-256 of an object, hex."""
    return hashlib.sha256(data).hexdigest()


def sign(manifest: Manifest, host_key: bytes) -> bytes:
    """The manifest's object."""
    return signing.sign(KIND, manifest, host_key)


def read_manifest(data: bytes, host_key: str, name: str) -> Manifest:
    """The manifest of an object, signed by the epoch's host. Raises Invalid, which names the object."""
    document = signing.verify(KIND, data, {host_key}, name).document
    try:
        if msgspec.convert(document, _Version).version > FORMAT:
            raise Invalid(f"{name} is of a newer Perdure: install that release here and try again")
        manifest = msgspec.convert(document, Manifest)
    except msgspec.ValidationError as error:
        raise Invalid(f"{name} is no snapshot's manifest that this Perdure can read") from error
    if manifest.name + MANIFEST != name or layout.epoch_of(name) != manifest.epoch:
        raise Invalid(f"{name} was made as {manifest.name}{MANIFEST}: somebody copied an old one to a new name")
    return manifest


def _front(manifest: Manifest, table: str, number: int) -> bytes:
    header = msgspec.msgpack.encode([FORMAT, manifest.site, manifest.epoch, manifest.name, table, number])
    return _MAGIC + _LENGTH.pack(len(header)) + header
