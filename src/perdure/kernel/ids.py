"""Time-sorted 63-bit ids: ``(unix milliseconds << 16) | lane << 10 | counter``.

The layout of the upper 48 bits is the Mastodon client API's (clients turn dates into ids with it). The lower
16 bits keep processes apart without talking to each other: every process holds one of 64 *lanes*.
"""

import threading
from typing import Final

from perdure.kernel.clock import Clock

SEQUENCE_BITS: Final = 16
LANES: Final = 64
_PER_LANE: Final = 1 << 10


class IdSource:
    """Hands out ids that never repeat within its lane and never go back. Safe to call from any thread."""

    def __init__(self, clock: Clock, lane: int) -> None:
        if not 0 <= lane < LANES:
            message = f"lane {lane} is outside 0..{LANES - 1}"
            raise ValueError(message)
        self._clock = clock
        self._lane = lane << 10
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0

    def next(self) -> int:
        """A fresh id. A lane that used up its millisecond borrows from the next one."""
        with self._lock:
            now = self._clock.now_ms()
            if now > self._last_ms:
                self._last_ms, self._counter = now, 0
            else:
                self._counter += 1
                if self._counter == _PER_LANE:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            return (self._last_ms << SEQUENCE_BITS) | self._lane | self._counter


def id_at(ms: int) -> int:
    """The smallest id that can belong to the given instant (milliseconds since the epoch)."""
    return ms << SEQUENCE_BITS


def ms_of(identifier: int) -> int:
    """The instant (milliseconds since the epoch) at which an id was made."""
    return identifier >> SEQUENCE_BITS
