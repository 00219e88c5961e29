"""The rehearsed rows against those of the living site, at the same point.

The living site goes on while the copies are read. So one instant of it is read, and the changes that lie between the
end of the copies and that instant are taken from its own log; then every table must have the same hash.
"""

import asyncio
import sqlite3
import time
from typing import Final

import psycopg

from perdure.continuity.model.chain import LogRow, Position
from perdure.continuity.model.restoring import TableCount
from perdure.continuity.queries.rows import hash_table
from perdure.continuity.queries.snapshots import Moment, opened
from perdure.continuity.service.log import LogReader, open_log
from perdure.continuity.service.restoring.loading import Replay
from perdure.kernel.settings import Settings

_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.05
_AWAY: Final = (OSError, sqlite3.Error, psycopg.Error)


class Living:
    """What one instant of the living site holds. ``tables`` stays empty where it could not be compared."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.tables: tuple[TableCount, ...] = ()
        self.lacking: list[LogRow] = []
        """What came after the end of the copies."""
        self.seconds = 0.0
        """How long reading it took."""
        self.trouble = ""

    async def meet(self, replay: Replay) -> None:
        """Bring rehearsed rows to an instant of the living site, and remember what that instant holds."""
        began = time.monotonic()
        try:
            await self._meet(replay)
        finally:
            self.seconds = time.monotonic() - began

    async def _meet(self, replay: Replay) -> None:
        start = replay.position or Position()
        context = opened(self._settings, start)
        try:
            moment = await asyncio.to_thread(context.__enter__)
        except _AWAY as error:
            self.trouble = f"its database does not answer: {' '.join(str(error).split())}"
            return
        try:
            if moment.shapes.hash != replay.shapes.hash:
                self.trouble = "it was brought to another release meanwhile"
                return
            rows = await asyncio.to_thread(self._after, start, moment)
            self.lacking = rows if replay.position else replay.unseen(rows)
            await replay.add(self.lacking)
            self.tables = await asyncio.to_thread(_counted, moment)
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)

    def _after(self, start: Position, moment: Moment) -> list[LogRow]:
        """The rows behind a position that an instant holds, in order. Raises TimeoutError."""
        log = open_log(self._settings)
        try:
            return _held(log, start, moment)
        finally:
            log.close()


def _held(log: LogReader, position: Position, moment: Moment) -> list[LogRow]:
    found: list[LogRow] = []
    seen = frozenset(moment.seen)
    end = time.monotonic() + _PATIENCE_S
    while position.last < moment.upto or any(xid in seen for xid, _ in position.held):
        batch = log.next_batch(position)
        if batch is None:
            if time.monotonic() > end:
                raise TimeoutError("a transaction of the living site has been open for a minute")
            time.sleep(_LOOK_S)
            continue
        found += [row for row in batch.rows if (row.xid in seen if row.xid else row.lsn <= moment.upto)]
        position = batch.position
    return found


def _counted(moment: Moment) -> tuple[TableCount, ...]:
    made = ((shape.name, hash_table(moment.rows, shape)) for shape in moment.shapes.tables)
    return tuple(TableCount(name, table.count, table.hex) for name, table in made)


def differing(ours: tuple[TableCount, ...], theirs: tuple[TableCount, ...]) -> tuple[str, ...]:
    """Names of tables that are not the same in both."""
    left, right = ({one.name: one for one in tables} for tables in (ours, theirs))
    return tuple(name for name in sorted({*left, *right}) if left.get(name) != right.get(name))
