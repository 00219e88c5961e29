"""Rows of letters and of what they complain of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.desk.tables.letters import letter, letter_item, letter_number, letter_raw, letter_read, sender
from perdure.kernel.db import Query, Row, Tx, any_of, sql

_l: Final = letter.c
_i: Final = letter_item.c
_ONE = sql(select(letter).where(_l.id == bindparam("letter_id")))
_LOCKED = sql(select(letter).where(_l.id == bindparam("letter_id")).with_for_update())
_SAME = sql(select(letter).where(_l.dedupe_key == bindparam("dedupe_key")))
_BY_REQUEST = sql(select(letter).where(_l.request_key == bindparam("request_key")))
_NUMBER = sql("UPDATE letter_number SET last = last + 1 WHERE year = :year RETURNING last")
_BY_TOKEN = sql(select(letter).where(_l.token_hash == bindparam("token_hash")))
_BY_REFERENCE = sql(select(letter).where(_l.reference == bindparam("reference")))
_OF_CASE = sql(select(letter).where(_l.case_id == bindparam("case_id")).order_by(_l.id))
_BY_MESSAGE = sql(select(letter).where(any_of(_l.message_key, "keys")).order_by(_l.id.desc()).limit(20))
_FROM_SOURCE = sql(
    select(func.count()).where(_l.contact_hash == bindparam("contact_hash"), _l.received_at > bindparam("since"))
)
_UNVERIFIED = sql(
    select(func.count()).where(_l.stored_at > bindparam("since"), _l.verified.is_(False), _l.by_account.is_(None))
)
_RAW = sql(select(letter_raw).where(letter_raw.c.letter_id == bindparam("letter_id")))
_READ = sql(select(letter_read).where(letter_read.c.letter_id == bindparam("letter_id")))
_PAGE = sql(
    select(letter)
    .where(any_of(_l.state, "states"), _l.id < bindparam("before"))
    .order_by(_l.id.desc())
    .limit(bindparam("most"))
)
_PAGE_OF_SENDER = sql(
    select(letter)
    .where(_l.sender_id == bindparam("sender_id"), any_of(_l.state, "states"), _l.id < bindparam("before"))
    .order_by(_l.id.desc())
    .limit(bindparam("most"))
)
_STUCK = sql(
    select(_l.id)
    .where(any_of(_l.state, "states"), _l.stored_at < bindparam("before"))
    .order_by(_l.stored_at)
    .limit(bindparam("most"))
)
_SENDER = sql(select(sender).where(sender.c.id == bindparam("sender_id")))
_ITEMS = sql(
    select(letter_item)
    .where(_i.letter_id == bindparam("letter_id"), _i.number > bindparam("after"))
    .order_by(_i.number)
    .limit(bindparam("most"))
)
_AT_STEP = sql(
    select(letter_item)
    .where(_i.letter_id == bindparam("letter_id"), _i.step == bindparam("step"))
    .order_by(_i.number)
    .limit(bindparam("most"))
)
_COUNT_DONE = sql(select(func.count()).where(_i.letter_id == bindparam("letter_id"), _i.step >= bindparam("step")))
_FIRST_AT = sql(
    select(_i.place_key, func.min(_i.item_id).label("item_id"))
    .where(_i.letter_id == bindparam("letter_id"), any_of(_i.place_key, "keys"))
    .group_by(_i.place_key)
)
_BY_ITEM = sql(select(letter_item).where(any_of(_i.item_id, "ids")))
_CHANGE_ITEM: Final[dict[tuple[str, ...], Query]] = {
    names: sql(
        f"UPDATE letter_item SET {', '.join(f'{name} = :{name}' for name in names)}"
        " WHERE letter_id = :letter_id AND number = :number"
    )
    for names in (
        ("step", "place_key", "resolution", "outcome_hint", "same_as", "decision_id", "masked", "state_before"),
        ("step", "held_by"),
        ("step",),
    )
}
LOOKED_UP: Final = (
    "step",
    "place_key",
    "resolution",
    "outcome_hint",
    "same_as",
    "decision_id",
    "masked",
    "state_before",
)
JUDGED: Final = ("step", "held_by")
STEPPED: Final = ("step",)


def one(tx: Tx, letter_id: int) -> Row | None:
    """A letter's row."""
    return tx.first(_ONE, letter_id=letter_id)


def lock(tx: Tx, letter_id: int) -> Row | None:
    """A letter's row, which nobody else changes until this transaction ends."""
    return tx.first(_LOCKED, letter_id=letter_id)


def same(tx: Tx, dedupe_key: str) -> Row | None:
    """The letter with these bytes from this source."""
    return tx.first(_SAME, dedupe_key=dedupe_key)


def by_request(tx: Tx, request_key: str) -> Row | None:
    """The letter that came with a caller's idempotency key."""
    return tx.first(_BY_REQUEST, request_key=request_key)


def insert(tx: Tx, **values: Any) -> bool:
    """Store a letter unless the same one is there; tells whether it was stored."""
    return tx.insert_new(letter, **values)


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a letter and count a new version."""
    tx.update(letter, {"id": row.id}, version=row.version + 1, **values)


def next_number(tx: Tx, year: int) -> int:
    """The next number of a year; on PostgreSQL whoever comes second waits for the first."""
    tx.insert_new(letter_number, year=year, last=0)
    return int(tx.scalar(_NUMBER, year=year))


def keep_raw(tx: Tx, letter_id: int, sealed: bytes, wrapped_key: str) -> None:
    """Keep the sealed bytes of a letter."""
    tx.insert(letter_raw, letter_id=letter_id, sealed=sealed, wrapped_key=wrapped_key)


def raw(tx: Tx, letter_id: int) -> Row | None:
    """The sealed bytes of a letter and their wrapped key."""
    return tx.first(_RAW, letter_id=letter_id)


def keep_read(tx: Tx, letter_id: int, sealed: bytes, wrapped_key: str) -> None:
    """Keep what was understood of a letter."""
    tx.insert(letter_read, letter_id=letter_id, sealed=sealed, wrapped_key=wrapped_key)


def read(tx: Tx, letter_id: int) -> Row | None:
    """What was understood of a letter, sealed."""
    return tx.first(_READ, letter_id=letter_id)


def by_token(tx: Tx, token_hash: str) -> Row | None:
    """The letter whose public link has this token."""
    return tx.first(_BY_TOKEN, token_hash=token_hash)


def by_reference(tx: Tx, reference: str) -> Row | None:
    """The letter with our reference."""
    return tx.first(_BY_REFERENCE, reference=reference)


def of_case(tx: Tx, case_id: int) -> list[Row]:
    """Letters that a case was opened and joined by, oldest first."""
    return tx.all(_OF_CASE, case_id=case_id)


def by_messages(tx: Tx, keys: Sequence[str]) -> list[Row]:
    """Letters with these digests of Message-IDs, newest first."""
    return tx.all(_BY_MESSAGE, keys=list(keys)) if keys else []


def count_from(tx: Tx, contact_hash: str, since: int) -> int:
    """How many letters came from one address since an instant."""
    return int(tx.scalar(_FROM_SOURCE, contact_hash=contact_hash, since=since))


def count_unverified(tx: Tx, since: int) -> int:
    """How many letters nobody vouches for were stored since an instant."""
    return int(tx.scalar(_UNVERIFIED, since=since))


def page(tx: Tx, states: Iterable[str], *, before: int, most: int, sender_id: int | None = None) -> list[Row]:
    """Letters in some states, newest first; of one sender where that is asked for."""
    if sender_id is None:
        return tx.all(_PAGE, states=list(states), before=before, most=most)
    return tx.all(_PAGE_OF_SENDER, states=list(states), before=before, most=most, sender_id=sender_id)


def stuck(tx: Tx, states: Iterable[str], before: int, most: int) -> list[int]:
    """Letters that are still in one of these states although they were stored before an instant."""
    return tx.column(_STUCK, states=list(states), before=before, most=most)


def sender_row(tx: Tx, sender_id: int) -> Row | None:
    """A sender's row."""
    return tx.first(_SENDER, sender_id=sender_id)


def insert_items(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store what a letter complains of."""
    tx.insert_many(letter_item, rows)


def items(tx: Tx, letter_id: int, *, after: int = 0, most: int = 10_000) -> list[Row]:
    """What a letter complains of, in its order, from a number on."""
    return tx.all(_ITEMS, letter_id=letter_id, after=after, most=most)


def at_step(tx: Tx, letter_id: int, step: int, most: int) -> list[Row]:
    """The first items of a letter that are at a step."""
    return tx.all(_AT_STEP, letter_id=letter_id, step=step, most=most)


def count_done(tx: Tx, letter_id: int, step: int) -> int:
    """How many items of a letter have got to a step."""
    return int(tx.scalar(_COUNT_DONE, letter_id=letter_id, step=step))


def first_at(tx: Tx, letter_id: int, keys: Iterable[str]) -> dict[str, int]:
    """The first item of the case that a letter has for each of these places."""
    wanted = list(dict.fromkeys(keys))
    rows = tx.all(_FIRST_AT, letter_id=letter_id, keys=wanted) if wanted else []
    return {row.place_key: row.item_id for row in rows}


def by_case_items(tx: Tx, ids: Iterable[int]) -> list[Row]:
    """The lines of letters that stand behind items of cases."""
    wanted = list(ids)
    return tx.all(_BY_ITEM, ids=wanted) if wanted else []


def change_items(tx: Tx, names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]) -> None:
    """Set one of the groups of columns of many items."""
    if rows:
        tx.run_many(_CHANGE_ITEM[names], rows)
