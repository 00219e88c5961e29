"""Time, injected: the one door to the system clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """A source of wall time and of monotonic time."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back, for measuring durations."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds on the machine's monotonic clock."""
        return time.monotonic()


class ManualClock:
    """A clock that a test moves by hand. Starts at the given wall time in milliseconds."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """The wall time last set, in milliseconds."""
        return self._now_ms

    def monotonic(self) -> float:
        """The same instant in seconds."""
        return self._now_ms / 1000

    def advance(self, *, ms: int = 0, seconds: float = 0, days: float = 0) -> None:
        """Move both clocks forward."""
        self._now_ms += ms + int(seconds * 1000) + int(days * 86_400_000)
