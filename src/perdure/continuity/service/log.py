"""The log of a site's database, on a connection of its own."""

import psycopg

from perdure.continuity.queries.log import LogReader, PostgresLog, SqliteLog
from perdure.kernel.db.postgres import PEER
from perdure.kernel.db.sqlite import connect
from perdure.kernel.settings import Settings

__all__ = ["LogReader", "open_log"]


def open_log(settings: Settings) -> LogReader:
    """A reader. Raises the driver's errors where the database is not there."""
    if path := settings.sqlite_path:
        return SqliteLog(connect(path, read_only=True))
    return PostgresLog(psycopg.connect(settings.database_url, autocommit=True, **PEER))  # type: ignore[arg-type] # keywords of libpq
