"""What a transaction body sees: run statements, make ids, emit events. Nothing outside the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Table, and_, bindparam, delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert_insert

from perdure.kernel.db.statement import Engine, Query, sql
from perdure.kernel.events import Event
from perdure.kernel.ids import IdSource

# Rows are named tuples whose columns are known at run time only.
Row = Any


class Cursor(Protocol):
    """The part of a DB-API cursor that both drivers share."""

    @property
    def description(self) -> Any: ...  # noqa: D102
    @property
    def rowcount(self) -> int: ...  # noqa: D102

    def execute(self, text: str, parameters: Any = ..., /) -> Any: ...  # noqa: D102
    def executemany(self, text: str, parameters: Any, /) -> Any: ...  # noqa: D102
    def fetchall(self) -> list[Any]: ...  # noqa: D102
    def fetchone(self) -> Any: ...  # noqa: D102


class Tx:
    """An open transaction on either engine.

    A body that gets one is a plain synchronous function, named ``verb_in(tx, …)``. It may run twice (a retry after
    a deadlock), so it must touch nothing outside the database.
    """

    __slots__ = ("_cursor", "_ids", "_publish", "emitted", "engine", "now")

    def __init__(
        self,
        cursor: Cursor,
        engine: Engine,
        now: int,
        ids: IdSource,
        publish: Callable[["Tx", Event], None],
    ) -> None:
        self._cursor = cursor
        self._ids = ids
        self._publish = publish
        self.engine = engine
        self.now = now
        """Milliseconds since the epoch at which this transaction began: the time of everything it writes."""
        self.emitted = 0
        """How many events this transaction has put into the outbox."""

    def new_id(self) -> int:
        """A fresh time-sorted id."""
        return self._ids.next()

    def emit(self, event: Event) -> None:
        """Put a domain event into the outbox: it is delivered if, and only if, this transaction commits.

        Inline subscribers run at once, inside this transaction.
        """
        self.emitted += 1
        self._publish(self, event)

    def all(self, query: Query, **parameters: Any) -> list[Row]:
        """Every row of the result."""
        compiled = query.compiled(self.engine)
        cursor = self._cursor
        cursor.execute(compiled.text, compiled.parameters(parameters))
        make = compiled.row_maker([column[0] for column in cursor.description])
        return [make(row) for row in cursor.fetchall()]

    def first(self, query: Query, **parameters: Any) -> Row | None:
        """The first row of the result, or None. Write ``LIMIT 1`` into the query if there may be more."""
        compiled = query.compiled(self.engine)
        cursor = self._cursor
        cursor.execute(compiled.text, compiled.parameters(parameters))
        row = cursor.fetchone()
        if row is None:
            return None
        return compiled.row_maker([column[0] for column in cursor.description])(row)

    def scalar(self, query: Query, **parameters: Any) -> Any:
        """The first column of the first row, or None if there is no row."""
        compiled = query.compiled(self.engine)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))
        row = self._cursor.fetchone()
        return None if row is None else row[0]

    def column(self, query: Query, **parameters: Any) -> list[Any]:
        """The first column of every row."""
        compiled = query.compiled(self.engine)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))
        return [row[0] for row in self._cursor.fetchall()]

    def run(self, query: Query, **parameters: Any) -> int:
        """Run a statement for its effect; returns how many rows it touched."""
        compiled = query.compiled(self.engine)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))
        return self._cursor.rowcount

    def run_many(self, query: Query, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters."""
        compiled = query.compiled(self.engine)
        self._cursor.executemany(compiled.text, [compiled.parameters(row) for row in rows])

    def insert(self, table: Table, **values: Any) -> None:
        """Insert one row with exactly these columns."""
        self.run(_insert(table, tuple(values)), **values)

    def insert_many(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows that all have the same columns."""
        if rows:
            self.run_many(_insert(table, tuple(rows[0])), rows)

    def insert_new(self, table: Table, **values: Any) -> bool:
        """Insert one row unless a unique key already stands in the way; tells whether it was inserted."""
        return self.run(_insert_new(table, tuple(values)), **values) > 0

    def upsert(self, table: Table, conflict: tuple[str, ...], **values: Any) -> None:
        """Insert one row, or, where the columns ``conflict`` already exist, set the other columns to the values."""
        self.run(_upsert(table, conflict, tuple(values)), **values)

    def upsert_many(self, table: Table, conflict: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
        """:meth:`upsert` for rows that all have the same columns."""
        if rows:
            self.run_many(_upsert(table, conflict, tuple(rows[0])), rows)

    def update(self, table: Table, where: Mapping[str, Any], **values: Any) -> int:
        """Set columns on the rows whose columns equal ``where``; returns how many."""
        query = _update(table, tuple(where), tuple(values))
        return self.run(query, **values, **{f"where_{name}": value for name, value in where.items()})

    def delete(self, table: Table, **where: Any) -> int:
        """Delete the rows whose columns equal ``where`` (at least one column); returns how many."""
        if not where:
            message = "delete needs a condition"
            raise ValueError(message)
        query = _delete(table, tuple(where))
        return self.run(query, **{f"where_{name}": value for name, value in where.items()})

    def savepoint(self, name: str) -> None:
        """Open a savepoint."""
        self._cursor.execute(f"SAVEPOINT {name}")

    def release(self, name: str) -> None:
        """Keep what was done since the savepoint."""
        self._cursor.execute(f"RELEASE SAVEPOINT {name}")

    def rollback_to(self, name: str) -> None:
        """Undo what was done since the savepoint, and close it."""
        self._cursor.execute(f"ROLLBACK TO SAVEPOINT {name}")
        self._cursor.execute(f"RELEASE SAVEPOINT {name}")


@cache
def _insert(table: Table, names: tuple[str, ...]) -> Query:
    return sql(insert(table).values({name: bindparam(name) for name in names}))


@cache
def _insert_new(table: Table, names: tuple[str, ...]) -> Query:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return sql(upsert_insert(table).values(values).on_conflict_do_nothing())


@cache
def _upsert(table: Table, conflict: tuple[str, ...], names: tuple[str, ...]) -> Query:
    statement = upsert_insert(table).values({name: bindparam(name) for name in names})
    changed = {name: statement.excluded[name] for name in names if name not in conflict}
    return sql(statement.on_conflict_do_update(index_elements=list(conflict), set_=changed))


@cache
def _update(table: Table, where: tuple[str, ...], names: tuple[str, ...]) -> Query:
    condition = and_(*(table.c[name] == bindparam(f"where_{name}") for name in where))
    return sql(update(table).where(condition).values({name: bindparam(name) for name in names}))


@cache
def _delete(table: Table, where: tuple[str, ...]) -> Query:
    return sql(delete(table).where(and_(*(table.c[name] == bindparam(f"where_{name}") for name in where))))
