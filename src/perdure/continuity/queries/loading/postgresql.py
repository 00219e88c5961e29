"""Filling a PostgreSQL database with COPY, without the rights of a superuser."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import psycopg

from perdure.continuity.model.shapes import TableShape
from perdure.continuity.queries.loading.target import compare, missing
from perdure.continuity.queries.rows import PostgresRows, RowReader, quoted
from perdure.continuity.rules.folding import Folded
from perdure.kernel.db.postgres import PEER
from perdure.kernel.errors import Invalid

MARK: Final = "_restoring"
"""The table that says: a restore is under way here, and what is in this database may be thrown away."""
_HERE: Final = "current_schema()::regnamespace"
_TABLES: Final = (
    f"SELECT c.relname FROM pg_class c WHERE c.relnamespace = {_HERE} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
)
_COLUMNS: Final = (
    "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a WHERE a.attrelid = %s::regclass "
    "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)
_CONSTRAINTS: Final = (
    "SELECT c.relname, k.conname, pg_get_constraintdef(k.oid), k.contype::text FROM pg_constraint k "
    f"JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = {_HERE} AND k.contype IN ('f', 'u') "
    "ORDER BY k.contype = 'u', c.relname, k.conname"
)
_INDEXES: Final = (
    "SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_class i JOIN pg_index x ON x.indexrelid = i.oid "
    f"WHERE i.relnamespace = {_HERE} AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid) "
    "ORDER BY i.relname"
)
_TRIGGERS: Final = (
    "SELECT c.relname, t.tgname, t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    f"WHERE c.relnamespace = {_HERE} AND NOT t.tgisinternal AND t.tgenabled <> 'D'"
)
_FUNCTIONS: Final = f"SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = {_HERE}"
_SEQUENCES: Final = (
    "SELECT a.attname, pg_get_serial_sequence(%s, a.attname) FROM pg_attribute a WHERE a.attrelid = %s::regclass "
    "AND a.attnum > 0 AND pg_get_serial_sequence(%s, a.attname) IS NOT NULL"
)
_ENABLE: Final = {"A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "O": "ENABLE"}


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection without limits of time, whose commits reach the disk with the next one that waits for it."""
    options = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c client_min_messages=warning"
    options += " -c maintenance_work_mem=128MB -c synchronous_commit=off"
    return psycopg.connect(url, autocommit=True, options=options, **PEER)  # type: ignore[arg-type] # keywords of libpq


def prepare(url: str) -> bool:
    """Make sure that a database is empty, and mark it as one that is being filled.

    What an interrupted restore left is dropped; tells whether there was any. Raises Invalid for one with other tables.
    """
    with connected(url) as server, server.transaction():
        there = {row[0] for row in server.execute(_TABLES).fetchall()}
        if there and MARK not in there:
            some = ", ".join(sorted(there)[:3])
            raise Invalid(f"The target database is not empty ({some}, …): a restore goes into an empty one only")
        for name in there:
            server.execute(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE".encode())
        for (signature,) in server.execute(_FUNCTIONS).fetchall() if there else ():
            server.execute(f"DROP FUNCTION IF EXISTS {signature} CASCADE".encode())
        server.execute(f"CREATE TABLE {MARK} (since BIGINT NOT NULL)".encode())
    return bool(there)


def finished(url: str) -> None:
    """Take the mark off: from here on this is a site."""
    with connected(url) as server:
        server.execute("SET synchronous_commit = on")
        server.execute(f"DROP TABLE IF EXISTS {MARK}".encode())


class PostgresTarget:
    """See :class:`~perdure.continuity.queries.loading.target.Target`."""

    def __init__(self, url: str) -> None:
        self._connection = connected(url)
        self.rows: RowReader = PostgresRows(self._connection)
        self._back: list[tuple[str, str]] = []
        self._types: dict[str, dict[str, str]] = {}
        self._shapes: list[TableShape] = []

    def check(self, shapes: Iterable[TableShape]) -> None:
        """See the protocol."""
        self._shapes = list(shapes)
        for shape in self._shapes:
            found = self._connection.execute(_COLUMNS, (quoted(shape.name),)).fetchall()
            self._types[shape.name] = dict(found)
            compare(shape, [row[0] for row in found])

    def strip(self) -> None:
        """See the protocol. Triggers are switched off, not dropped."""
        self._begin()
        for table, name, text, _ in self._all(_CONSTRAINTS):
            self._run(f"ALTER TABLE {quoted(table)} DROP CONSTRAINT {quoted(name)}")
            self._back.append((name, f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} {text}"))
        indexes = self._all(_INDEXES)
        for name, _ in indexes:
            self._run(f"DROP INDEX {quoted(name)}")
        triggers = self._all(_TRIGGERS)
        for table, name, _ in triggers:
            self._run(f"ALTER TABLE {quoted(table)} DISABLE TRIGGER {quoted(name)}")
        unique = [one for one in self._back if "FOREIGN KEY" not in one[1]]
        foreign = [one for one in self._back if "FOREIGN KEY" in one[1]]
        on = [(name, f"ALTER TABLE {quoted(t)} {_ENABLE[state]} TRIGGER {quoted(name)}") for t, name, state in triggers]
        self._back = [*indexes, *unique, *foreign, *on]
        self.commit()

    def empty(self, shapes: Iterable[TableShape]) -> None:
        """See the protocol."""
        self._begin()
        for shape in shapes:
            self._run(f"DELETE FROM {quoted(shape.name)}")
        self.commit()

    def load(self, shape: TableShape, rows: Sequence[Sequence[Any]]) -> None:
        """See the protocol."""
        self._begin()
        self._copy(quoted(shape.name), shape, [column.name for column in shape.columns], rows)

    def _copy(self, table: str, shape: TableShape, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        columns = ", ".join(map(quoted, names))
        text = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor() as cursor, cursor.copy(text.encode()) as copy:
            copy.set_types([self._types[shape.name][name] for name in names])
            for row in rows:
                copy.write_row(row)

    def apply(self, folded: Folded) -> None:
        """See the protocol. Keys and patches go through a table of this session."""
        self._begin()
        shape = folded.shape
        names = [column.name for column in shape.columns]
        if keys := [*folded.gone, *folded.rows]:
            self._staged(shape, shape.key, keys)
            self._run(f"DELETE FROM {quoted(shape.name)} t USING _stage s WHERE {_same(shape)}")
        if folded.rows:
            self._copy(quoted(shape.name), shape, names, folded.rows.values())
        if folded.patches:
            self._staged(shape, shape.narrow, list(folded.patches.values()))
            sets = ", ".join(f"{quoted(name)} = s.{quoted(name)}" for name in shape.narrow[len(shape.key) :])
            changed = self._run(f"UPDATE {quoted(shape.name)} t SET {sets} FROM _stage s WHERE {_same(shape)}")
            if changed != len(folded.patches):
                raise Invalid(missing(shape, len(folded.patches) - changed))

    def _staged(self, shape: TableShape, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        columns = ", ".join(f"{quoted(name)} {self._types[shape.name][name]}" for name in names)
        self._run("DROP TABLE IF EXISTS pg_temp._stage")
        self._run(f"CREATE TEMPORARY TABLE _stage ({columns})")
        self._copy("_stage", shape, names, rows)

    def commit(self) -> None:
        """See the protocol."""
        if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self._connection.execute("COMMIT")

    def index(self) -> None:
        """See the protocol."""
        self.commit()
        plain = [one for one in self._back if one[1].startswith("CREATE INDEX")]
        self._back = [one for one in self._back if one not in plain]
        self._make(plain)
        self._run("ANALYZE")

    def dress(self) -> None:
        """See the protocol."""
        self.commit()
        self._run("DROP TABLE IF EXISTS pg_temp._stage")
        self._make(self._back)
        self._back = []
        for shape in self._shapes:
            self._set_sequences(quoted(shape.name))
        self._run("ANALYZE")

    def _make(self, taken: list[tuple[str, str]]) -> None:
        for name, text in taken:
            try:
                self._run(text)
            except psycopg.errors.IntegrityError as error:
                raise Invalid(f"The rows that were restored break {name}: {error.diag.message_primary}") from error

    def _set_sequences(self, table: str) -> None:
        for column, sequence in self._connection.execute(_SEQUENCES, (table, table, table)).fetchall():
            name = quoted(column)
            self._run(f"SELECT setval('{sequence}', coalesce(max({name}), 0) + 1, false) FROM {table}")

    def close(self) -> None:
        """See the protocol."""
        self._connection.close()

    def _begin(self) -> None:
        if self._connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            self._connection.execute("BEGIN")

    def _run(self, text: str) -> int:
        return self._connection.execute(text.encode()).rowcount

    def _all(self, text: str) -> list[Any]:
        return self._connection.execute(text.encode()).fetchall()


def _same(shape: TableShape) -> str:
    return " AND ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in shape.key)
