"""What this process knows of the bank: the keys of every acting entry, brought up to date by numbers of changes."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final

from perdure.kernel.db import Row, Tx
from perdure.media.rules.looks import unpacked
from perdure.signals.queries import bank as queries
from perdure.signals.rules import grams
from perdure.signals.rules.copies import Fingerprint
from perdure.signals.rules.pictures import near

_MOST_BANKS: Final = 4  # of one process: a site has one, tests have many
_lock = Lock()
_banks: "OrderedDict[int, Known]" = OrderedDict()


class Known:
    """The acting entries of one bank, by what they are found under."""

    def __init__(self) -> None:
        self.change = 0
        self.keys: dict[int, set[int]] = {}
        self.bytes: dict[str, set[int]] = {}
        self.links: dict[int, set[int]] = {}
        self.looks: dict[int, tuple[int, ...]] = {}
        self._held: dict[int, tuple[tuple[dict[Any, set[int]], Any], ...]] = {}

    def take(self, row: Row) -> None:
        """Learn how an entry stands now."""
        for index, key in self._held.pop(row.id, ()):
            index[key].discard(row.id)
            if not index[key]:
                del index[key]
        self.looks.pop(row.id, None)
        self.change = max(self.change, row.change)
        if row.forgotten_at is None and row.quarantined_at is None:
            self._add(row)

    def _add(self, row: Row) -> None:
        places: list[tuple[dict[Any, set[int]], Any]] = []
        if row.kind == "text":
            places += [(self.keys, key) for key in banned_of(row).stored_keys]
        places += [(self.bytes, sha256) for sha256 in (row.sha256 or "").split()]
        if row.link_key is not None:
            places.append((self.links, row.link_key))
        if row.looks:
            self.looks[row.id] = unpacked(row.looks)
        for index, key in places:
            index.setdefault(key, set()).add(row.id)
        self._held[row.id] = tuple(places)

    def like(self, looks: tuple[int, ...]) -> Iterable[int]:
        """Entries whose picture is like one with these looks."""
        if not looks:
            return []
        return [entry_id for entry_id, kept in self.looks.items() if near(looks[0], kept) or near(kept[0], looks)]


def banned_of(row: Row) -> Fingerprint:
    """The fingerprint of a banned text."""
    return Fingerprint(
        words_key=row.words_key,
        core_key=row.core_key,
        joined_key=row.joined_key,
        grams=grams.unpacked(row.grams),
        letters=row.letters,
        holdable=row.holdable,
        core_bans=row.core_bans,
        quoted=False,
    )


def known_in(tx: Tx) -> Known | None:
    """The bank as it is now; None while nothing was ever put into it. Costs one look-up where nothing changed."""
    change = queries.state(tx, "change")
    if change is None:
        return None
    token = queries.state(tx, "token") or 0
    with _lock:
        found = _banks.setdefault(token, Known())
        _banks.move_to_end(token)
        while len(_banks) > _MOST_BANKS:
            _banks.popitem(last=False)
        if found.change < change:
            for row in queries.changed(tx, found.change):
                found.take(row)
            found.change = change
        return found
