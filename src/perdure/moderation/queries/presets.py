"""Rows of warning presets."""

from typing import Final

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.decisions import warning_preset

_p: Final = warning_preset.c
_ALL = sql(select(warning_preset).order_by(_p.title, _p.id).limit(bindparam("most")))
_ONE = sql(select(warning_preset).where(_p.id == bindparam("preset_id")))
_COUNT = sql(select(func.count()).select_from(warning_preset))


def every(tx: Tx, most: int) -> list[Row]:
    """All of them, by title."""
    return tx.all(_ALL, most=most)


def one(tx: Tx, preset_id: int) -> Row | None:
    """One of them."""
    return tx.first(_ONE, preset_id=preset_id)


def count(tx: Tx) -> int:
    """How many there are."""
    return int(tx.scalar(_COUNT))
