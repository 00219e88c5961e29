"""The change log holds everything: folded, it is the table (continuity.md §3.2, point 3)."""

import sqlite3
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from perdure.continuity.model.chain import LogRow
from perdure.continuity.model.shapes import Shapes
from perdure.continuity.queries.capture import expected
from perdure.continuity.queries.rows import quoted
from perdure.continuity.rules.canonical import hash_of
from perdure.continuity.rules.folding import Fold
from perdure.continuity.service import capture
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.migrations.runner import engine_for
from perdure.schema import metadata
from tests.copying import Plain, hashes, plain, read_log, strained_row

REFUSALS = (sqlite3.IntegrityError, psycopg.errors.RaiseException)
LEDGER = {"audit_entry", "audit_enforcement", "audit_key", "audit_root", "audit_receipt"}
FROZEN = LEDGER | {"decision", "snapshot", "snapshot_access", "case_event", "signal"}
NO_UPDATE = FROZEN | {"audit_private"}
NO_DELETE = FROZEN | {"appeal"}


def folded(rows: list[LogRow], shapes: Shapes) -> Fold:
    fold = Fold(shapes)
    for row in rows:
        fold.add(row)
    assert not any(table.patches for table in fold.tables), "a narrow image stands without its row"
    return fold


def fold_hashes(fold: Fold) -> dict[str, tuple[int, str]]:
    return {t.shape.name: (len(t.rows), hash_of(t.shape, t.rows.values())) for t in fold.tables}


def test_what_happens_to_a_row_of_any_table_can_be_told_from_the_log(settings: Settings) -> None:
    with plain(settings) as db:
        db.without_foreign_keys()
        shapes = db.shapes()
        for table in sorted(metadata.tables.values(), key=lambda t: (t.name == "appeal", t.name)):
            if table.name in shapes.by_name:
                _strain(db, table, narrow=shapes.by_name[table.name].narrow)
        rows, _ = read_log(db.log)
        live = hashes(db, shapes)

        assert all(count for count, _ in live.values())
        assert fold_hashes(folded(rows, shapes)) == live

        for name in shapes.by_name.keys() - NO_DELETE:
            db.run(f"DELETE FROM {quoted(name)}")
        rows, _ = read_log(db.log)
        assert fold_hashes(folded(rows, shapes)) == hashes(db, shapes)


def _strain(db: Plain, table: sa.Table, *, narrow: tuple[str, ...]) -> None:
    """Everything that can happen to rows, in one table."""
    for n in range(1, 7):
        db.insert(table, strained_row(table, n))
    if db.engine == "postgresql":
        _copy(db, table)
        with pytest.raises(psycopg.Error, match=r"TRUNCATE|append-only"):
            db.run(f"TRUNCATE {quoted(table.name)} CASCADE")
    key = [column.name for column in table.primary_key.columns]
    one = _where(key, strained_row(table, 1))
    if table.name in NO_UPDATE:
        with pytest.raises(REFUSALS):
            db.run(f"UPDATE {quoted(table.name)} SET {quoted(key[0])} = {quoted(key[0])} {one[0]}", one[1])
    elif table.name == "appeal":
        db.run(f"UPDATE appeal SET version = 9 {one[0]}", one[1])
    else:
        _change(db, table, key, [name for name in narrow if name not in key])
    if table.name in NO_DELETE:
        with pytest.raises(REFUSALS):
            db.run(f"DELETE FROM {quoted(table.name)} {one[0]}", one[1])
    else:
        where, values = _where(key, strained_row(table, 5))
        db.run(f"DELETE FROM {quoted(table.name)} {where}", values)


def _change(db: Plain, table: sa.Table, key: list[str], counters: list[str]) -> None:
    """An upsert, a replacement, counters only, and a key that becomes another."""
    rest = [column.name for column in table.columns if column.name not in key]
    update = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in rest)
    then = f"UPDATE SET {update}" if rest else "NOTHING"
    at = {name: strained_row(table, 1)[name] for name in key}
    target = ", ".join(map(quoted, key))
    db.insert(table, strained_row(table, 21) | at, end=f"ON CONFLICT ({target}) DO {then}")
    if db.engine == "sqlite":
        at = {name: strained_row(table, 2)[name] for name in key}
        db.insert(table, strained_row(table, 22) | at, verb="INSERT OR REPLACE")
    where, values = _where(key, strained_row(table, 3))
    for n in (23, 24):  # twice the same: absolute, so that nothing changes by it
        row = strained_row(table, 23 if n == 24 else n)
        if counters:
            sets = ", ".join(f"{quoted(name)} = ?" for name in counters)
            made = [_lawful(table, name, row[name], strained_row(table, 3)) for name in counters]
            db.run(f"UPDATE {quoted(table.name)} SET {sets} {where}", [*made, *values])
    where, values = _where(key, strained_row(table, 4))
    moved = [strained_row(table, 25)[name] for name in key]
    sets = ", ".join(f"{quoted(name)} = ?" for name in key)
    db.run(f"UPDATE {quoted(table.name)} SET {sets} {where}", [*moved, *values])


def _lawful(table: sa.Table, name: str, value: Any, row: dict[str, Any]) -> Any:
    """Two tables tie a column to another one."""
    tied = table.name in {"moderation_action", "strike"} and name in {"permanent", "ends_at", "until"}
    return row[name] if tied or (value is None and not table.columns[name].nullable) else value


def _copy(db: Plain, table: sa.Table) -> None:
    rows = [strained_row(table, n) for n in (7, 8)]
    names = ", ".join(map(quoted, rows[0]))
    with db.raw.cursor().copy(f"COPY {quoted(table.name)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(row.values()))


def _where(key: list[str], row: dict[str, Any]) -> tuple[str, list[Any]]:
    return "WHERE " + " AND ".join(f"{quoted(name)} = ?" for name in key), [row[name] for name in key]


def test_rows_that_go_with_their_parent_are_in_the_log(settings: Settings) -> None:
    family = sa.MetaData()
    parent = sa.Table("parent", family, sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))
    child = sa.Table(
        "child",
        family,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("parent.id", ondelete="CASCADE")),
    )
    shapes = capture.shapes_of(family, "test")
    engine = engine_for(settings)
    with engine.connect() as connection:
        family.create_all(connection)
        for text in expected(shapes, family, connection.dialect.name).values():
            connection.exec_driver_sql(text)
        connection.commit()
    engine.dispose()
    with plain(settings) as db:
        _, before = read_log(db.log)
        for n in (1, 2):
            db.insert(parent, {"id": n})
            db.insert(child, {"name": f"of {n}", "parent_id": n})
        db.run("DELETE FROM parent WHERE id = 1")
        rows, _ = read_log(db.log, before)

        assert hashes(db, shapes)["child"][0] == 1
        assert fold_hashes(folded(rows, shapes)) == hashes(db, shapes)


def test_text_that_sqlite_takes_for_json_stays_text(settings: Settings) -> None:
    with plain(settings) as db:
        shapes = db.shapes()
        make = "json('[1, 2]')" if db.engine == "sqlite" else "json_build_array(1, 2)::text"
        db.run(f"INSERT INTO site_setting (name, value_json, updated_at) VALUES ('x', {make}, 1)")
        rows, _ = read_log(db.log)
        assert fold_hashes(folded(rows, shapes)) == hashes(db, shapes)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("[9999, 1, 1]", "table 9999 is unknown"),
        ("[0, 7, 1]", "op 7"),
        ("[0, 3, 1, 2]", "values"),
        ('[0, 3, "x"]', "no int"),
        ("[0, 3, 1.5]", "no int"),
        ("{", "no image"),
    ],
)
def test_unit_an_image_that_is_none_is_named_by_its_number(image: str, reason: str) -> None:
    with pytest.raises(Invalid, match=f"(?s)Row 77 .*{reason}"):
        Fold(capture.shapes_of(metadata, "test")).add(LogRow(77, 0, 0, image))
