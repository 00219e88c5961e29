"""Rows of what authorities ordered."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.tables.decisions import notice_out
from perdure.moderation.tables.ordered import ordered

_o: Final = ordered.c
_ON = sql(
    select(ordered)
    .where(_o.subject_kind == bindparam("kind"), _o.ref_id == bindparam("ref"), _o.state == "in_force")
    .order_by(_o.id)
)
_SILENT = sql(
    select(ordered)
    .where(
        _o.subject_kind == bindparam("kind"),
        _o.ref_id == bindparam("ref"),
        _o.silent_until > bindparam("now"),
    )
    .order_by(_o.silent_until.desc())
    .limit(1)
)
_KEPT_FROM = sql(
    select(_o.ref_id).where(
        _o.author_id == bindparam("author_id"), _o.silent_until > bindparam("now"), _o.subject_kind == "post"
    )
)
_OF_ORDER = sql(select(ordered).where(_o.order_id == bindparam("order_id")).order_by(_o.id))
_OF_DECISION = sql(select(ordered).where(_o.decision_id == bindparam("decision_id"), _o.state == "in_force"))
_SUPPRESSED = sql(
    select(func.count()).where(notice_out.c.decision_id == bindparam("decision_id"), notice_out.c.state == "suppressed")
)
_EXTEND_NOTICES = sql(
    "UPDATE notice_out SET suppressed_until = :until WHERE state = 'suppressed' AND order_reference = :reference"
)


def insert(tx: Tx, **values: Any) -> None:
    """Store what was ordered about a thing."""
    tx.insert(ordered, id=tx.new_id(), state="in_force", created_at=tx.now, ended_at=None, **values)


def on(tx: Tx, kind: str, ref: int) -> list[Row]:
    """What is in force about a thing, oldest first."""
    return tx.all(_ON, kind=kind, ref=ref)


def silence(tx: Tx, kind: str, ref: int) -> Row | None:
    """What forbids telling a thing's author, and until when; the longest."""
    return tx.first(_SILENT, kind=kind, ref=ref, now=tx.now)


def kept_from(tx: Tx, author_id: int) -> list[int]:
    """Posts of an author of which they are not told now what happened to them."""
    return tx.column(_KEPT_FROM, author_id=author_id, now=tx.now)


def of_order(tx: Tx, order_id: int) -> list[Row]:
    """Everything that an order is about."""
    return tx.all(_OF_ORDER, order_id=order_id)


def of_decision(tx: Tx, decision_id: int) -> Row | None:
    """The order in force that a decision carries out."""
    return tx.first(_OF_DECISION, decision_id=decision_id)


def suppressed(tx: Tx, decision_id: int) -> bool:
    """Whether nobody may tell of a decision now."""
    return bool(tx.scalar(_SUPPRESSED, decision_id=decision_id))


def change(tx: Tx, row_id: int, **values: Any) -> None:
    """Set columns of one."""
    tx.update(ordered, {"id": row_id}, **values)


def suppress_until(tx: Tx, reference: str, until: int) -> None:
    """Hold back longer, or shorter, what an order holds back."""
    tx.run(_EXTEND_NOTICES, reference=reference, until=until)
