"""Rows of orders."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.desk.tables.orders import contact_point, order_answer, order_conflict, removal_order, removal_order_item
from perdure.kernel.db import Row, Tx, sql

_o, _i, _c, _a = removal_order.c, removal_order_item.c, order_conflict.c, order_answer.c
_ONE: Final = sql(select(removal_order).where(_o.id == bindparam("order_id")))
_LOCKED: Final = sql(select(removal_order).where(_o.id == bindparam("order_id")).with_for_update())
_OF_LETTER: Final = sql(select(removal_order).where(_o.letter_id == bindparam("letter_id")))
_OF_CASE: Final = sql(select(removal_order).where(_o.case_id == bindparam("case_id")).order_by(_o.id))
_PAGE: Final = sql(
    select(removal_order).where(_o.id < bindparam("before")).order_by(_o.id.desc()).limit(bindparam("most"))
)
_EARLIER: Final = sql(
    select(func.count()).where(
        _o.authority == bindparam("authority"), _o.id != bindparam("order_id"), _o.drill.is_(False)
    )
)
_ITEMS: Final = sql(select(removal_order_item).where(_i.order_id == bindparam("order_id")).order_by(_i.number))
_ABOUT: Final = sql(
    select(removal_order, _i.hold_id)
    .join(removal_order_item, _i.order_id == _o.id)
    .where(_i.subject_kind == bindparam("kind"), _i.ref_id == bindparam("ref"), _o.state == "in_force")
    .order_by(_o.id)
)
_CONFLICTS: Final = sql(
    select(order_conflict)
    .where((_c.order_id == bindparam("order_id")) | (_c.other_id == bindparam("order_id")))
    .order_by(_c.id)
)
_OPEN_CONFLICTS: Final = sql(select(func.count()).where(_c.settled_at.is_(None)))
_CONFLICT: Final = sql(select(order_conflict).where(_c.id == bindparam("conflict_id")))
_ANSWERS: Final = sql(select(order_answer).where(_a.order_id == bindparam("order_id")).order_by(_a.id))
_ANSWER: Final = sql(select(order_answer).where(_a.id == bindparam("answer_id")))
_UNSENT: Final = sql(select(order_answer).where(_a.state == "sending").order_by(_a.id).limit(bindparam("most")))
_SILENCES: Final = sql(
    select(removal_order).where(_o.silent.is_(True), _o.silent_until > bindparam("now")).order_by(_o.silent_until)
)
_POINT: Final = sql(select(contact_point).where(contact_point.c.id == 1))


def one(tx: Tx, order_id: int) -> Row | None:
    """An order's row."""
    return tx.first(_ONE, order_id=order_id)


def lock(tx: Tx, order_id: int) -> Row | None:
    """An order's row, which nobody else changes until this transaction ends."""
    return tx.first(_LOCKED, order_id=order_id)


def of_letter(tx: Tx, letter_id: int) -> Row | None:
    """The order that a letter is."""
    return tx.first(_OF_LETTER, letter_id=letter_id)


def of_case(tx: Tx, case_id: int) -> list[Row]:
    """The orders of a case, oldest first."""
    return tx.all(_OF_CASE, case_id=case_id)


def page(tx: Tx, before: int, most: int) -> list[Row]:
    """Orders, newest first."""
    return tx.all(_PAGE, before=before, most=most)


def earlier(tx: Tx, authority: str, order_id: int) -> int:
    """How many other orders of an authority there are, drills apart."""
    return int(tx.scalar(_EARLIER, authority=authority, order_id=order_id))


def insert(tx: Tx, **values: Any) -> None:
    """Store an order."""
    tx.insert(removal_order, **values)


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of an order and count a new version."""
    tx.update(removal_order, {"id": row.id}, version=row.version + 1, **values)


def items(tx: Tx, order_id: int) -> list[Row]:
    """What an order falls on."""
    return tx.all(_ITEMS, order_id=order_id)


def add_item(tx: Tx, **values: Any) -> bool:
    """Store one thing that an order falls on, unless it is there."""
    return tx.insert_new(removal_order_item, **values)


def change_item(tx: Tx, order_id: int, kind: str, ref: int, **values: Any) -> None:
    """Set columns of one thing that an order falls on."""
    tx.update(removal_order_item, {"order_id": order_id, "subject_kind": kind, "ref_id": ref}, **values)


def about(tx: Tx, kind: str, ref: int) -> list[Row]:
    """The orders in force about a thing, oldest first."""
    return tx.all(_ABOUT, kind=kind, ref=ref)


def add_conflict(tx: Tx, **values: Any) -> bool:
    """Store a contradiction, unless it is known."""
    return tx.insert_new(order_conflict, **values)


def conflicts(tx: Tx, order_id: int) -> list[Row]:
    """What contradicts an order, and what it contradicts."""
    return tx.all(_CONFLICTS, order_id=order_id)


def conflict(tx: Tx, conflict_id: int) -> Row | None:
    """One contradiction."""
    return tx.first(_CONFLICT, conflict_id=conflict_id)


def open_conflicts(tx: Tx) -> int:
    """Contradictions about which nobody said what holds."""
    return int(tx.scalar(_OPEN_CONFLICTS))


def settle_conflict(tx: Tx, conflict_id: int, **values: Any) -> None:
    """Set columns of a contradiction."""
    tx.update(order_conflict, {"id": conflict_id}, **values)


def add_answer(tx: Tx, **values: Any) -> None:
    """Store an answer."""
    tx.insert(order_answer, **values)


def answers(tx: Tx, order_id: int) -> list[Row]:
    """The answers to an order, oldest first."""
    return tx.all(_ANSWERS, order_id=order_id)


def answer(tx: Tx, answer_id: int) -> Row | None:
    """One answer."""
    return tx.first(_ANSWER, answer_id=answer_id)


def unsent(tx: Tx, most: int) -> list[Row]:
    """Answers on their way out."""
    return tx.all(_UNSENT, most=most)


def change_answer(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of an answer and count a new version."""
    tx.update(order_answer, {"id": row.id}, version=row.version + 1, **values)


def silences(tx: Tx) -> list[Row]:
    """Orders whose authors are not to be told yet, the one that ends first in front."""
    return tx.all(_SILENCES, now=tx.now)


def point(tx: Tx) -> Row | None:
    """Where authorities reach this site; None before anybody said."""
    return tx.first(_POINT)


def keep_point(tx: Tx, **values: Any) -> None:
    """Store where authorities reach this site."""
    if not tx.insert_new(contact_point, id=1, **values):
        tx.update(contact_point, {"id": 1}, **values)
