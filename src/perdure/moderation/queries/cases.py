"""Rows of cases and of what hangs on them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import BindParameter, ColumnElement, bindparam, func, or_, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.model import Case, Clock, Intake, Item, Lease, Note, Subject
from perdure.moderation.tables.cases import (
    case_clock,
    case_event,
    case_item,
    case_lease,
    case_note,
    intake,
    intake_item,
    moderation_case,
    subject,
)
from perdure.moderation.tables.obligations import obligation

_c = moderation_case.c
_CASE_ID: BindParameter[int] = bindparam("case_id")
_ONE = sql(select(moderation_case).where(_c.id == _CASE_ID))
# On SQLite there is one writer anyway; on PostgreSQL the row is ours until the transaction ends.
_LOCKED = sql(select(moderation_case).where(_c.id == _CASE_ID).with_for_update())
# Whoever joins a case only keeps it from being decided meanwhile; they take turns just for adding up, at the end.
_OPEN = sql(select(moderation_case).where(_c.open_key == bindparam("key")).with_for_update(read=True, key_share=True))
_TURN = sql(select(moderation_case).where(_c.id == _CASE_ID).with_for_update(key_share=True))
_MANY = sql(select(moderation_case).where(any_of(_c.id, "ids")))
_ITEMS = sql(
    select(case_item, subject.c.kind, subject.c.ref_id, subject.c.version.label("shown"), subject.c.author_id)
    .outerjoin(subject, subject.c.id == case_item.c.subject_id)
    .where(case_item.c.case_id == _CASE_ID)
    .order_by(case_item.c.id)
)
_SOME_ITEMS = sql(
    select(case_item, subject.c.kind, subject.c.ref_id, subject.c.version.label("shown"), subject.c.author_id)
    .outerjoin(subject, subject.c.id == case_item.c.subject_id)
    .where(case_item.c.case_id == _CASE_ID, any_of(case_item.c.id, "ids"))
)
_FIRST_ITEMS = sql(
    select(case_item.c.case_id, subject.c.kind, subject.c.ref_id, subject.c.version, subject.c.author_id)
    .join(subject, subject.c.id == case_item.c.subject_id)
    .where(
        case_item.c.id.in_(
            select(func.min(case_item.c.id)).where(any_of(case_item.c.case_id, "ids")).group_by(case_item.c.case_id)
        )
    )
)
_ITEM = sql(
    select(case_item.c.id)
    .join(subject, subject.c.id == case_item.c.subject_id)
    .where(
        subject.c.kind == bindparam("kind"),
        subject.c.ref_id == bindparam("ref_id"),
        subject.c.version == bindparam("version"),
        case_item.c.case_id == _CASE_ID,
    )
)
_PENDING = sql(
    select(func.count()).select_from(case_item).where(case_item.c.case_id == _CASE_ID, case_item.c.state == "pending")
)
_INTAKES = sql(select(intake).where(intake.c.case_id == _CASE_ID).order_by(intake.c.id).limit(bindparam("most")))
_INTAKE = sql(select(intake).where(intake.c.id == bindparam("intake_id")))
_CLAIMED = sql(
    select(intake_item.c.intake_id, intake_item.c.item_id)
    .where(any_of(intake_item.c.intake_id, "ids"))
    .order_by(intake_item.c.item_id)
)
_KNOWN_CLOCKS = select(
    case_clock, obligation.c.titles_json, obligation.c.source, obligation.c.pause_json, obligation.c.resume
).outerjoin(obligation, (obligation.c.key == case_clock.c.obligation) & (obligation.c.number == case_clock.c.number))
_CLOCKS = sql(_KNOWN_CLOCKS.where(case_clock.c.case_id == _CASE_ID).order_by(case_clock.c.due_at))
_CLOCKS_OF = sql(
    _KNOWN_CLOCKS.where(any_of(case_clock.c.case_id, "ids"), case_clock.c.met_at.is_(None)).order_by(
        case_clock.c.due_at
    )
)
_REGISTERED = frozenset({"titles", "source", "pauses", "anew"})
_NOTES = sql(select(case_note).where(case_note.c.case_id == _CASE_ID).order_by(case_note.c.id))
_EVENTS = sql(select(case_event).where(case_event.c.case_id == _CASE_ID).order_by(case_event.c.id).limit(500))
_LEASE = sql(select(case_lease).where(case_lease.c.live_case_id == _CASE_ID))
_LEASES = sql(select(case_lease).where(any_of(case_lease.c.live_case_id, "ids")))
_COPIES = sql(
    select(func.count())
    .select_from(moderation_case)
    .where(_c.group_key == bindparam("group_key"), _c.open_key.is_not(None), _c.id != _CASE_ID)
)
_EARLIER = sql(
    select(_c.id).where(_c.cluster_key == bindparam("cluster_key"), _c.id != _CASE_ID).order_by(_c.id.desc()).limit(50)
)


def one_of(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """A condition that a column holds one of a few fixed words."""
    return or_(*(column == word for word in values))


def one(tx: Tx, case_id: int) -> Row | None:
    """A case's row."""
    return tx.first(_ONE, case_id=case_id)


def lock(tx: Tx, case_id: int) -> Row | None:
    """A case's row, which nobody else changes until this transaction ends."""
    return tx.first(_LOCKED, case_id=case_id)


def hold_open(tx: Tx, key: str) -> Row | None:
    """The open case of a cluster, which stays open until this transaction ends; others may join it meanwhile."""
    return tx.first(_OPEN, key=key)


def take_turn(tx: Tx, case_id: int) -> Row | None:
    """The row of a case that :func:`hold_open` found, as it is now; the next who joins waits for this transaction."""
    return tx.first(_TURN, case_id=case_id)


def many(tx: Tx, ids: list[int]) -> dict[int, Row]:
    """Cases by id."""
    return {row.id: row for row in tx.all(_MANY, ids=ids)} if ids else {}


def insert(tx: Tx, **values: Any) -> bool:
    """Store a case unless its cluster has an open one; tells whether it was stored."""
    return tx.insert_new(moderation_case, **values)


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a locked case and count a new version."""
    tx.update(moderation_case, {"id": row.id}, version=row.version + 1, **values)


def rank(tx: Tx, case_id: int, **values: Any) -> None:
    """Set where a case stands, without a new version: whoever reads it loses nothing by that."""
    tx.update(moderation_case, {"id": case_id}, **values)


def items(tx: Tx, case_id: int) -> list[Item]:
    """What a case is about, in the order in which it came."""
    return [_item(row) for row in tx.all(_ITEMS, case_id=case_id)]


def some_items(tx: Tx, case_id: int, ids: Iterable[int]) -> list[Item]:
    """Those of a case's items that have these ids, in no order."""
    return [_item(row) for row in tx.all(_SOME_ITEMS, case_id=case_id, ids=list(ids))]


def _item(row: Row) -> Item:
    about = Subject(row.kind, row.ref_id, row.shown, row.author_id) if row.subject_id is not None else None
    plain = {
        name: getattr(row, name)
        for name in Item.__struct_fields__
        if name not in {"subject", "subject_id", "snapshot_id"}
    }
    return Item(subject=about, subject_id=row.subject_id, snapshot_id=row.snapshot_id, **plain)


def first_subjects(tx: Tx, ids: list[int]) -> dict[int, Subject]:
    """The first thing that each case is about."""
    rows = tx.all(_FIRST_ITEMS, ids=ids) if ids else []
    return {row.case_id: Subject(row.kind, row.ref_id, row.version, row.author_id) for row in rows}


def item_of(tx: Tx, case_id: int, about: Subject) -> int | None:
    """The id of a case's item about a version of something."""
    found: int | None = tx.scalar(_ITEM, case_id=case_id, kind=about.kind, ref_id=about.id, version=about.version)
    return found


def insert_item(tx: Tx, **values: Any) -> int:
    """Store an item; returns its id."""
    new_id = tx.new_id()
    tx.insert(case_item, id=new_id, created_at=tx.now, version=1, **values)
    return new_id


def change_item(tx: Tx, item: Item, **values: Any) -> None:
    """Set columns of an item and count a new version."""
    tx.update(case_item, {"id": item.id}, version=item.version + 1, **values)


def pending(tx: Tx, case_id: int) -> int:
    """How many items have no outcome yet."""
    return int(tx.scalar(_PENDING, case_id=case_id))


def claim_items(tx: Tx, intake_id: int, item_ids: Iterable[int]) -> None:
    """Say which items an intake is about."""
    tx.insert_many(intake_item, [{"intake_id": intake_id, "item_id": item_id} for item_id in dict.fromkeys(item_ids)])


def intakes(tx: Tx, case_id: int, most: int) -> list[Intake]:
    """What a case was opened and joined by, oldest first."""
    return intake_views(tx, tx.all(_INTAKES, case_id=case_id, most=most))


def intake_views(tx: Tx, rows: list[Row]) -> list[Intake]:
    """Intakes as staff sees them, in the order given."""
    claimed: dict[int, list[int]] = {row.id: [] for row in rows}
    for pair in tx.all(_CLAIMED, ids=list(claimed)) if rows else []:
        claimed[pair.intake_id].append(pair.item_id)
    return [_intake(row, tuple(claimed[row.id])) for row in rows]


def intake_row(tx: Tx, intake_id: int) -> Row | None:
    """An intake's row."""
    return tx.first(_INTAKE, intake_id=intake_id)


_MADE = frozenset({"rule_ids", "signal_ids", "item_ids", "counts"})


def _intake(row: Row, item_ids: tuple[int, ...]) -> Intake:
    plain = {name: getattr(row, name) for name in Intake.__struct_fields__ if name not in _MADE}
    return Intake(
        counts=row.independent_of is None,
        rule_ids=numbers(row.rule_ids_json),
        signal_ids=numbers(row.signal_ids_json),
        item_ids=item_ids,
        **plain,
    )


def numbers(text: str) -> tuple[int, ...]:
    """A stored list of ids."""
    return msgspec.json.decode(text, type=tuple[int, ...])


def clocks(tx: Tx, case_id: int) -> list[Clock]:
    """A case's deadlines, the nearest first."""
    return [clock_of(row) for row in tx.all(_CLOCKS, case_id=case_id)]


def clocks_of(tx: Tx, case_ids: Iterable[int]) -> list[tuple[int, Clock]]:
    """The deadlines of some cases that are not met, the nearest first, each with its case."""
    ids = list(case_ids)
    return [(row.case_id, clock_of(row)) for row in tx.all(_CLOCKS_OF, ids=ids)] if ids else []


def clock_of(row: Row) -> Clock:
    """A clock from its row, with what the register says of it."""
    plain = {name: getattr(row, name) for name in Clock.__struct_fields__ if name not in _REGISTERED}
    return Clock(
        titles=msgspec.json.decode(row.titles_json or "{}"),
        source=row.source or "",
        pauses=tuple(one for one in msgspec.json.decode(row.pause_json or "[]") if one != "severity_lowered"),
        anew=row.resume == "anew",
        **plain,
    )


def notes(tx: Tx, case_id: int) -> list[Note]:
    """What staff wrote down, oldest first."""
    return [Note(row.id, row.author_id, row.text, row.created_at) for row in tx.all(_NOTES, case_id=case_id)]


def events(tx: Tx, case_id: int) -> list[Row]:
    """What happened to a case, oldest first."""
    return tx.all(_EVENTS, case_id=case_id)


def lease_of(tx: Tx, case_id: int) -> Lease | None:
    """The living lease of a case, expired or not."""
    row = tx.first(_LEASE, case_id=case_id)
    return None if row is None else lease_view(row)


def leases_of(tx: Tx, ids: list[int]) -> dict[int, Lease]:
    """Living leases by case."""
    rows = tx.all(_LEASES, ids=ids) if ids else []
    return {row.case_id: lease_view(row) for row in rows}


def lease_view(row: Row) -> Lease:
    """A lease from its row."""
    return Lease(row.id, row.case_id, row.holder_id, row.until, row.renewals)


def copies(tx: Tx, row: Row) -> int:
    """How many other open cases hold the same text."""
    return int(tx.scalar(_COPIES, group_key=row.group_key, case_id=row.id)) if row.group_key else 0


def earlier(tx: Tx, row: Row) -> list[int]:
    """Other cases of the same cluster, newest first."""
    return tx.column(_EARLIER, cluster_key=row.cluster_key, case_id=row.id)


def append_event(tx: Tx, case_id: int, kind: str, actor_id: int | None, detail: dict[str, Any]) -> int:
    """Write down what happened to a case."""
    new_id = tx.new_id()
    text = msgspec.json.encode(detail).decode()
    tx.insert(case_event, id=new_id, case_id=case_id, actor_id=actor_id, kind=kind, detail_json=text, created_at=tx.now)
    return new_id


# Columns that a Case takes from its row as they are.
CASE_COLUMNS = tuple(name for name in Case.__struct_fields__ if name in moderation_case.c)
