"""Rate limits (api.md §3.13), counted for all web processes of a machine in one small shared file."""

import hashlib
import mmap
import struct
from pathlib import Path
from typing import Final

import msgspec

from perdure.kernel.clock import Clock
from perdure.kernel.log import logger

_SLOTS: Final = 1 << 16
_SLOT: Final = struct.Struct("<QII")  # key, window start in seconds, count
_PROBES: Final = 8

log = logger("limits")


class Rule(msgspec.Struct, frozen=True):
    """At most ``most`` in each window of ``window_s`` seconds; for a token, or for the address it comes from."""

    mark: bytes
    most: int
    window_s: int
    by_address: bool = False


TOKEN: Final = Rule(b"token", 300, 300)
PERSON: Final = Rule(b"person", 1500, 300)  # all tokens of one person together
GUEST: Final = Rule(b"guest", 300, 300, by_address=True)
MEDIA: Final = Rule(b"media", 30, 1800)
DELETION: Final = Rule(b"deletion", 30, 1800)
PAGING: Final = Rule(b"paging", 300, 900)
SIGN_UP: Final = Rule(b"sign_up", 5, 1800, by_address=True)
FORM: Final = Rule(b"form", 300, 300, by_address=True)
GUESS: Final = Rule(b"guess", 60, 300, by_address=True)
"""Whatever tries a password, a code or a link."""
LETTER: Final = Rule(b"letter", 10, 1800, by_address=True)
"""Whatever makes the site send somebody a mail."""


class State(msgspec.Struct, frozen=True):
    """Where a counter stands: what the three headers say."""

    rule: Rule
    count: int
    reset_s: int  # epoch seconds at which the window ends

    @property
    def remaining(self) -> int:
        """How many more are allowed in this window."""
        return max(0, self.rule.most - self.count)

    @property
    def exceeded(self) -> bool:
        """Whether this request is over the limit."""
        return self.count > self.rule.most


def key_of(rule: Rule, who: bytes) -> int:
    """Under which ``who`` is counted: a hash of 64 bits, never 0."""
    return int.from_bytes(hashlib.blake2b(who, digest_size=8, person=rule.mark).digest(), "little") or 1


class Counters:
    """Fixed windows in a memory-mapped file.

    Two processes that count the same key in the same instant may lose one count: a limit is a limit, not a ledger,
    and a lock on every request would cost more than it protects.
    """

    def __init__(self, file: Path, clock: Clock) -> None:
        self._clock = clock
        self._map = _mapped(file, _SLOTS * _SLOT.size)

    def hit(self, rule: Rule, who: bytes) -> State:
        """Count one request of ``who`` under ``rule``. Of ``who`` only a hash is kept."""
        return self.count(rule, key_of(rule, who))

    def count(self, rule: Rule, key: int) -> State:
        """Count one request under a key that :func:`key_of` made for the rule."""
        now = self._clock.now_ms() // 1000
        window = now - now % rule.window_s
        offset, count = self._find(key, window, now)
        _SLOT.pack_into(self._map, offset, key, window, min(count + 1, 0xFFFFFFFF))
        return State(rule, count + 1, window + rule.window_s)

    def _find(self, key: int, window: int, now: int) -> tuple[int, int]:
        """The key's slot and its count in this window; else the first stale slot nearby."""
        free: int | None = None
        for probe in range(_PROBES):
            offset = ((key + probe) % _SLOTS) * _SLOT.size
            held, start, count = _SLOT.unpack_from(self._map, offset)
            if held == key:
                return offset, count if start == window else 0
            if free is None and now - start > 1800:
                free = offset
        return (free if free is not None else (key % _SLOTS) * _SLOT.size), 0


def _mapped(file: Path, size: int) -> mmap.mmap:
    """The file in memory, every byte of it on disk already: touching a hole on a full disk would kill the process.

    Where it cannot be had (no room, read-only), this process counts for itself.
    """
    try:
        with file.open("a+b") as opened:
            if (missing := size - opened.seek(0, 2)) > 0:
                opened.write(bytes(missing))
                opened.flush()
            return mmap.mmap(opened.fileno(), size)
    except OSError as error:
        log.warning("limits_not_shared", reason=str(error))
        return mmap.mmap(-1, size)
