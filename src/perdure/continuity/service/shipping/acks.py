"""How far the log is safe with somebody else: four numbers in shared memory, for those whose answer waits for it."""

import mmap
import struct
from pathlib import Path
from typing import Final

_NUMBERS: Final = struct.Struct("<QQQQ")
_STALE_MS: Final = 10_000
CUT_OFF_MS: Final = 900_000
FILE: Final = "continuity/acked"


class Writer:
    """The shipper's side."""

    def __init__(self, data: Path) -> None:
        self._map = _mapped(data)

    def say(self, lsn: int, stores: int, now_ms: int, heard_ms: int | None = None) -> None:
        """Every row up to here is at one of so many stores whose word counts; when one was last heard of: now."""
        _NUMBERS.pack_into(self._map, 0, lsn, stores, now_ms, now_ms if heard_ms is None else heard_ms)


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
        _, stores, at, _ = _NUMBERS.unpack_from(self._map)
        return bool(stores) and now_ms - at < _STALE_MS

    def cut_off(self, now_ms: int) -> bool:
        """Whether no store was heard of for a quarter of an hour: another host may reign by now (§3.7, 6)."""
        _, stores, _, heard = _NUMBERS.unpack_from(self._map)
        return bool(stores) and now_ms - heard > CUT_OFF_MS


def _mapped(data: Path) -> mmap.mmap:
    path = data / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if (missing := _NUMBERS.size - file.seek(0, 2)) > 0:
            file.write(bytes(missing))
            file.flush()
        return mmap.mmap(file.fileno(), _NUMBERS.size)
