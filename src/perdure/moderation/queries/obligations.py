"""Rows of the register of obligations."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.model.obligations import Obligation, Registered
from perdure.moderation.tables.obligations import obligation

_o: Final = obligation.c
_newest = select(_o.key, func.max(_o.number).label("number")).group_by(_o.key).subquery()
_CURRENT = sql(
    select(obligation).join(_newest, (_newest.c.key == _o.key) & (_newest.c.number == _o.number)).order_by(_o.key)
)
_VERSIONS = sql(select(obligation).where(_o.key == bindparam("key")).order_by(_o.number.desc()))
_ONE = sql(select(obligation).where(_o.key == bindparam("key"), _o.number == bindparam("number")))
_PLAIN: Final = ("key", "applies", "start", "ends", "resume", "extend", "scope", "source")


def current(tx: Tx) -> list[Registered]:
    """The newest stored version of each row."""
    return [_view(row) for row in tx.all(_CURRENT)]


def versions(tx: Tx, key: str) -> list[Registered]:
    """Every stored version of a row, newest first."""
    return [_view(row) for row in tx.all(_VERSIONS, key=key)]


def one(tx: Tx, key: str, number: int) -> Registered | None:
    """One version."""
    row = tx.first(_ONE, key=key, number=number)
    return None if row is None else _view(row)


def insert(tx: Tx, found: Registered) -> None:
    """Store a version, unless it is there."""
    made = found.obligation
    tx.insert_new(
        obligation,
        number=found.number,
        titles_json=_json(made.title),
        limit_text=made.limit,
        target_text=made.target,
        pause_json=_json(made.pause),
        hours_json=None if made.hours is None else _json(made.hours),
        authorities_json=_json(made.authorities),
        severities_json=_json(made.severities),
        packaged=found.packaged,
        reason=found.reason,
        created_by=found.created_by,
        created_at=tx.now,
        **{name: getattr(made, name) for name in _PLAIN},
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _view(row: Row) -> Registered:
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    for name in ("pause", "authorities", "severities"):
        values[name] = msgspec.json.decode(getattr(row, f"{name}_json"))
    values |= {
        "title": msgspec.json.decode(row.titles_json),
        "limit": row.limit_text,
        "target": row.target_text,
        "extend": bool(row.extend),
        "hours": None if row.hours_json is None else msgspec.json.decode(row.hours_json),
    }
    return Registered(
        obligation=msgspec.convert(values, Obligation),
        number=row.number,
        packaged=bool(row.packaged),
        reason=row.reason,
        created_by=row.created_by,
        created_at=row.created_at,
    )
