"""The triggers in a database: made after each migration, compared with the generated text at each start."""

from typing import Final

import sqlalchemy as sa

from perdure.continuity.model.shapes import Shapes
from perdure.continuity.queries import capture

_SQLITE: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 5) = '_log_'"
_POSTGRESQL: Final = """
SELECT t.tgname, c.relname, t.tgenabled::text, t.tgtype, p.proname, p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE starts_with(t.tgname, '_log_') AND c.relnamespace = current_schema()::regnamespace"""
_NEWEST: Final = "SELECT hash FROM _log_schema ORDER BY number DESC LIMIT 1"
_REMEMBER: Final = "INSERT INTO _log_schema (number, hash, revision, text) SELECT coalesce(max(number), 0) + 1, "
_ROW_TYPE: Final = 1 | 4 | 8 | 16  # for each row, after insert, delete, update (pg_trigger.h)
_TRUNCATE_TYPE: Final = 2 | 32  # for each statement, before truncate
_DDL_SQLITE: Final = (
    "INSERT INTO _log (ts, d) VALUES (CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER), :d)"
)


def install(connection: sa.Connection, metadata: sa.MetaData, revision: str) -> Shapes:
    """Make the catalogue's triggers equal to the generated ones, in one transaction.

    Where the shapes changed, the new text goes into ``_log_schema`` and an event of the change into ``_log``, so that
    whoever reads the log knows from which row on other rules hold.
    """
    shapes = capture.shapes_of(metadata, revision)
    engine = connection.dialect.name
    wanted = capture.expected(shapes, metadata, engine)
    if engine == "postgresql":
        connection.exec_driver_sql(capture.REFUSE_TRUNCATE)
    wrong = set(differing(connection, shapes, metadata))
    for name, table in _present(connection).items():
        if name in wrong or name not in _names(wanted, engine):
            _drop(connection, name, table)
    for name, text in wanted.items():
        if name in wrong:
            connection.exec_driver_sql(text.replace("%", "%%") if engine == "postgresql" else text)
    _remember(connection, shapes)
    connection.commit()
    return shapes


def differing(connection: sa.Connection, shapes: Shapes, metadata: sa.MetaData) -> list[str]:
    """Names of triggers that are missing, switched off, or not as generated: what they should capture may be lost."""
    engine = connection.dialect.name
    wanted = capture.expected(shapes, metadata, engine)
    if engine == "sqlite":
        found = {row[0]: row[1] for row in connection.exec_driver_sql(_SQLITE)}
        return [name for name, text in wanted.items() if found.get(name) != text]
    rows = {row[0]: tuple(row[1:]) for row in connection.exec_driver_sql(_POSTGRESQL)}
    right = {name for number, shape in enumerate(shapes.tables) if (name := _right(rows, number, shape.name, shapes))}
    return [name for name in wanted if name not in right]


def _right(rows: dict[str, tuple[object, ...]], number: int, table: str, shapes: Shapes) -> str | None:
    name = capture.PREFIX + table
    row = (table, "A", _ROW_TYPE, name, capture.plpgsql(number, shapes.tables[number]))
    truncate = rows.get(name + "_truncate", ())[:4]
    same = rows.get(name) == row and truncate == (table, "A", _TRUNCATE_TYPE, "_log_refuse_truncate")
    return name if same else None


def _names(wanted: dict[str, str], engine: str) -> set[str]:
    return set(wanted) if engine == "sqlite" else set(wanted) | {f"{name}_truncate" for name in wanted}


def _present(connection: sa.Connection) -> dict[str, str]:
    if connection.dialect.name == "sqlite":
        return dict.fromkeys((row[0] for row in connection.exec_driver_sql(_SQLITE)), "")
    return {row[0]: row[1] for row in connection.exec_driver_sql(_POSTGRESQL)}


def _drop(connection: sa.Connection, name: str, table: str) -> None:
    on = f' ON "{table}"' if table else ""
    connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"{on}')


def _remember(connection: sa.Connection, shapes: Shapes) -> None:
    if connection.exec_driver_sql(_NEWEST).scalar() == shapes.hash:
        return
    values = {"hash": shapes.hash, "revision": shapes.revision, "text": shapes.text.decode()}
    connection.execute(sa.text(_REMEMBER + ":hash, :revision, :text FROM _log_schema"), values)
    statement = _DDL_SQLITE if connection.dialect.name == "sqlite" else "INSERT INTO _log (d) VALUES (:d)"
    connection.execute(sa.text(statement), {"d": capture.schema_event(shapes)})
