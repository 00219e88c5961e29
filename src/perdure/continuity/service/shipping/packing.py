"""Hours that are over become packs, so that five weeks of copies are thousands of objects and not millions."""

import contextlib
from pathlib import Path
from typing import Final

from perdure.continuity.rules import layout, packs
from perdure.continuity.service.shipping.spool import Entry, Spool
from perdure.kernel.clock import Clock

_HOUR_MS: Final = 3_600_000


class Packer:
    """Joins the segments of each hour that is over; ``next`` is the first entry that it still has to read."""

    def __init__(self, spool: Spool, file: Path, clock: Clock) -> None:
        self._spool = spool
        self._file = file
        self._clock = clock
        self.next = max(self._load(), spool.first)

    def step(self) -> None:
        """Pack what is ripe. Raises OSError."""
        hour = self._clock.now_ms() // _HOUR_MS
        if not (ripe := self._ripe(hour)):
            return
        taken: list[Entry] = []
        for entry in ripe:
            if taken and (_breaks(taken, entry) or sum(one.size for one in taken) + entry.size > packs.MOST_BYTES):
                self._pack(taken)
                taken = []
            taken.append(entry)
        self._pack(taken)
        self.next = ripe[-1].number + 1
        self._save()

    def _ripe(self, hour: int) -> list[Entry]:
        """Segments of hours that are over, up to the first of the present one."""
        found = []
        for entry in self._spool.after(self.next - 1):
            if entry.header is None:
                continue
            if entry.header.until // _HOUR_MS >= hour:
                break
            found.append(entry)
        return found

    def _pack(self, entries: list[Entry]) -> None:
        first, last = entries[0].header, entries[-1].header
        assert first is not None
        assert last is not None
        if len(entries) > 1:
            data = packs.join([self._spool.read(entry) for entry in entries])
            self._spool.add(layout.pack(first.epoch, first.seq, last.seq), data)

    def _load(self) -> int:
        try:
            return int(self._file.read_text())
        except (OSError, ValueError):
            return 0

    def _save(self) -> None:
        with contextlib.suppress(OSError):
            self._file.write_text(str(self.next))


def _breaks(taken: list[Entry], entry: Entry) -> bool:
    """Whether an entry does not follow in the same reign and hour."""
    before, after = taken[-1].header, entry.header
    assert before is not None
    assert after is not None
    return before.epoch != after.epoch or before.until // _HOUR_MS != after.until // _HOUR_MS
