"""Filling a SQLite file. Nothing is synced while it is filled: until it is whole it lies where nobody looks."""

import os
import sqlite3
from collections.abc import Container, Iterable, Sequence
from contextlib import closing
from functools import partial
from operator import is_
from pathlib import Path
from typing import Any, Final

from perdure.continuity.model.shapes import TableShape
from perdure.continuity.queries.loading.target import compare, missing
from perdure.continuity.queries.rows import RowReader, SqliteRows, quoted
from perdure.continuity.rules.folding import Folded, patched
from perdure.kernel.errors import Invalid, Unavailable

# What sorts an index goes to a file when it is more than the cache, or memory would grow with the site.
_PRAGMAS: Final = (
    "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA temp_store=FILE;"
    "PRAGMA cache_size=-65536; PRAGMA locking_mode=EXCLUSIVE"
)
_NUMBERS: Final = {False: 0, True: 1, None: None}
_IS_NONE: Final = partial(is_, None)
_TAKEN: Final = (
    "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL "
    "ORDER BY type, name"
)


def opened(path: Path) -> sqlite3.Connection:
    """A connection that is fast and keeps nobody's promises: a power cut leaves a file that is to be thrown away."""
    made = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    made.executescript(_PRAGMAS)
    return made


class SqliteTarget:
    """See :class:`~perdure.continuity.queries.loading.target.Target`."""

    def __init__(self, path: Path) -> None:
        self._connection = opened(path)
        self.rows: RowReader = SqliteRows(self._connection)
        self._off: list[tuple[str, str]] = []
        self._unique: dict[str, bool] = {}

    def check(self, shapes: Iterable[TableShape]) -> None:
        """See the protocol."""
        for shape in shapes:
            found = [row[1] for row in self._connection.execute(f"PRAGMA table_info({quoted(shape.name)})")]
            compare(shape, found)

    def strip(self) -> None:
        """See the protocol. A UNIQUE of the table itself stays: SQLite cannot take it off."""
        self._begin()
        for kind, name, text in self._connection.execute(_TAKEN).fetchall():
            self._connection.execute(f"DROP {kind.upper()} {quoted(name)}")
            self._off.append((name, text))
        self.commit()

    def empty(self, shapes: Iterable[TableShape]) -> None:
        """See the protocol."""
        self._begin()
        for shape in shapes:
            self._connection.execute(f"DELETE FROM {quoted(shape.name)}")
        self.commit()

    def load(self, shape: TableShape, rows: Sequence[Sequence[Any]]) -> None:
        """See the protocol."""
        self._begin()
        self._insert(shape, rows)

    def _insert(self, shape: TableShape, rows: Iterable[Sequence[Any]]) -> None:
        """By column: the driver takes long over each truth value and each nothing that it is handed."""
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        if not columns:
            return
        bare = {place for place, column in enumerate(columns) if all(map(_IS_NONE, column))}
        for place, column in enumerate(shape.columns):
            if column.kind == "bool":
                columns[place] = map(_NUMBERS.__getitem__, columns[place])
        given = [column for place, column in enumerate(columns) if place not in bare]
        self._connection.executemany(_insert_text(shape, bare), zip(*given, strict=True))

    def apply(self, folded: Folded) -> None:
        """See the protocol. All rows that change go first, so that no two hold a unique value on the way."""
        self._begin()
        shape, rows, patches = folded.shape, dict(folded.rows), folded.patches
        if patches and self._has_unique(shape.name):
            rows |= {key: self._patched(shape, key, values) for key, values in patches.items()}
            patches = {}
        where = " AND ".join(f"{quoted(name)} = ?" for name in shape.key)
        self._connection.executemany(f"DELETE FROM {quoted(shape.name)} WHERE {where}", [*folded.gone, *rows])
        self._insert(shape, rows.values())
        if not patches:
            return
        names = shape.narrow[len(shape.key) :]
        sets = ", ".join(f"{quoted(name)} = ?" for name in names)
        changed = self._connection.executemany(
            f"UPDATE {quoted(shape.name)} SET {sets} WHERE {where}",
            [(*values[len(shape.key) :], *key) for key, values in patches.items()],
        )
        if changed.rowcount != len(patches):
            raise Invalid(missing(shape, len(patches) - changed.rowcount))

    def commit(self) -> None:
        """See the protocol."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def index(self) -> None:
        """See the protocol."""
        plain = [one for one in self._off if one[1].upper().startswith("CREATE INDEX")]
        self._off = [one for one in self._off if one not in plain]
        self._make(plain)

    def dress(self) -> None:
        """See the protocol."""
        self._make(self._off)
        self._off = []
        broken = self._connection.execute("PRAGMA foreign_key_check").fetchmany(1)
        if broken:
            raise Invalid(f"A row of {broken[0][0]} points to a row of {broken[0][2]} that is not there")
        self._connection.execute("PRAGMA optimize")

    def _make(self, taken: list[tuple[str, str]]) -> None:
        self._begin()
        for name, text in taken:
            try:
                self._connection.execute(text)
            except sqlite3.IntegrityError as error:
                raise Invalid(f"The rows that were restored break {name}: {error}") from error
        self.commit()

    def close(self) -> None:
        """See the protocol."""
        self._connection.close()

    @staticmethod
    def settle(path: Path) -> None:
        """Bring everything into the one file and onto the disk, so that the log beside it is empty."""
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise Unavailable(f"{path} is in use by another program: end it, and run the same command again")
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN")

    def _has_unique(self, table: str) -> bool:
        if table not in self._unique:
            found = self._connection.execute(f"PRAGMA index_list({quoted(table)})").fetchall()
            self._unique[table] = any(row[3] == "u" for row in found)
        return self._unique[table]

    def _patched(self, shape: TableShape, key: Sequence[Any], values: Any) -> Any:
        columns = ", ".join(quoted(column.name) for column in shape.columns)
        where = " AND ".join(f"{quoted(name)} = ?" for name in shape.key)
        row = self._connection.execute(f"SELECT {columns} FROM {quoted(shape.name)} WHERE {where}", key).fetchone()
        if row is None:
            raise Invalid(missing(shape, 1))
        return patched(shape, row, values)


def _insert_text(shape: TableShape, bare: Container[int]) -> str:
    """``bare``: places of columns in which all rows have nothing."""
    names = ", ".join(quoted(column.name) for column in shape.columns)
    values = ", ".join("NULL" if place in bare else "?" for place in range(len(shape.columns)))
    return f"INSERT INTO {quoted(shape.name)} ({names}) VALUES ({values})"
