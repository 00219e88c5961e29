"""Rows of messages to other programs."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from perdure.delivery.tables import hook_delivery
from perdure.kernel.db import Row, Tx, sql

_h: Final = hook_delivery.c
_ONE = sql(select(hook_delivery).where(_h.id == bindparam("delivery_id")))
_LATEST = sql(select(hook_delivery).where(_h.url == bindparam("url")).order_by(_h.id.desc()).limit(bindparam("most")))
_OLD = select(_h.id).where(_h.ended_at < bindparam("before")).order_by(_h.ended_at).limit(bindparam("most"))
_FORGET = sql(delete(hook_delivery).where(_h.id.in_(_OLD)))


def one(tx: Tx, delivery_id: int) -> Row | None:
    """A message."""
    return tx.first(_ONE, delivery_id=delivery_id)


def latest(tx: Tx, url: str, most: int) -> list[Row]:
    """The messages for an address, newest first."""
    return tx.all(_LATEST, url=url, most=most)


def forget(tx: Tx, before: int, most: int) -> int:
    """Forget messages that ended before an instant; returns how many."""
    return tx.run(_FORGET, before=before, most=most)
