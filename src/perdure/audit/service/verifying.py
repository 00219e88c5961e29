"""Prove that nobody edited the ledger: every hash, every commitment, every row that an entry vouches for."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Final

import msgspec

from perdure.audit.model import GENESIS, Broken, Entry, Private
from perdure.audit.queries import enforcement, entries
from perdure.audit.rules import chain
from perdure.audit.service.beside import Beside
from perdure.audit.service.ledger import ERASURE
from perdure.kernel.db import Tx

_PAGE: Final = 1000
_TOP: Final = 2**62
Progress = Callable[[int], None]


class _Erased:
    """Which private parts were erased, by the ledger's own word."""

    def __init__(self, tx: Tx) -> None:
        ranges: list[tuple[int, int]] = []
        for detail in entries.erasures(tx, ERASURE):
            try:
                ranges.extend((first, last) for first, last in msgspec.json.decode(detail)["entries"])
            except (msgspec.DecodeError, TypeError, ValueError, LookupError):
                continue  # its entry does not match its hash, which is found where it stands
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(ranges):
            self._firsts.append(first)
            self._lasts.append(max(last, self._lasts[-1] if self._lasts else 0))

    def __contains__(self, seq: int) -> bool:
        place = bisect_right(self._firsts, seq) - 1
        return place >= 0 and self._lasts[place] >= seq


class _Walk:
    """Goes up the chain and keeps what the next entry must continue."""

    def __init__(self, tx: Tx, after: int, previous: str, measure: str, progress: Progress | None) -> None:
        self._tx = tx
        self._erased = _Erased(tx)
        self._progress = progress
        self.after = after
        self._previous = previous
        self._beside = Beside(tx, measure)

    def run(self) -> Broken | None:
        """The first break, or None. ``after`` is then the last entry that holds."""
        while page := entries.page(self._tx, self.after, _PAGE):
            if broken := self._check_page(page):
                return broken
            if self._progress is not None:
                self._progress(self.after)
        return self._leftover()

    def _check_page(self, page: list[Entry]) -> Broken | None:
        last = page[-1].seq
        privates = entries.privates(self._tx, self.after, last)
        self._beside.load(self.after, last)
        for entry in page:
            reason = (
                self._in_chain(entry)
                or self._private(entry, privates.pop(entry.seq, None))
                or self._beside.reason(entry)
            )
            if reason:
                return Broken(self.after + 1, reason)
            self.after, self._previous = entry.seq, entry.hash
        return None

    def _in_chain(self, entry: Entry) -> str | None:
        if entry.seq != self.after + 1:
            return "an entry is missing"
        if entry.previous != self._previous:
            return "it does not continue the entry before it"
        if entry.hash != chain.entry_hash(entry):
            return "its content does not match its hash"
        return None

    def _private(self, entry: Entry, private: Private | None) -> str | None:
        if private is None:
            return None if entry.seq in self._erased else "its private part is missing, and no erasure says so"
        if entry.seq in self._erased:
            return "its private part should have been erased"
        if chain.commitment(private) != entry.commitment:
            return "its private part is not what it commits to"
        return None

    def _leftover(self) -> Broken | None:
        """Rows above the last entry: the entries that vouched for them are gone."""
        self._beside.load(self.after, _TOP)
        beyond = entries.privates(self._tx, self.after, _TOP) or self._beside
        return Broken(self.after + 1, "an entry is missing") if beyond else None


def verify_in(tx: Tx, progress: Progress | None = None) -> tuple[int, Broken | None]:
    """Walk the whole ledger; returns how many entries hold, and the first break if there is one.

    ``progress`` is told the number of the last entry that held, every thousand entries.
    """
    walk = _Walk(tx, 0, GENESIS, GENESIS, progress)
    broken = walk.run()
    return walk.after, broken


def verify_newest_in(tx: Tx, most: int) -> tuple[int, Broken | None]:
    """Walk the newest ``most`` entries only; returns the last entry's number, and the first break among them."""
    last = entries.last(tx)
    return verify_since_in(tx, max(0, last - most))


def verify_since_in(tx: Tx, after: int, progress: Progress | None = None) -> tuple[int, Broken | None]:
    """Walk the entries above ``after``, which itself is believed."""
    before = entries.one(tx, after) if after else None
    if before is None:
        return verify_in(tx, progress)
    walk = _Walk(tx, before.seq, before.hash, enforcement.hash_at(tx, after) or GENESIS, progress)
    broken = walk.run()
    return walk.after, broken
