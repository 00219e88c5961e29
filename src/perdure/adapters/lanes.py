"""Claims an id lane for this process: a locked file on one machine, an advisory lock on PostgreSQL.

Both remember how far the lane has been used, as milliseconds since the epoch: in the file, or in the table
``id_lane``. Whoever claims the lane next starts after that, whatever its clock says.
"""

import contextlib
import fcntl
import os
import struct
from pathlib import Path
from typing import IO, Any, Final

import psycopg

from perdure.kernel.db.postgres import PEER
from perdure.kernel.errors import Unavailable
from perdure.kernel.ids import LANES, STEP_MS

_ADVISORY_CLASS: Final = 727198
_MARK: Final = struct.Struct("<Q")
_READ: Final = "SELECT until_ms FROM id_lane WHERE number = %s"
_WRITE: Final = (
    "INSERT INTO id_lane (number, until_ms) VALUES (%s, %s) ON CONFLICT (number) DO UPDATE SET until_ms = %s"
)


class DiskLane:
    """A lane whose lock file this process holds; it is free again when the process ends."""

    def __init__(self, number: int, file: IO[bytes]) -> None:
        self.number = number
        self._file = file
        kept = os.pread(file.fileno(), _MARK.size, 0)
        self._used_ms: int = _MARK.unpack(kept)[0] + 1 if len(kept) == _MARK.size else 0

    def reserve(self, ms: int) -> int:
        """Remember that the lane is used for another while."""
        first, self._used_ms = max(ms, self._used_ms), 0
        try:
            os.pwrite(self._file.fileno(), _MARK.pack(first + STEP_MS), 0)
            os.fdatasync(self._file.fileno())
        except OSError as error:
            self._used_ms = first
            raise Unavailable(reason=str(error)) from error
        return first

    def release(self) -> None:
        """Give the lane back."""
        self._file.close()


class PostgresLane:
    """A lane whose advisory lock a connection of this process holds. A lost connection loses the lane."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.number = 0
        self._used_ms = 0
        self._connection = self._claim()

    def reserve(self, ms: int) -> int:
        """Remember that the lane is used for another while; claim a lane anew where it was lost."""
        first = max(ms, self._used_ms)
        try:
            self._remember(first)
        except psycopg.OperationalError:
            self._connection.close()
            self._connection = self._claim()
            first = max(ms, self._used_ms)
            try:
                self._remember(first)
            except psycopg.OperationalError as error:
                raise Unavailable(reason=str(error)) from error
        self._used_ms = 0
        return first

    def _remember(self, first: int) -> None:
        until = first + STEP_MS
        self._connection.execute(_WRITE, (self.number, until, until))

    def _claim(self) -> "psycopg.Connection[Any]":
        """A connection that holds the lock of the first lane nobody holds."""
        try:
            connection = psycopg.connect(self._url, autocommit=True, **PEER)  # type: ignore[arg-type] # keywords of libpq
            for number in range(LANES):
                if _one(connection, "SELECT pg_try_advisory_lock(%s, %s)", (_ADVISORY_CLASS, number)):
                    self.number = number
                    used = _one(connection, _READ, (number,))
                    self._used_ms = 0 if used is None else used + 1
                    return connection
        except psycopg.OperationalError as error:
            reason = " ".join(str(error).split())
            raise Unavailable(f"cannot open the database (database_url): {reason}", reason=reason) from error
        connection.close()
        raise _none_free()

    def release(self) -> None:
        """Give the lane back: said aloud, since a server hears of a closed connection a little later."""
        with contextlib.suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()


def _one(connection: "psycopg.Connection[Any]", text: str, values: tuple[int, ...]) -> Any:
    row = connection.execute(text, values).fetchone()
    return None if row is None else row[0]


def claim_on_disk(folder: Path) -> DiskLane:
    """The first lane whose lock file in ``folder`` nobody holds."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(LANES):
        descriptor = os.open(folder / f"lane-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        file = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return DiskLane(number, file)
    raise _none_free()


def claim_on_postgres(url: str) -> PostgresLane:
    """The first lane whose advisory lock nobody holds; the connection stays open to keep it."""
    return PostgresLane(url)


def _none_free() -> Unavailable:
    return Unavailable(f"All {LANES} id lanes are taken: too many Perdure processes run on this database.")
