"""Reads an archive that somebody sent: nothing in it is believed before its hash is checked."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from perdure.continuity.rules import signing
from perdure.kernel.errors import Invalid
from perdure.portability.model import FORMAT, KIND, MANIFEST, VERSION, FileEntry, Manifest

_PIECE: Final = 1_048_576
_MOST_MANIFEST: Final = 64 * 1_048_576
_MOST_FILES: Final = 250_000
_MOST_LINES: Final = 2_000_000
_LONGEST_LINE: Final = 4 * 1_048_576
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    KeyError,
    OSError,
)
T = TypeVar("T")


class Checked(NamedTuple):
    """What a whole archive says of itself, the public key that signed it (empty: none), and its number of lines."""

    manifest: Manifest
    key: str
    lines: int


class _Bare(msgspec.Struct):
    document: Manifest
    key: str = ""
    kind: str = ""
    signature: str = ""


class ArchiveReader:
    """An open archive. Blocking. Every method raises Invalid for what is broken, naming the file."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise Invalid("The archive is no ZIP file, or only a part of one") from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        if len(self._infos) != len(self._zip.infolist()) or len(self._infos) > _MOST_FILES:
            raise Invalid("The archive names a file twice, or holds too many")

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def check(self, most: int) -> Checked:
        """Compare every file with the manifest, and the manifest with its signature.

        ``most`` is how many bytes all of it may be unpacked. An archive without a signature is whole but vouched for
        by nobody. Raises Invalid.
        """
        manifest, key = self._manifest()
        listed = {one.name for one in manifest.files}
        if len(listed) != len(manifest.files) or listed != self._infos.keys() - {MANIFEST}:
            raise Invalid("The archive and its manifest do not name the same files: it was changed, or is not whole")
        if sum(max(one.size, 0) for one in manifest.files) > most:
            raise Invalid(f"The archive holds more than {most // 1_048_576} MB")
        lines = sum(self._compare(one) for one in manifest.files)
        if lines > _MOST_LINES:
            raise Invalid(f"The archive holds more than {_MOST_LINES:,} entries")
        return Checked(manifest, key, lines)

    def _manifest(self) -> tuple[Manifest, str]:
        data = self.whole(MANIFEST, _MOST_MANIFEST)
        try:
            bare = msgspec.json.decode(data, type=_Bare)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid("The manifest cannot be read: this is no archive of Perdure's") from error
        if bare.document.format != FORMAT:
            raise Invalid("The manifest is of another format: this is no archive of Perdure's")
        if bare.document.version != VERSION:
            raise Invalid(f"The archive is of version {bare.document.version}, this site reads version {VERSION}")
        if not bare.signature:
            return bare.document, ""
        return bare.document, signing.verify(KIND, data, {bare.key}, "The manifest").key

    def _compare(self, entry: FileEntry) -> int:
        """Check a file's size and hash; returns how many lines it has."""
        digest, size, lines = hashlib.sha256(), 0, 0
        for piece in self._pieces(entry.name):
            digest.update(piece)
            size += len(piece)
            lines += piece.count(b"\n") if entry.name.endswith(".jsonl") else 0
            if size > entry.size:
                break
        if size != entry.size or digest.hexdigest() != entry.sha256:
            raise Invalid(f"{entry.name[:100]} was changed after the archive was made, or is not whole")
        return lines

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self._zip.open(self._infos[name]) as file:
                while piece := file.read(_PIECE):
                    yield piece
        except _BROKEN as error:
            raise Invalid(f"{name[:100]} cannot be unpacked: the archive is damaged") from error

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._infos

    def whole(self, name: str, most: int) -> bytes:
        """A file of at most ``most`` bytes."""
        found = bytearray()
        for piece in self._pieces(name):
            found += piece
            if len(found) > most:
                raise Invalid(f"{name[:100]} is too large")
        return bytes(found)

    def document(self, name: str, kind: type[T], most: int = 16 * 1_048_576) -> T:
        """A file as a document."""
        try:
            return msgspec.json.decode(self.whole(name, most), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid(f"{name[:100]} is not what the format asks for: {error}") from error

    def lines(self, name: str, skip: int) -> Iterator[bytes]:
        """The lines of a file after the first ``skip``."""
        try:
            with self._zip.open(self._infos[name]) as file:
                number = 0
                while line := file.readline(_LONGEST_LINE):
                    number += 1
                    if number > skip:
                        yield line
        except _BROKEN as error:
            raise Invalid(f"{name[:100]} cannot be unpacked: the archive is damaged") from error

    def extract(self, name: str, into: Path) -> None:
        """Copy a file out, to a path of the caller's choice."""
        with into.open("wb") as kept:
            for piece in self._pieces(name):
                kept.write(piece)


def decoded(line: bytes, kind: type[T]) -> T | None:
    """A line as a document; None for one that is none."""
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def plain(value: Any) -> str:
    """A document as JSON text."""
    return msgspec.json.encode(value).decode()
