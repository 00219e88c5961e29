"""Reading and changing the bank, and finding texts by their keys."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.signals.tables.bank import bank_entry, bank_hit, bank_state, bank_sweep, signature

_e, _h = bank_entry.c, bank_hit.c
_STATE = sql(select(bank_state.c.value).where(bank_state.c.name == bindparam("name")))
_NEXT = sql(update(bank_state).where(bank_state.c.name == "change").values(value=bank_state.c.value + 1))
_CHANGED = sql(select(bank_entry).where(_e.change > bindparam("after")).order_by(_e.change))
_BY_ID = sql(select(bank_entry).where(any_of(_e.id, "ids")))
_OF_DECISION = sql(select(bank_entry).where(_e.decision_id == bindparam("decision_id")))
_OF_DECISIONS = sql(
    select(
        _e.id, _e.decision_id, _e.created_at, _e.expires_at, _e.forgotten_at, _e.quarantined_at,
        bank_sweep.c.asked_at, bank_sweep.c.finished_at, bank_sweep.c.looked_at,
    )
    .outerjoin(bank_sweep, bank_sweep.c.entry_id == _e.id)
    .where(any_of(_e.decision_id, "ids"))
)  # fmt: skip
_HITS_OF = sql(select(_h.entry_id, _h.subject_kind, _h.subject_id, _h.swept).where(any_of(_h.entry_id, "ids")))
_PAGE = sql(select(bank_entry).where(_e.id < bindparam("before")).order_by(_e.id.desc()).limit(bindparam("most")))
_QUARANTINED = sql(
    select(bank_entry)
    .where(_e.quarantined_at.is_not(None), _e.forgotten_at.is_(None), _e.id < bindparam("before"))
    .order_by(_e.id.desc())
    .limit(bindparam("most"))
)
_HITS = sql(
    select(
        _h.entry_id,
        func.count().label("hits"),
        func.count(_h.account_id.distinct()).label("people"),
    )
    .where(any_of(_h.entry_id, "ids"))
    .group_by(_h.entry_id)
)
_BEHIND = sql(
    select(_e.decision_id, _h.subject_kind)
    .join(bank_hit, _h.entry_id == _e.id)
    .where(_h.account_id == bindparam("account_id"), _e.forgotten_at.is_(None), _e.quarantined_at.is_(None))
    .distinct()
    .limit(bindparam("most"))
)
_RECENT = sql(
    select(func.count(_h.account_id.distinct())).where(
        _h.entry_id == bindparam("entry_id"),
        _h.found_at > bindparam("since"),
        _h.found_at <= bindparam("until"),
        _h.established.is_(True),
        _h.swept.is_(False),
    )
)
_FOUND = sql(select(signature.c.subject_id, signature.c.kind).where(any_of(signature.c.key, "keys")).distinct())
_SIGN = sql(
    insert(signature).values({name: bindparam(name) for name in ("key", "subject_id", "kind")}).on_conflict_do_nothing()
)
_UNSIGN = sql(
    delete(signature).where(signature.c.subject_id == bindparam("subject_id"), any_of(signature.c.key, "keys"))
)
_UNFINISHED = sql(
    select(bank_sweep.c.entry_id)
    .where(bank_sweep.c.finished_at.is_(None), bank_sweep.c.asked_at < bindparam("before"))
    .order_by(bank_sweep.c.asked_at)
    .limit(bindparam("most"))
)
_IS_HIT = sql(select(_h.entry_id).where(_h.entry_id == bindparam("entry_id"), _h.subject_id == bindparam("subject_id")))
_COUNT = {
    held: sql(
        update(bank_sweep)
        .where(bank_sweep.c.entry_id == bindparam("entry"))
        .values(**{name: bank_sweep.c[name] + 1 for name in ("held" if held else "queued",)})
    )
    for held in (False, True)
}
_FOUND_OF = sql(
    select(_e.decision_id, func.count(func.distinct(_h.subject_id)).label("n"))
    .join(bank_hit, _h.entry_id == _e.id)
    .where(any_of(_e.decision_id, "ids"))
    .group_by(_e.decision_id)
)
_SWEEP = sql(select(bank_sweep).where(bank_sweep.c.entry_id == bindparam("entry_id")))


def state(tx: Tx, name: str) -> int | None:
    """A counter of the bank."""
    found: int | None = tx.scalar(_STATE, name=name)
    return found


def set_state(tx: Tx, name: str, value: int) -> None:
    """Set a counter of the bank."""
    tx.upsert(bank_state, ("name",), name=name, value=value)


def next_change(tx: Tx) -> int:
    """Number a change of the bank. The row stays locked until the end, so that numbers come in the order of commits."""
    tx.insert_new(bank_state, name="change", value=0)
    tx.run(_NEXT)
    found: int = tx.scalar(_STATE, name="change")
    return found


def changed(tx: Tx, after: int) -> list[Row]:
    """Entries that changes above a number wrote, in their order."""
    return tx.all(_CHANGED, after=after)


def by_id(tx: Tx, ids: list[int]) -> list[Row]:
    """Entries in no order."""
    return tx.all(_BY_ID, ids=ids) if ids else []


def of_decision(tx: Tx, decision_id: int) -> list[Row]:
    """What a decision put into the bank."""
    return tx.all(_OF_DECISION, decision_id=decision_id)


def of_decisions(tx: Tx, ids: list[int]) -> list[Row]:
    """What decisions put into the bank, each with the search for its copies (asked_at is None where there was none)."""
    return tx.all(_OF_DECISIONS, ids=ids) if ids else []


def hits_of(tx: Tx, ids: list[int]) -> list[Row]:
    """Copies of entries: entry_id, subject_kind, subject_id, swept."""
    return tx.all(_HITS_OF, ids=ids) if ids else []


def page(tx: Tx, before: int, most: int, *, quarantined: bool) -> list[Row]:
    """Entries below an id, newest first."""
    return tx.all(_QUARANTINED if quarantined else _PAGE, before=before, most=most)


def change(tx: Tx, entry_id: int, **values: Any) -> int:
    """Set columns of an entry, as a new change of the bank."""
    return tx.update(bank_entry, {"id": entry_id}, change=next_change(tx), **values)


def hits(tx: Tx, ids: list[int]) -> dict[int, tuple[int, int]]:
    """How many copies of each entry were found, and of how many accounts."""
    return {row.entry_id: (row.hits, row.people) for row in tx.all(_HITS, ids=ids)} if ids else {}


def behind(tx: Tx, account_id: int, most: int) -> list[Row]:
    """(decision_id, subject_kind) behind what an account copied, of entries that act."""
    return tx.all(_BEHIND, account_id=account_id, most=most)


def recent_people(tx: Tx, entry_id: int, since: int, until: int) -> int:
    """How many established accounts said an entry's text anew between two instants."""
    return int(tx.scalar(_RECENT, entry_id=entry_id, since=since, until=until))


def found(tx: Tx, keys: list[int]) -> list[tuple[int, int]]:
    """(subject id, kind) of everything that is kept under one of the keys."""
    return [(row[0], row[1]) for row in tx.all(_FOUND, keys=keys)] if keys else []


def sign(tx: Tx, rows: list[dict[str, int]]) -> None:
    """Keep subjects under keys; those that are there already stay."""
    tx.run_many(_SIGN, rows)


def unsign(tx: Tx, subject_id: int, keys: list[int]) -> None:
    """Take a subject from under keys."""
    if keys:
        tx.run(_UNSIGN, subject_id=subject_id, keys=keys)


def is_hit(tx: Tx, entry_id: int, subject_id: int) -> bool:
    """Whether a copy was found before."""
    return tx.first(_IS_HIT, entry_id=entry_id, subject_id=subject_id) is not None


def count_swept(tx: Tx, entry_id: int, *, held: bool) -> None:
    """Count a copy that a search held or put before a person."""
    tx.run(_COUNT[held], entry=entry_id)


def found_of(tx: Tx, decision_ids: Sequence[int]) -> dict[int, int]:
    """How many things were recognised as copies of what each decision removed."""
    return {row.decision_id: row.n for row in tx.all(_FOUND_OF, ids=list(decision_ids))}


def sweep(tx: Tx, entry_id: int) -> Row | None:
    """How a search for copies went."""
    return tx.first(_SWEEP, entry_id=entry_id)


def unfinished(tx: Tx, before: int, most: int) -> list[int]:
    """Entries whose copies were to be searched for before an instant and that nobody finished."""
    return tx.column(_UNFINISHED, before=before, most=most)
