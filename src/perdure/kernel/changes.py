"""What changed in the database, told to the caches of a process in commit order (SQLite only).

Triggers append a row to ``cache_change`` for each change of something that is cached (migration 0004), in the
transaction of the change itself. A reader that takes in the new rows first, inside its own read transaction, never
serves anything older than that transaction's snapshot, and asks one question instead of one for each cached thing.

PostgreSQL commits out of the order of its sequences, so there the same feed could skip a row; nothing is cached by it.
"""

from collections.abc import Callable
from typing import Final

from perdure.kernel.db import Tx, sql
from perdure.kernel.runtime import Runtime

POST: Final = 1
ACCOUNT: Final = 2
VIEWER: Final = 3
LARGE: Final = 4
"""Kinds of change: a post's row, an account's row, what an account did or whom it mutes or blocks, who is large."""

_KEPT: Final = 20_000
_MOST: Final = 1_000
_AFTER = sql("SELECT seq, kind, id FROM cache_change WHERE seq > :after ORDER BY seq LIMIT :most")
NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM cache_change"
"""SQL of the number of the newest change, for statements that read what is cached by it."""
_NEWEST = sql(NEWEST)
_TRIM = sql("DELETE FROM cache_change WHERE seq < :oldest")


class Feed:
    """One reader's place in the changes.

    ``forget(kind, id)`` is called for each change, ``clear()`` where too much was missed to go through.
    """

    def __init__(self, forget: Callable[[int, int], None], clear: Callable[[], None]) -> None:
        self._forget = forget
        self._clear = clear
        self._place = -1

    def is_at(self, newest: int) -> bool:
        """Whether everything up to :data:`NEWEST` was taken in."""
        return self._place == newest

    def follow_in(self, tx: Tx) -> None:
        """Take in what was committed since the last call. Call it before anything cached is used."""
        rows = tx.all(_AFTER, after=self._place, most=_MOST) if self._place >= 0 else None
        if rows == []:
            return
        if rows is None or len(rows) == _MOST or rows[0].seq != self._place + 1:
            self._clear()
            self._place = tx.scalar(_NEWEST)
            return
        for row in rows:
            self._forget(row.kind, row.id)
        self._place = rows[-1].seq


def trim_in(tx: Tx) -> None:
    """Drop changes that every reader took in long ago; one that did not starts anew. The newest row stays."""
    if tx.engine == "sqlite":
        tx.run(_TRIM, oldest=tx.scalar(_NEWEST) - _KEPT)


async def trim(rt: Runtime) -> None:
    """:func:`trim_in` as recurring work."""
    await rt.db.write("changes.trim", trim_in)
