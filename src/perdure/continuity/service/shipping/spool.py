"""The spool: objects on their way to the stores, in one order, on this host's disk until every store has them.

Each store gets the same bytes, so what is on its way survives a crash: an object is on the disk before the first store
sees it. The newest segment always stays, because it says where the chain goes on.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from perdure.continuity.model.chain import Header
from perdure.continuity.rules import layout, segments
from perdure.continuity.service import disk
from perdure.kernel.errors import Invalid

_SLASH: Final = "~"  # no object's name holds one
_PART: Final = ".part"


class Entry(NamedTuple):
    """One object in the spool: its place in the order, name, size in bytes, and the header where it is a segment."""

    number: int
    name: str
    size: int
    header: Header | None
    end: int
    """Bytes of all entries up to and with this one, since the spool was opened."""


class Spool:
    """The objects in a folder. One process uses it at a time; any of its threads may add."""

    def __init__(self, folder: Path) -> None:
        disk.private_folder(folder)
        self._folder = folder
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._newest: Entry | None = None
        self._end = 0
        for path in sorted(folder.iterdir()):
            if path.name.endswith(_PART):
                path.unlink()
            else:
                self._keep(_entry(path, self._end))
        self.first = min(self._entries, default=1)
        self.next = max(self._entries, default=0) + 1

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return self.behind(self.first - 1)[1]

    def behind(self, number: int) -> tuple[int, int]:
        """How many entries stand behind a place, and their bytes."""
        count = self.next - max(number + 1, self.first)
        if count <= 0:
            return 0, 0
        oldest = self._entries[max(number + 1, self.first)]
        return count, self._end - oldest.end + oldest.size

    @property
    def newest_segment(self) -> Entry | None:
        """The segment that the chain goes on from."""
        return self._newest

    def add(self, name: str, data: bytes, header: Header | None = None) -> Entry:
        """Put an object at the end; on the disk when this returns. Raises OSError."""
        with self._lock:
            return self._add(name, data, header)

    def _add(self, name: str, data: bytes, header: Header | None) -> Entry:
        entry = Entry(self.next, name, len(data), header, self._end + len(data))
        path = self._path(entry)
        part = path.with_name(path.name + _PART)
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        disk.sync(self._folder)
        self._keep(entry)
        self.next += 1
        return entry

    def read(self, entry: Entry) -> bytes:
        """The bytes of an entry. Raises OSError."""
        return self._path(entry).read_bytes()

    def after(self, number: int) -> Iterator[Entry]:
        """Entries behind a place, in order."""
        for place in range(max(number + 1, self.first), self.next):
            yield self._entries[place]

    def last_segment(self, number: int) -> Entry | None:
        """The newest segment up to a place, as far as it is still here."""
        found = (self._entries[place] for place in range(min(number, self.next - 1), self.first - 1, -1))
        return next((entry for entry in found if entry.header is not None), None)

    def drop_below(self, number: int) -> None:
        """Let go of entries in front of a place, but never of the newest segment and what came after it."""
        stop = min(number, self.next if self._newest is None else self._newest.number)
        for place in range(self.first, stop):
            entry = self._entries.pop(place)
            self._path(entry).unlink(missing_ok=True)
        self.first = max(self.first, stop)

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.number] = entry
        self._end = entry.end
        if entry.header is not None:
            self._newest = entry

    def _path(self, entry: Entry) -> Path:
        return self._folder / f"{entry.number:012}{_SLASH}{entry.name.replace('/', _SLASH)}"


def _entry(path: Path, before: int) -> Entry:
    number, _, name = path.name.partition(_SLASH)
    name = name.replace(_SLASH, "/")
    try:
        place = int(number)
    except ValueError as error:
        raise Invalid(f"{path} does not belong into the spool: move it away") from error
    header = None
    if name.startswith(f"{layout.SEGMENTS}/"):
        with path.open("rb") as file:
            header, _ = segments.read_header(file.read(segments.HEADER_MOST), str(path))
    size = path.stat().st_size
    return Entry(place, name, size, header, before + size)
