"""Generated triggers: every change of a captured table writes its image into ``_log`` in the same transaction.

An image is a JSON array ``[table, op, value, …]``: the table's number in :class:`Shapes`, then ROW with all columns,
NARROW with the columns of ``TableShape.narrow``, or GONE with the key. Images are absolute: applying one twice changes
nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite as sqlite_dialect

from perdure.continuity.model.shapes import FORMAT, ColumnShape, Kind, Shapes, TableShape
from perdure.continuity.rules.folding import GONE, NARROW, ROW, SCHEMA

DERIVED: Final = "derived"
"""Key in ``Table.info``: why a table is not captured. What it held is made anew by ``wiring.REBUILDS``."""
REREAD: Final = "reread"
"""Key in ``Table.info``: a trigger of the table's own changes the row just inserted, so its image is read back."""
PREFIX: Final = "_log_"

_KINDS: Final[dict[type, Kind]] = {
    sa.BigInteger: "int",
    sa.Integer: "int",
    sa.Boolean: "bool",
    sa.Text: "text",
    sa.LargeBinary: "bytes",
}
_NOW: Final = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"
_CONFLICT: Final = "TRUNCATE on a captured table would hide the loss from the copies: use DELETE"


def shapes_of(metadata: sa.MetaData, revision: str) -> Shapes:
    """The captured tables of the metadata, by name. Raises TypeError for a column no rule covers."""
    tables = sorted((table for table in metadata.tables.values() if DERIVED not in table.info), key=lambda t: t.name)
    return Shapes(FORMAT, revision, tuple(_shape(table) for table in tables))


def _shape(table: sa.Table) -> TableShape:
    columns = tuple(ColumnShape(str(c.name), _kind(c), bool(c.nullable)) for c in table.columns)
    key = tuple(str(c.name) for c in table.primary_key.columns)
    if not key:
        raise TypeError(f"table {table.name} has no primary key: it cannot be captured")
    wide = {c.name for c in columns if c.kind in {"text", "bytes"} and c.name not in key}
    rest = tuple(c.name for c in columns if c.name not in wide and c.name not in key)
    return TableShape(str(table.name), columns, key, (*key, *rest) if wide and rest else ())


def _kind(column: sa.Column[object]) -> Kind:
    for kind, word in _KINDS.items():
        if isinstance(column.type, kind):
            return word
    raise TypeError(f"{column.table.name}.{column.name}: no rule for copying {column.type!r} without loss")


def expected(shapes: Shapes, metadata: sa.MetaData, engine: str) -> dict[str, str]:
    """The statements that make every trigger, by the trigger's name."""
    make = _on_sqlite if engine == "sqlite" else _on_postgresql
    return {
        name: text
        for number, shape in enumerate(shapes.tables)
        for name, text in make(number, shape, reread=REREAD in metadata.tables[shape.name].info)
    }


def schema_event(shapes: Shapes) -> str:
    """The log row that says: from here on images are of these shapes."""
    return msgspec.json.encode([SCHEMA, shapes.revision, shapes.hash]).decode()


def _on_sqlite(number: int, shape: TableShape, *, reread: bool) -> Iterator[tuple[str, str]]:
    table = _q(shape.name)

    def trigger(verb: str, event: str, body: str, when: str = "") -> tuple[str, str]:
        name = f"{PREFIX}{shape.name}_{verb}"
        condition = f"WHEN {when} " if when else ""
        return name, f"CREATE TRIGGER {_q(name)} AFTER {event} ON {table} {condition}BEGIN {body}; END"

    full = _array(number, ROW, _values(shape, (c.name for c in shape.columns), "NEW"))
    gone = _array(number, GONE, _values(shape, shape.key, "OLD"))
    yield trigger("insert", "INSERT", _append(_reread(shape, number) if reread else full))
    yield trigger("delete", "DELETE", _append(gone))
    yield trigger("update", "UPDATE", _append(_update(number, shape, full)))
    moved = " OR ".join(f"OLD.{_q(name)} IS NOT NEW.{_q(name)}" for name in shape.key)
    columns = ", ".join(map(_q, shape.key))
    yield trigger("key", f"UPDATE OF {columns}", _append(gone), moved)


def _append(image: str) -> str:
    return f"INSERT INTO _log (ts, d) VALUES ({_NOW}, {image})"


def _array(number: int, op: int, values: Iterable[str]) -> str:
    return f"json_array({', '.join([str(number), str(op), *values])})"


def _values(shape: TableShape, names: Iterable[str], row: str) -> list[str]:
    kinds = {column.name: column.kind for column in shape.columns}
    return [_value(f"{row}.{_q(name)}", kinds[name]) for name in names]


def _value(place: str, kind: Kind) -> str:
    """Bytes go as hex: SQLite reads some as JSONB and says nothing (continuity.md §2.4, trap 3).

    Text goes through ``substr``: what a JSON function made carries that mark into the trigger, and SQLite would write
    it as JSON and not as text.
    """
    if kind == "bytes":
        return f"CASE WHEN {place} IS NULL THEN NULL ELSE hex({place}) END"
    return f"substr({place}, 1)" if kind == "text" else place


def _reread(shape: TableShape, number: int) -> str:
    full = _array(number, ROW, _values(shape, (c.name for c in shape.columns), _q(shape.name)))
    where = " AND ".join(f"{_q(name)} = NEW.{_q(name)}" for name in shape.key)
    return f"(SELECT {full} FROM {_q(shape.name)} WHERE {where})"


def _update(number: int, shape: TableShape, full: str) -> str:
    if not shape.narrow:
        return full
    narrow = _array(number, NARROW, _values(shape, shape.narrow, "NEW"))
    kept = [column.name for column in shape.columns if column.name not in shape.narrow] + list(shape.key)
    same = " AND ".join(f"NEW.{_q(name)} IS OLD.{_q(name)}" for name in kept)
    return f"CASE WHEN {same} THEN {narrow} ELSE {full} END"


def _on_postgresql(number: int, shape: TableShape, *, reread: bool) -> Iterator[tuple[str, str]]:
    del reread  # a BEFORE trigger changes the row there
    name, table = f"{PREFIX}{shape.name}", _q(shape.name)
    function, truncate = _q(name), _q(name + "_truncate")
    body = plpgsql(number, shape)
    row = f"AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
    whole = f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION _log_refuse_truncate()"
    steps = [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $log${body}$log$",
        f"CREATE OR REPLACE TRIGGER {function} {row}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {function}",
        f"CREATE OR REPLACE TRIGGER {truncate} {whole}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {truncate}",
    ]
    yield name, "; ".join(steps)


REFUSE_TRUNCATE: Final = (
    "CREATE OR REPLACE FUNCTION _log_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_CONFLICT}'; END $$"
)


def plpgsql(number: int, shape: TableShape) -> str:
    """The body of a table's trigger function on PostgreSQL."""
    full = _pg_array(number, ROW, shape, (c.name for c in shape.columns), "NEW")
    gone = _pg_array(number, GONE, shape, shape.key, "OLD")
    insert = "INSERT INTO _log (d) VALUES"
    moved = " OR ".join(f"OLD.{_q(name)} IS DISTINCT FROM NEW.{_q(name)}" for name in shape.key)
    update = f"{insert} ({full}); "
    if shape.narrow:
        kept = [column.name for column in shape.columns if column.name not in shape.narrow]
        differs = " OR ".join(f"OLD.{_q(name)} IS DISTINCT FROM NEW.{_q(name)}" for name in kept)
        narrow = _pg_array(number, NARROW, shape, shape.narrow, "NEW")
        update = f"IF {moved} OR {differs} THEN {insert} ({full}); ELSE {insert} ({narrow}); END IF; "
    return (
        f" BEGIN IF TG_OP = 'INSERT' THEN {insert} ({full}); "
        f"ELSIF TG_OP = 'DELETE' THEN {insert} ({gone}); "
        f"ELSE IF {moved} THEN {insert} ({gone}); END IF; {update}"
        "END IF; RETURN NULL; END "
    )


def _pg_array(number: int, op: int, shape: TableShape, names: Iterable[str], row: str) -> str:
    kinds = {column.name: column.kind for column in shape.columns}
    values = [f"encode({row}.{_q(name)}, 'hex')" if kinds[name] == "bytes" else f"{row}.{_q(name)}" for name in names]
    return f"json_build_array({', '.join([str(number), str(op), *values])})::text"


def _q(name: str) -> str:
    return sqlite_dialect.dialect().identifier_preparer.quote_identifier(name)
