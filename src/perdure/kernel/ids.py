"""Time-sorted 63-bit ids: ``(unix milliseconds << 16) | lane << 10 | counter``.

The layout of the upper 48 bits is the Mastodon client API's (clients turn dates into ids with it). The lower
16 bits keep processes apart without talking to each other: every process holds one of 64 *lanes*. How far a lane has
been used is remembered beyond the process, so that a clock that was set back repeats nothing after a restart either.
"""

import threading
from typing import Final, Protocol

from perdure.kernel.clock import Clock

SEQUENCE_BITS: Final = 16
LANES: Final = 64
STEP_MS: Final = 1_000
"""How far ahead a lane is reserved at a time."""
_PER_LANE: Final = 1 << 10


class Lane(Protocol):
    """A process's claim to one of the lanes."""

    number: int

    def reserve(self, ms: int) -> int:
        """Make sure that ids up to ``ms`` plus :data:`STEP_MS` are this process's alone, and remember it.

        Returns the instant from which they are: ``ms``, or later where the lane was used up to then. ``number`` may
        be another one afterwards, where the claim was lost. Raises Unavailable where no claim can be had.
        """
        ...


class FixedLane:
    """A lane of a process that is alone, remembered by nobody."""

    def __init__(self, number: int) -> None:
        self.number = number

    def reserve(self, ms: int) -> int:
        """Everything is ours."""
        return ms


class IdSource:
    """Hands out ids that never repeat and never go back. Safe to call from any thread."""

    def __init__(self, clock: Clock, lane: "int | Lane") -> None:
        held = FixedLane(lane) if isinstance(lane, int) else lane
        if not 0 <= held.number < LANES:
            message = f"lane {held.number} is outside 0..{LANES - 1}"
            raise ValueError(message)
        self._clock = clock
        self._lane = held
        self._lock = threading.Lock()
        self._last_ms = 0
        self._counter = 0
        self._until_ms = -1

    def next(self) -> int:
        """A fresh id. A lane that used up its millisecond borrows from the next one. Raises Unavailable."""
        with self._lock:
            now = self._clock.now_ms()
            if now > self._last_ms:
                self._last_ms, self._counter = now, 0
            else:
                self._counter += 1
                if self._counter == _PER_LANE:
                    self._last_ms, self._counter = self._last_ms + 1, 0
            if self._last_ms > self._until_ms:
                self._reserve()
            return (self._last_ms << SEQUENCE_BITS) | self._lane.number << 10 | self._counter

    def _reserve(self) -> None:
        before = self._lane.number
        first = self._lane.reserve(self._last_ms)
        self._until_ms = first + STEP_MS
        if self._lane.number != before:
            first = max(first, self._last_ms + 1)
        if first > self._last_ms:
            self._last_ms, self._counter = first, 0


def id_at(ms: int) -> int:
    """The smallest id that can belong to the given instant (milliseconds since the epoch)."""
    return ms << SEQUENCE_BITS


def ms_of(identifier: int) -> int:
    """The instant (milliseconds since the epoch) at which an id was made."""
    return identifier >> SEQUENCE_BITS
