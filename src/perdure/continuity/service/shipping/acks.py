"""How far the log is safe with somebody else: three numbers in shared memory, for those whose answer waits for it."""

import mmap
import struct
from pathlib import Path
from typing import Final

_NUMBERS: Final = struct.Struct("<QQQ")
_STALE_MS: Final = 10_000
FILE: Final = "continuity/acked"


class Writer:
    """The shipper's side."""

    def __init__(self, data: Path) -> None:
        self._map = _mapped(data)

    def say(self, lsn: int, stores: int, now_ms: int) -> None:
        """Every row up to here is at a store whose word counts; so many such stores answer; the shipper lives."""
        _NUMBERS.pack_into(self._map, 0, lsn, stores, now_ms)


class Reader:
    """Everybody else's side."""

    def __init__(self, data: Path) -> None:
        self._map = _mapped(data)

    def reached(self) -> int:
        """Every row up to here is safe."""
        number: int = _NUMBERS.unpack_from(self._map)[0]
        return number

    def promises(self, now_ms: int) -> bool:
        """Whether a shipper lives that has stores whose word counts: otherwise there is nothing to wait for."""
        _, stores, at = _NUMBERS.unpack_from(self._map)
        return bool(stores) and now_ms - at < _STALE_MS


def _mapped(data: Path) -> mmap.mmap:
    path = data / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if (missing := _NUMBERS.size - file.seek(0, 2)) > 0:
            file.write(bytes(missing))
            file.flush()
        return mmap.mmap(file.fileno(), _NUMBERS.size)
