"""What tests of the copies share: plain connections, the log read to its end, rows that strain every type."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from perdure.continuity.model.chain import LogRow, Position
from perdure.continuity.model.shapes import Shapes, TableShape, read_shapes
from perdure.continuity.queries.log import LogReader, PostgresLog, SqliteLog
from perdure.continuity.queries.rows import PostgresRows, RowReader, SqliteRows, quoted
from perdure.kernel.db.sqlite import connect
from perdure.kernel.settings import Settings

TEXTS = (
    "",
    "plain",
    'it\'s "quoted" \\ and\nin\r\n\tlines',
    "\u0001\u0002\u001f\u007f control",
    '[1,2,"json"]',
    '{"a": null}',
    "null",
    "🦥 é e\u0301 \u202e \u2028 \ufeff \U0010fffd",
    "%s :name ? $1",
    "007",
    "1e3",
    "zebra",
    "Äpfel",
)
BLOBS = (b"", b"\x00", b"\x13a", b"\x13a\x00\xff", bytes(range(256)), b'"', b"[1]")


class Plain:
    """A connection outside the program, as an operator's shell has one: ``?`` for values on both engines."""

    def __init__(self, settings: Settings) -> None:
        self.engine = "postgresql" if settings.database_url else "sqlite"
        self.raw: Any = open_plain(settings)

    def run(self, text: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement, committed at once."""
        if self.engine == "postgresql":
            done = self.raw.execute(text.replace("%", "%%").replace("?", "%s"), values)
            return list(done.fetchall()) if done.description else []
        return list(self.raw.execute(text, values).fetchall())

    def insert(self, table: sa.Table, row: dict[str, Any], verb: str = "INSERT", end: str = "") -> None:
        """Insert one row."""
        names = ", ".join(map(quoted, row))
        self.run(
            f"{verb} INTO {quoted(table.name)} ({names}) VALUES ({', '.join('?' * len(row))}) {end}",
            list(row.values()),
        )

    def without_foreign_keys(self) -> None:
        """Rows may point to nowhere from here on."""
        self.run("PRAGMA foreign_keys=OFF" if self.engine == "sqlite" else "SET session_replication_role = replica")

    @property
    def log(self) -> LogReader:
        return SqliteLog(self.raw) if self.engine == "sqlite" else PostgresLog(self.raw)

    @property
    def rows(self) -> RowReader:
        return SqliteRows(self.raw) if self.engine == "sqlite" else PostgresRows(self.raw)

    @contextmanager
    def snapshot(self) -> Iterator[RowReader]:
        """A read transaction."""
        self.run("BEGIN" if self.engine == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield self.rows
        finally:
            self.run("ROLLBACK")

    def shapes(self) -> Shapes:
        """The shapes in force."""
        text = self.log.shapes(self.log.newest_shapes())
        assert text is not None
        return read_shapes(text)

    def close(self) -> None:
        self.raw.close()


def open_plain(settings: Settings) -> Any:
    if path := settings.sqlite_path:
        opened = connect(path)
        opened.execute("PRAGMA synchronous=OFF")  # no power cut comes here
        return opened
    return psycopg.connect(settings.database_url, autocommit=True)


@contextmanager
def plain(settings: Settings) -> Iterator[Plain]:
    with closing(Plain(settings)) as opened:
        yield opened


def read_log(log: LogReader, position: Position | None = None) -> tuple[list[LogRow], Position]:
    """Everything in the log after a position, when nobody writes."""
    position, rows = position or Position(), []
    deadline = time.monotonic() + 10
    while position.last < log.newest() or position.held:
        assert time.monotonic() < deadline, "the log was not read to its end"
        batch = log.next_batch(position)
        if batch is None:
            time.sleep(0.005)
            continue
        rows += batch.rows
        position = batch.position
    return rows, position


def strained_row(table: sa.Table, n: int) -> dict[str, Any]:
    """Row ``n`` of a table: no two alike in any column that may have to be unique, and every kind of trouble in turn."""
    row = {
        column.name: None if column.nullable and (n + place) % 4 == 0 else _strained(column, n, n + place)
        for place, column in enumerate(table.columns)
    }
    if table.name in {"moderation_action", "strike"}:
        row["permanent"] = row["ends_at" if "ends_at" in row else "until"] is None
    return row | _LAWFUL.get(table.name, {})


def _strained(column: sa.Column[Any], n: int, turn: int) -> Any:
    if isinstance(column.type, sa.Boolean):
        return turn % 2 == 0
    if isinstance(column.type, sa.LargeBinary):
        return BLOBS[turn % len(BLOBS)] + n.to_bytes(2, "big")
    if isinstance(column.type, sa.Text):
        return TEXTS[turn % len(TEXTS)] + str(n)
    bits = 63 if isinstance(column.type, sa.BigInteger) else 31
    return (n, 2**bits - 1 - n, -(2**bits) + n, min(2**53, 2**bits // 2) + n)[turn % 4]


# What guards and checks of single tables demand.
_LAWFUL: dict[str, dict[str, Any]] = {
    "appeal": {
        "decision_id": 4,  # of row 4
        "excluded_ids": "",
        "original_decider_id": None,
        "reviewer_id": None,
        "read_at": None,
        "state": "filed",
    },
    "decision": {"outcome": "no_violation", "actor_id": None, "appeal_id": None},
    "notice_out": {"state": "sent"},
    "policy_version": {"state": "draft"},
}


def hashes(db: Plain, shapes: Shapes, skip: frozenset[str] = frozenset()) -> dict[str, tuple[int, str]]:
    """Count and canonical hash of every captured table at one instant."""
    with db.snapshot() as reader:
        return {shape.name: _hash(reader, shape) for shape in shapes.tables if shape.name not in skip}


def _hash(reader: RowReader, shape: TableShape) -> tuple[int, str]:
    from perdure.continuity.queries.rows import hash_table

    made = hash_table(reader, shape)
    return made.count, made.hex
