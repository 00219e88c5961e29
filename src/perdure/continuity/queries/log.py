"""Reading the change log: what may be shipped, whole and in order, on either engine.

SQLite has one writer, so the order of the log is the order of commits, and a read transaction sees whole ones.
PostgreSQL hands out numbers before it commits; there the barrier gate says what is finished (continuity.md §3.3).
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import psycopg

from perdure.continuity.model.chain import Batch, LogRow, Position
from perdure.kernel.db import Tx, sql

_LOOKS: Final = 12
_LOOK_S: Final = 0.004
ROWS: Final = 20_000
BYTES: Final = 4 * 1024 * 1024
"""The most that one batch holds; a transaction that is longer goes on in the next."""
_SQLITE: Final = "SELECT lsn, ts, 0, d FROM _log WHERE lsn > ? ORDER BY lsn"
_NEWEST: Final = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM _log_lsn_seq"
_FRESH: Final = "SELECT pg_current_xact_id()::text::bigint"
NEWEST: Final = {
    "sqlite": sql("SELECT seq FROM sqlite_sequence WHERE name = '_log'"),
    "postgresql": sql("SELECT last_value FROM _log_lsn_seq"),
}
"""By engine: the highest lsn that was handed out."""
_OLDEST: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_POSTGRESQL: Final = "SELECT lsn, ts, xid, d FROM _log WHERE lsn > %s AND lsn <= %s ORDER BY lsn"
_BEYOND: Final = "SELECT DISTINCT xid FROM _log WHERE lsn > %s"
_SHAPES: Final = "SELECT text FROM _log_schema WHERE hash = "
_NEWEST_SHAPES: Final = "SELECT hash FROM _log_schema ORDER BY number DESC LIMIT 1"
_FIRST_SHAPES: Final = (
    "SELECT hash FROM _log_schema ORDER BY number DESC LIMIT 1 OFFSET (SELECT count(*) FROM _log WHERE d LIKE '[-1,%')"
)
_OLDEST_SHAPES: Final = "SELECT hash FROM _log_schema ORDER BY number LIMIT 1"


class LogReader(Protocol):
    """Reads the log of one database on a connection of its own."""

    def next_batch(self, position: Position) -> Batch | None:
        """What may be shipped after a position, or None. Raises the driver's errors."""
        ...

    def shapes(self, digest: str) -> bytes | None:
        """The text of shapes by their hash."""
        ...

    def newest_shapes(self) -> str:
        """The hash of the shapes in force."""
        ...

    def first_shapes(self) -> str:
        """The hash of the shapes that the oldest row in the log follows."""
        ...

    def newest(self) -> int:
        """The highest lsn that was handed out."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class SqliteLog:
    """The log in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def next_batch(self, position: Position) -> Batch | None:
        """See :class:`LogReader`."""
        self._connection.execute("BEGIN")
        try:
            found = self._connection.execute(_SQLITE, (position.last,))
            rows, cut = _up_to_a_limit(LogRow(*row) for row in found)
            found.close()
        finally:
            self._connection.execute("ROLLBACK")
        return Batch(rows, Position(rows[-1].lsn), more=cut) if rows else None

    def shapes(self, digest: str) -> bytes | None:
        """See :class:`LogReader`."""
        row = self._connection.execute(f"{_SHAPES} ?", (digest,)).fetchone()
        return row and row[0].encode()  # type: ignore[no-any-return]

    def newest_shapes(self) -> str:
        """See :class:`LogReader`."""
        return str(self._connection.execute(_NEWEST_SHAPES).fetchone()[0])

    def first_shapes(self) -> str:
        """See :class:`LogReader`."""
        row = self._connection.execute(_FIRST_SHAPES).fetchone() or self._connection.execute(_OLDEST_SHAPES).fetchone()
        return str(row[0])

    def newest(self) -> int:
        """See :class:`LogReader`."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = '_log'").fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """See :class:`LogReader`."""
        self._connection.close()


class PostgresLog:
    """The log in a PostgreSQL database, behind the barrier gate."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._barrier: tuple[int, int] | None = None

    def next_batch(self, position: Position) -> Batch | None:
        """See :class:`LogReader`."""
        safe = self._safe_point(position)
        if safe is None:
            return None
        with self._connection.transaction():
            self._connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            beyond = self._connection.execute(_BEYOND, (safe,)).fetchall()
            with self._connection.cursor("shipper") as cursor:  # by parts: a bulk import is larger than memory
                cursor.execute(_POSTGRESQL, (position.low, safe))
                return _gated(cursor, position, safe, {row[0] for row in beyond})

    def _safe_point(self, position: Position) -> int | None:
        """The highest lsn up to which every transaction is over; None where one of them goes on for longer.

        Most are over within milliseconds, so it is asked a few times at once and not only in the next round.

        The mark is a number of a transaction of our own, taken after the newest lsn was read: whoever holds that lsn
        or a lower one has a lower number. A snapshot's xmax would not do: it follows the last transaction that *ended*,
        and younger ones that still run lie beyond it.
        """
        if self._barrier is None:
            newest = self.newest()
            if newest <= position.last and not position.held:
                return None
            self._barrier = newest, self._row(_FRESH)[0]
        newest, beyond = self._barrier
        for _ in range(_LOOKS):
            if self._row(_OLDEST)[0] >= beyond:
                self._barrier = None
                return newest
            time.sleep(_LOOK_S)
        return None

    def _row(self, text: str) -> Any:
        return self._connection.execute(text).fetchone()

    def shapes(self, digest: str) -> bytes | None:
        """See :class:`LogReader`."""
        row = self._connection.execute(f"{_SHAPES} %s", (digest,)).fetchone()
        return row and row[0].encode()

    def newest_shapes(self) -> str:
        """See :class:`LogReader`."""
        return str(self._row(_NEWEST_SHAPES)[0])

    def first_shapes(self) -> str:
        """See :class:`LogReader`."""
        return str((self._row(_FIRST_SHAPES) or self._row(_OLDEST_SHAPES))[0])

    def newest(self) -> int:
        """See :class:`LogReader`."""
        return int(self._row(_NEWEST)[0])

    def close(self) -> None:
        """See :class:`LogReader`."""
        self._connection.close()


def _gated(found: Iterable[Sequence[Any]], position: Position, safe: int, open_still: set[int]) -> Batch | None:
    """Whole transactions whose highest lsn is at most the safe point; the others are held.

    ``found``: rows above ``position.low`` up to the safe point. A batch that is cut short ends where reading stopped.
    """
    ours = {xid for xid, _ in position.held}
    read, cut = _up_to_a_limit(LogRow(*row) for row in found)
    fresh = [row for row in read if row.lsn > position.last or row.xid in ours]
    held: dict[int, int] = {}
    for row in fresh:
        if row.xid in open_still:
            held.setdefault(row.xid, row.lsn)
    end = read[-1].lsn if cut else safe
    if end < position.last:  # what was held goes on behind the cut
        held |= dict.fromkeys(ours - open_still, end + 1)
    after = Position(max(end, position.last), tuple(sorted(held.items())))
    rows = [row for row in fresh if row.xid not in open_still]
    return Batch(rows, after, more=cut) if rows or after != position else None


def _up_to_a_limit(rows: Iterable[LogRow]) -> tuple[list[LogRow], bool]:
    """As many rows as one segment holds, and whether there were more."""
    size = 0
    taken: list[LogRow] = []
    for row in rows:
        if len(taken) == ROWS or (taken and size + len(row.image) > BYTES):
            return taken, True
        size += len(row.image)
        taken.append(row)
    return taken, False


_PRUNE: Final = sql(
    "DELETE FROM _log WHERE lsn IN (SELECT lsn FROM _log WHERE lsn < :low AND ts < :before ORDER BY lsn LIMIT :most)"
)
_HIGHEST: Final = sql("SELECT max(lsn) FROM _log")


def prune_in(tx: Tx, low: int | None, before: int, most: int) -> int:
    """Drop at most so many rows below ``low`` (None: all but the newest) and older than an instant (ms); how many."""
    bound = tx.scalar(_HIGHEST) if low is None else low
    return tx.run(_PRUNE, low=bound, before=before, most=most) if bound else 0
