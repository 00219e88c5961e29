"""Whether anything was committed to a SQLite file, told to every process without asking SQLite.

One number in the file that writers lock (see :mod:`perdure.kernel.db.sqlite`), mapped into the memory of each process:
odd while a commit is under way, another even number after each. Only who holds the lock changes it. A writer that dies
in between leaves it odd, so readers trust nothing until the next commit.
"""

import mmap
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NUMBER: Final = struct.Struct("<Q")
_read = _NUMBER.unpack_from


class CommitStamp:
    """The number of one file. Where the file cannot be had (no room, read-only) nothing is told."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._map: mmap.mmap | None = None

    def now(self) -> int | None:
        """The number after the last commit, or None during one and where there is no number."""
        held = self._map or self._mapped()
        if held is None:
            return None
        number: int = _read(held)[0]
        return None if number & 1 else number

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around a commit, by who holds the lock. After one that failed nobody knows what is stored: it stays odd."""
        held = self._map or self._mapped()
        odd = _read(held)[0] | 1 if held else 0
        if held:
            _NUMBER.pack_into(held, 0, odd)
        yield
        if held:
            _NUMBER.pack_into(held, 0, odd + 1)

    def _mapped(self) -> mmap.mmap | None:
        try:
            with self._file.open("a+b") as opened:
                # Every byte is written before it is mapped: touching a hole on a full disk would kill the process.
                if (missing := _NUMBER.size - opened.seek(0, 2)) > 0:
                    opened.write(bytes(missing))
                    opened.flush()
                self._map = mmap.mmap(opened.fileno(), _NUMBER.size)
        except (OSError, ValueError):
            return None
        return self._map
