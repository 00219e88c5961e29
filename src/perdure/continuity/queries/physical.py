"""A whole database as bytes, by the engine's own means: what our change log may have missed is in there too."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from perdure.continuity.queries.rows import quoted
from perdure.kernel.db.postgres import PEER
from perdure.kernel.db.sqlite import connect
from perdure.kernel.errors import Unavailable

PIECE: Final = 1_048_576
_TABLES: Final = """
SELECT c.relname, array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE '\\_log%'
  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.relname ORDER BY c.relname
"""
_SEQUENCES: Final = """
SELECT sequencename, last_value FROM pg_sequences
WHERE schemaname = current_schema() AND last_value IS NOT NULL AND sequencename NOT LIKE '\\_log%' ORDER BY sequencename
"""
_HEAD: Final = """-- Rows of a Perdure site. In an empty database: perdure migrate; then, as a superuser,
-- psql -1 -f THIS_FILE and DELETE FROM _log. The schema must be that of revision %s.
SET session_replication_role = replica;
"""


@contextmanager
def sqlite_bytes(database: Path, beside: Path) -> Iterator[Iterator[bytes]]:
    """A SQLite database by its backup API, through the file ``beside``, which goes at the end. Raises Unavailable.

    All pages are copied in one read transaction: writers go on, the write-ahead log grows meanwhile.
    """
    if shutil.disk_usage(beside.parent).free < 2 * database.stat().st_size:
        raise Unavailable("There is no room for a physical copy: it needs twice the size of the database")
    try:
        with closing(connect(database, read_only=True)) as source, closing(sqlite3.connect(beside)) as target:
            source.backup(target)
        yield _pieces(beside)
    finally:
        for path in beside.parent.glob(f"{beside.name}*"):
            path.unlink()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def pg_dump_for(url: str) -> str | None:
    """The path of a ``pg_dump`` that is not older than the server; None where there is none. Raises psycopg.Error."""
    found = shutil.which("pg_dump")
    if found is None:
        return None
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"(\d+)\.", told)
    with psycopg.connect(url, **PEER) as connection:  # type: ignore[arg-type] # keywords of libpq
        server = connection.info.server_version // 10_000
    return found if version is not None and int(version[1]) >= server else None


@contextmanager
def pg_dump_bytes(program: str, url: str) -> Iterator[Iterator[bytes]]:
    """A PostgreSQL database as ``pg_dump`` writes it (custom format, not compressed). Raises Unavailable."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    command = [program, "--format=custom", "--compress=0", "--no-owner", f"--dbname={make_conninfo('', **parts)}"]
    variables = os.environ | ({"PGPASSWORD": password} if password else {})
    with subprocess.Popen(  # noqa: S603 - the program is the operator's own
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        yield iter(lambda: child.stdout.read(PIECE), b"")  # type: ignore[union-attr]
        said = child.stderr.read().decode(errors="replace")
        if child.wait():
            raise Unavailable("pg_dump failed", reason=said[-500:])


@contextmanager
def copy_bytes(url: str) -> Iterator[Iterator[bytes]]:
    """A PostgreSQL database's rows as a script of COPY, in one REPEATABLE READ transaction: for where no pg_dump is."""
    with psycopg.connect(url, **PEER) as connection:  # type: ignore[arg-type] # keywords of libpq
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield _script(connection)


def _script(connection: psycopg.Connection[Any]) -> Iterator[bytes]:
    tables = connection.execute(_TABLES).fetchall()
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    yield (_HEAD % (revision[0] if revision else "none")).encode()
    for name, _ in tables:
        yield f"DELETE FROM {quoted(name)};\n".encode()
    for name, columns in tables:
        what = f"{quoted(name)} ({', '.join(map(quoted, columns))})"
        yield f"COPY {what} FROM stdin;\n".encode()
        with connection.cursor() as cursor, cursor.copy(f"COPY {what} TO STDOUT".encode()) as rows:
            for piece in rows:
                yield bytes(piece)
        yield b"\\.\n"
    for name, value in connection.execute(_SEQUENCES).fetchall():
        yield f"SELECT setval('{quoted(name)}', {value});\n".encode()
