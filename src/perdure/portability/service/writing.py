"""Writes an archive: a ZIP file (with ZIP64), each file hashed on its way, the signed manifest last."""

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from perdure.portability.model import FileEntry

_DATE = (1980, 1, 1, 0, 0, 0)  # a ZIP's dates have no zone: the manifest tells the instant


class ArchiveWriter:
    """An archive in the making. Blocking: every method belongs on a thread."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.files: list[FileEntry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def open(self, name: str, *, packed: bool = True) -> "EntryWriter":
        """Begin a file; ``packed`` compresses it. One at a time."""
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        return EntryWriter(self, name, self._zip.open(info, "w", force_zip64=True))

    def document(self, name: str, content: Any) -> None:
        """A whole file: bytes as they are, anything else as JSON."""
        with self.open(name) as entry:
            entry.write(content if isinstance(content, bytes) else msgspec.json.format(msgspec.json.encode(content)))


class EntryWriter:
    """A file of an archive in the making."""

    def __init__(self, archive: ArchiveWriter, name: str, opened: IO[bytes]) -> None:
        self._archive = archive
        self._name = name
        self._opened = opened
        self._hash = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the file and note its hash."""
        self._opened.close()
        self._archive.files.append(FileEntry(self._name, self._hash.hexdigest(), self._size))

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._hash.update(data)
        self._size += len(data)
        self._opened.write(data)

    def lines(self, items: Iterable[Any]) -> None:
        """Append one JSON document a line."""
        self.write(b"".join(msgspec.json.encode(one) + b"\n" for one in items))
