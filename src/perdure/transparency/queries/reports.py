"""Rows of published reports."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.transparency.tables import transparency_report

_r: Final = transparency_report.c
_LIGHT: Final = tuple(column for column in _r if column.name != "archive")
_EVERY = sql(select(*_LIGHT).order_by(_r.year.desc(), _r.number.desc()).limit(bindparam("most")))
_ONE = sql(select(*_LIGHT).where(_r.year == bindparam("year"), _r.number == bindparam("number")))
_LAST = sql(select(func.max(_r.number)).where(_r.year == bindparam("year")))
_ARCHIVE = sql(select(_r.archive).where(_r.year == bindparam("year"), _r.number == bindparam("number")))


def every(tx: Tx, most: int) -> list[Row]:
    """Every version, the newest first, without the archives."""
    return tx.all(_EVERY, most=most)


def one(tx: Tx, year: int, number: int) -> Row | None:
    """A version, without its archive."""
    return tx.first(_ONE, year=year, number=number)


def last(tx: Tx, year: int) -> int:
    """The number of a year's newest version; 0 where there is none."""
    return int(tx.scalar(_LAST, year=year) or 0)


def archive(tx: Tx, year: int, number: int) -> bytes | None:
    """The archive of a version."""
    found = tx.scalar(_ARCHIVE, year=year, number=number)
    return None if found is None else bytes(found)


def insert(tx: Tx, **values: Any) -> int:
    """Keep a version; returns its id."""
    new_id = tx.new_id()
    tx.insert(transparency_report, id=new_id, **values)
    return new_id
