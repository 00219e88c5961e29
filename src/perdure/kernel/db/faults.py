"""Which errors of the drivers mean that storage cannot do it now, and which are defects of one transaction body."""

import sqlite3
from typing import Final

from psycopg import InterfaceError, OperationalError
from psycopg import errors as pg

_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
AGAIN: Final = (pg.SerializationFailure, pg.DeadlockDetected)
"""PostgreSQL asks to run the same body again."""

POSTGRES: Final = (OperationalError, InterfaceError, pg.ReadOnlySqlTransaction, pg.IdleInTransactionSessionTimeout)
"""PostgreSQL cannot do it now: gone, full, starting, a standby."""


def of_storage(error: BaseException) -> bool:
    """Whether an error inside a body says that storage fails, so that no other body would fare better.

    A statement that ran too long, or that the engine does not understand, is the fault of its body.
    """
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _SQLITE
    return isinstance(error, POSTGRES) and not isinstance(error, pg.QueryCanceled)


def is_damage(error: BaseException) -> bool:
    """Whether SQLite says that the file is not, or no longer, a database."""
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, sqlite3.Error) and code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
