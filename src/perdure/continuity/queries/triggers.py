"""The triggers in a database: made after each migration, compared with the generated text at each start."""

import hashlib
import time
from typing import Final

import sqlalchemy as sa

from perdure.continuity.model.shapes import Shapes
from perdure.continuity.queries import capture
from perdure.kernel.db import gate

_SQLITE: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 5) = '_log_'"
_POSTGRESQL: Final = """
SELECT t.tgname, c.relname, t.tgenabled::text, t.tgtype, p.proname, p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE starts_with(t.tgname, '_log_') AND c.relnamespace = current_schema()::regnamespace"""
_NEWEST: Final = "SELECT hash, triggers FROM _log_schema ORDER BY number DESC LIMIT 1"
_REMEMBER: Final = (
    "INSERT INTO _log_schema (number, hash, revision, triggers, text) "
    "SELECT coalesce(max(number), 0) + 1, :hash, :revision, :triggers, :text FROM _log_schema"
)
_MODE: Final = "UPDATE _site SET mode = :to, reason = :reason, since = :since WHERE reason LIKE :only AND mode <> :to"
_TAMPERED: Final = "what the copies rely on was changed by hand; perdure migrate --repair mends it"
_ROW_TYPE: Final = 1 | 4 | 8 | 16  # for each row, after insert, delete, update (pg_trigger.h)
_TRUNCATE_TYPE: Final = 2 | 32  # for each statement, before truncate
_DDL_SQLITE: Final = (
    "INSERT INTO _log (ts, d) VALUES (CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER), :d)"
)


def install(connection: sa.Connection, metadata: sa.MetaData, revision: str, *, repair: bool = False) -> list[str]:
    """Make the catalogue's triggers equal to the generated ones, in one transaction; the site opens if it was closed.

    Where shapes or triggers are new, their text goes into ``_log_schema`` and an event into ``_log``, so that whoever
    reads the log knows from which row on other rules hold, and a snapshot follows.

    Triggers that are as new as this release and all the same not as generated were changed by hand, and what happened
    meanwhile may be nowhere: then nothing is mended and the site is closed, until ``repair``. Returns their names.
    """
    shapes = capture.shapes_of(metadata, revision)
    wanted = capture.expected(shapes, metadata, connection.dialect.name)
    mark = hashlib.sha256("".join(wanted.values()).encode()).hexdigest()
    wrong = differing(connection, shapes, metadata)
    newest = connection.exec_driver_sql(_NEWEST).first()
    known = newest is not None and tuple(newest) == (shapes.hash, mark)
    if known and wrong and not repair:
        _set_mode(connection, gate.CLOSED, f"{_TAMPERED}: {', '.join(wrong[:3])}", "")
        connection.commit()
        return wrong
    _write(connection, wanted, set(wrong))
    if not known or wrong:
        _remember(connection, shapes, mark)
    _set_mode(connection, gate.OPEN, "", _TAMPERED)
    connection.commit()
    return []


def _write(connection: sa.Connection, wanted: dict[str, str], wrong: set[str]) -> None:
    """Drop what is not wanted, or wrong, and make what is missing."""
    engine = connection.dialect.name
    if engine == "postgresql":
        connection.exec_driver_sql(capture.REFUSE_TRUNCATE)
    for name, table in _present(connection).items():
        if name in wrong or name not in _names(wanted, engine):
            _drop(connection, name, table)
    for name, text in wanted.items():
        if name in wrong:
            connection.exec_driver_sql(text.replace("%", "%%") if engine == "postgresql" else text)


def _set_mode(connection: sa.Connection, to: str, reason: str, only: str) -> None:
    """Close or open the site; it is opened only where its reason begins with ``only``."""
    values = {"to": to, "reason": reason, "since": time.time_ns() // 1_000_000, "only": f"{only}%"}
    connection.execute(sa.text(_MODE), values)


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


def _remember(connection: sa.Connection, shapes: Shapes, mark: str) -> None:
    values = {"hash": shapes.hash, "revision": shapes.revision, "triggers": mark, "text": shapes.text.decode()}
    connection.execute(sa.text(_REMEMBER), values)
    statement = _DDL_SQLITE if connection.dialect.name == "sqlite" else "INSERT INTO _log (d) VALUES (:d)"
    connection.execute(sa.text(statement), {"d": capture.schema_event(shapes)})
