"""One read transaction over a whole site, and what of the log is in it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final, NamedTuple

import psycopg

from perdure.continuity.model.chain import Position
from perdure.continuity.model.shapes import Shapes, read_shapes
from perdure.continuity.queries.rows import PostgresRows, RowReader, SqliteRows
from perdure.kernel.db.postgres import PEER
from perdure.kernel.db.sqlite import connect
from perdure.kernel.settings import Settings

_SHAPES: Final = "SELECT text FROM _log_schema ORDER BY number DESC LIMIT 1"
_NEWEST: Final = "SELECT coalesce(max(lsn), 0) FROM _log"
_BEFORE: Final = "SELECT seq FROM sqlite_sequence WHERE name = '_log'"
_SEEN: Final = "SELECT DISTINCT xid FROM _log WHERE lsn > %s ORDER BY xid"
# The transaction waits while stores take what it read.
_PATIENT: Final = "-c idle_in_transaction_session_timeout=0 -c statement_timeout=0"


class Moment(NamedTuple):
    """A site at one instant."""

    rows: RowReader
    shapes: Shapes
    upto: int
    """The highest lsn in it."""
    seen: tuple[int, ...]
    """PostgreSQL: transactions in it with rows behind the position it was asked for."""


@contextmanager
def opened(settings: Settings, position: Position) -> Iterator[Moment]:
    """A site as it is now, for as long as the block lasts. ``position``: how far its log was shipped before."""
    if path := settings.sqlite_path:
        with closing(connect(path, read_only=True)) as connection:
            connection.execute("BEGIN")
            text = connection.execute(_SHAPES).fetchone()[0]
            newest = connection.execute(_BEFORE).fetchone()
            yield Moment(SqliteRows(connection), read_shapes(text.encode()), newest[0] if newest else 0, ())
        return
    link = psycopg.connect(settings.database_url, autocommit=True, options=_PATIENT, **PEER)  # type: ignore[arg-type] # keywords of libpq
    with link as server, server.transaction():
        server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        text, newest, seen = (
            server.execute(query, values).fetchall()
            for query, values in ((_SHAPES, ()), (_NEWEST, ()), (_SEEN, (position.low,)))
        )
        shapes = read_shapes(text[0][0].encode())
        yield Moment(PostgresRows(server), shapes, newest[0][0], tuple(row[0] for row in seen))
