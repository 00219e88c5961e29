"""Whole tables, row by row in the order of their keys' bytes, on either engine: for hashes and snapshots.

A reader is used inside a transaction that its caller opened, so that several tables show one instant.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

import psycopg

from perdure.continuity.model.shapes import TableShape
from perdure.continuity.rules.canonical import TableHash, Value, row_reader

BATCH: Final = 2_000
"""Rows fetched at a time."""


class RowReader(Protocol):
    """Reads whole tables on one connection."""

    def batches(self, shape: TableShape) -> Iterator[list[Sequence[Value]]]:
        """The rows of a table in canonical types, in the order of keys, some thousand at a time."""
        ...

    def count(self, table: str) -> int:
        """How many rows a table has."""
        ...


class SqliteRows:
    """Rows of a SQLite file: text sorts by its bytes there (collation BINARY)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def batches(self, shape: TableShape) -> Iterator[list[Sequence[Value]]]:
        """See :class:`RowReader`."""
        read = row_reader(shape)
        found = self._connection.execute(select(shape, ""))
        while rows := found.fetchmany(BATCH):
            yield read(rows)

    def count(self, table: str) -> int:
        """See :class:`RowReader`."""
        return int(self._connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])


class PostgresRows:
    """Rows of a PostgreSQL database, by a cursor of the server: never a whole table in memory."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def batches(self, shape: TableShape) -> Iterator[list[Sequence[Value]]]:
        """See :class:`RowReader`."""
        with self._connection.transaction(), self._connection.cursor("rows", binary=True) as cursor:
            cursor.execute(select(shape, ' COLLATE "C"').encode())
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def count(self, table: str) -> int:
        """See :class:`RowReader`."""
        row = self._connection.execute(f"SELECT count(*) FROM {quoted(table)}".encode()).fetchone()
        return int(row[0]) if row else 0


def hash_table(reader: RowReader, shape: TableShape) -> TableHash:
    """Count and hash of a table as it is. Raises Invalid where the engine's order is not that of bytes."""
    made = TableHash(shape)
    for rows in reader.batches(shape):
        made.add(rows)
    return made


def select(shape: TableShape, collation: str) -> str:
    """The query for all rows in order; ``collation`` goes behind each text of the key."""
    columns = ", ".join(quoted(column.name) for column in shape.columns)
    order = ", ".join(
        quoted(column.name) + (collation if column.kind == "text" else "")
        for column in (shape.columns[place] for place in shape.key_places)
    )
    return f"SELECT {columns} FROM {quoted(shape.name)} ORDER BY {order}"


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'
