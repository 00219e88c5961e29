"""A site's database without any domain: for the mode, and for tools that must run when the rest is broken."""

from perdure.kernel.clock import SystemClock
from perdure.kernel.db import Database, Tx
from perdure.kernel.db.postgres import PostgresDatabase
from perdure.kernel.db.sqlite import SqliteDatabase
from perdure.kernel.events import Event
from perdure.kernel.ids import IdSource
from perdure.kernel.settings import Settings


def open_database(settings: Settings) -> Database:
    """A database that emits no events and makes no ids. Raises Unavailable where it cannot be opened."""
    clock = SystemClock()
    ids = IdSource(clock, 0)  # none is ever made
    if path := settings.sqlite_path:
        return SqliteDatabase(path, clock, ids, _refuse, _nobody)
    return PostgresDatabase(settings.database_url, clock, ids, _refuse, _nobody, connections=1)


def _refuse(_tx: Tx, event: Event) -> None:
    raise AssertionError(event)


def _nobody() -> None:
    """Nobody waits for events."""
