"""How far the log is safe with somebody else: one number in shared memory, for those whose answer waits for it."""

import mmap
import struct
from pathlib import Path
from typing import Final

_NUMBER: Final = struct.Struct("<Q")
FILE: Final = "continuity/acked"


class Writer:
    """The shipper's side."""

    def __init__(self, data: Path) -> None:
        self._map = _mapped(data)

    def say(self, lsn: int) -> None:
        """Every row up to here is at a store whose word counts."""
        _NUMBER.pack_into(self._map, 0, lsn)


class Reader:
    """Everybody else's side."""

    def __init__(self, data: Path) -> None:
        self._map = _mapped(data)

    def reached(self) -> int:
        """Every row up to here is safe."""
        number: int = _NUMBER.unpack_from(self._map)[0]
        return number


def _mapped(data: Path) -> mmap.mmap:
    path = data / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if (missing := _NUMBER.size - file.seek(0, 2)) > 0:
            file.write(bytes(missing))
            file.flush()
        return mmap.mmap(file.fileno(), _NUMBER.size)
