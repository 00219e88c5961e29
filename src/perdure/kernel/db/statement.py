"""Statements compiled once per engine, then run on the bare driver.

SQLAlchemy Core costs 100–400 µs a statement when it executes; the driver alone costs 10–60 µs. So Core writes the
SQL, once, and the driver runs it.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Boolean, ColumnElement, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import Text, TypeEngine

Engine = Literal["sqlite", "postgresql"]

_DIALECTS = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.psycopg.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
}


class _Array(TypeEngine[Any]):
    """Marks a parameter that carries a list: JSON text on SQLite, an array on PostgreSQL."""

    cache_ok = True

    def __init__(self, item: str) -> None:
        self.item = item


class AnyOf(ColumnElement[bool]):
    """``column IN (list parameter)`` that keeps one SQL text whatever the list's length."""

    inherit_cache = False
    type = Boolean()
    # Otherwise SQLite gets ``(… IN …) = 1``, and no index serves a comparison with a truth value.
    _is_implicitly_boolean = True

    def __init__(self, column: ColumnElement[Any], parameter: str) -> None:
        item = "TEXT" if isinstance(column.type, Text) else "BIGINT"
        self.column = column
        self.item = item
        self.parameter = bindparam(parameter, type_=_Array(item), required=True)


@compiles(AnyOf, "sqlite")
def _any_of_sqlite(element: AnyOf, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} IN (SELECT value FROM json_each({compiler.process(element.parameter, **kw)}))"


@compiles(AnyOf, "postgresql")
def _any_of_postgresql(element: AnyOf, compiler: SQLCompiler, **kw: Any) -> str:
    column = compiler.process(element.column, **kw)
    return f"{column} = ANY(CAST({compiler.process(element.parameter, **kw)} AS {element.item}[]))"


def any_of(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """A condition that ``column`` is one of the values given as the list ``parameter`` when the query runs.

    The column must be a 64-bit integer or text. Write ``~any_of(…)`` as ``not_(any_of(…))``.
    """
    return AnyOf(column, parameter)


class Compiled:
    """One statement for one engine: SQL text, fixed parameters, and how to make a row of its result."""

    __slots__ = ("_arrays", "_booleans", "_fixed", "_make", "text")

    def __init__(self, text: str, fixed: Mapping[str, Any], arrays: frozenset[str], booleans: frozenset[str]) -> None:
        self.text = text
        self._fixed = dict(fixed)
        self._arrays = arrays
        self._booleans = booleans
        self._make: Callable[[tuple[Any, ...]], Any] | None = None

    def parameters(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parameters to hand to the driver."""
        if not self._fixed and not self._arrays:
            return given
        merged = {**self._fixed, **given}
        for name in self._arrays:
            merged[name] = msgspec.json.encode(list(merged[name])).decode()
        return merged

    def row_maker(self, columns: Sequence[str]) -> Callable[[tuple[Any, ...]], Any]:
        """A function from the driver's tuple to a named row; made at the first call."""
        if self._make is None:
            plain = _row_class(tuple(columns))._make
            positions = [place for place, name in enumerate(columns) if name in self._booleans]
            self._make = _with_booleans(plain, positions) if positions else plain
        return self._make


class Query:
    """A statement ready to run on either engine; made by :func:`sql`."""

    __slots__ = ("_booleans", "_by_engine", "_statement")

    def __init__(self, statement: ClauseElement | str, booleans: tuple[str, ...] = ()) -> None:
        self._statement = statement
        self._booleans = booleans
        self._by_engine: dict[str, Compiled] = {}

    def compiled(self, engine: Engine) -> Compiled:
        """This statement for ``engine``, compiled at the first call."""
        found = self._by_engine.get(engine)
        if found is None:
            found = self._compile(engine)
            self._by_engine[engine] = found
        return found

    def _compile(self, engine: Engine) -> Compiled:
        sqlite_booleans = frozenset(self._booleans) if engine == "sqlite" else frozenset[str]()
        if isinstance(self._statement, str):
            text = self._statement if engine == "sqlite" else _named_to_pyformat(self._statement)
            return Compiled(text, {}, frozenset(), sqlite_booleans)
        done = self._statement.compile(dialect=_DIALECTS[engine])
        assert isinstance(done, SQLCompiler)
        fixed = {name: bound.value for name, bound in done.binds.items() if not bound.required}
        if engine != "sqlite":
            return Compiled(str(done), fixed, frozenset(), frozenset())
        arrays = frozenset(name for name, bound in done.binds.items() if isinstance(bound.type, _Array))
        columns = getattr(self._statement, "exported_columns", ())
        booleans = frozenset(column.key for column in columns if isinstance(column.type, Boolean))
        return Compiled(str(done), fixed, arrays, booleans | sqlite_booleans)


def _row_class(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)  # noqa: PYI024 - the columns are known at run time only


def _with_booleans(plain: Callable[[Any], Any], positions: list[int]) -> Callable[[tuple[Any, ...]], Any]:
    """SQLite hands booleans back as 0 and 1; the other engine as truth values. Make them alike."""

    def make(values: tuple[Any, ...]) -> Any:
        row = list(values)
        for place in positions:
            if row[place] is not None:
                row[place] = bool(row[place])
        return plain(row)

    return make


_LITERAL = re.compile(r"('(?:[^']|'')*')")
_NAMED = re.compile(r"(?<![:\w]):([a-z_]\w*)")


def _named_to_pyformat(text: str) -> str:
    """``:name`` → ``%(name)s``, outside of casts (``::``) and string literals."""
    parts = _LITERAL.split(text.replace("%", "%%"))
    return "".join(part if part.startswith("'") else _NAMED.sub(r"%(\1)s", part) for part in parts)


def sql(statement: ClauseElement | str, booleans: tuple[str, ...] = ()) -> Query:
    """A statement compiled once per engine.

    Takes a Core statement, or SQL text with ``:name`` parameters that both engines understand. ``booleans`` names
    the boolean columns of a textual query (Core knows its own): SQLite stores them as 0 and 1.
    """
    return Query(statement, booleans)


def delete_some(key: ColumnElement[Any], condition: ColumnElement[bool], order: ColumnElement[Any]) -> Query:
    """Delete at most ``:most`` rows that meet a condition, first in ``order`` first; ``key`` is their primary key."""
    table = key.table
    chosen = select(key).where(condition).order_by(order).limit(bindparam("most"))
    return sql(delete(table).where(key.in_(chosen)))
