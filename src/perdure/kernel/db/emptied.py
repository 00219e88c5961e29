"""What was deleted is still in a database's files until something else is written there: this overwrites it."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Final

import psycopg
from psycopg import sql

from perdure.kernel.settings import Settings

_PATIENCE_S: Final = 10.0


def overwrite(settings: Settings, tables: Iterable[str]) -> bool:
    """Write SQLite's whole file, or these tables of PostgreSQL, anew, without what was deleted from them. Blocking.

    False where somebody kept it busy for ten seconds: then nothing changed. PostgreSQL's own archive of changes (WAL)
    and its backups are not touched.
    """
    if path := settings.sqlite_path:
        try:
            with closing(sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)) as database:
                database.execute("VACUUM")
                return bool(database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except sqlite3.OperationalError:
            return False
    try:
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute(sql.SQL("SET lock_timeout = {}").format(f"{_PATIENCE_S:.0f}s"))
            for table in tables:
                connection.execute(sql.SQL("VACUUM (FULL) {}").format(sql.Identifier(table)))
    except psycopg.OperationalError:
        return False
    return True
