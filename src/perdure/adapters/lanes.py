"""Claims an id lane for this process: a locked file on one machine, an advisory lock on PostgreSQL."""

import fcntl
from pathlib import Path
from typing import IO

import psycopg

from perdure.kernel.errors import Unavailable
from perdure.kernel.ids import LANES

_ADVISORY_CLASS = 727198


class Lane:
    """A claimed lane; it is free again when the process ends or :meth:`release` is called."""

    def __init__(self, number: int, holder: "IO[str] | psycopg.Connection[object]") -> None:
        self.number = number
        self._holder = holder

    def release(self) -> None:
        """Give the lane back."""
        self._holder.close()


def claim_on_disk(folder: Path) -> Lane:
    """The first lane whose lock file in ``folder`` nobody holds."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(LANES):
        file = (folder / f"lane-{number}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return Lane(number, file)
    raise _none_free()


def claim_on_postgres(url: str) -> Lane:
    """The first lane whose advisory lock nobody holds; the connection stays open to keep it."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise Unavailable(f"cannot open the database (database_url): {' '.join(str(error).split())}") from error
    for number in range(LANES):
        row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_ADVISORY_CLASS, number)).fetchone()
        if row is not None and row[0]:
            return Lane(number, connection)
    connection.close()
    raise _none_free()


def _none_free() -> Unavailable:
    return Unavailable(f"All {LANES} id lanes are taken: too many Perdure processes run on this database.")
