"""Rows of answers and their files."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from perdure.desk.tables.answers import answer, answer_file, answer_permission
from perdure.desk.tables.letters import letter
from perdure.kernel.db import Row, Tx, any_of, sql

_a: Final = answer.c
_f: Final = answer_file.c
_ONE = sql(select(answer).where(_a.id == bindparam("answer_id")))
_LOCKED = sql(select(answer).where(_a.id == bindparam("answer_id")).with_for_update())
_OF_LETTER = sql(select(answer).where(_a.letter_id == bindparam("letter_id")).order_by(_a.number))
_OF_LETTERS = sql(select(answer).where(any_of(_a.letter_id, "ids")).order_by(_a.letter_id, _a.number))
_DUE = sql(
    select(_a.id)
    .where(or_(_a.state == "approved", _a.state == "due"), _a.next_at <= bindparam("now"))
    .order_by(_a.next_at)
    .limit(bindparam("most"))
)
_BY_MESSAGE = sql(select(answer).where(_a.message_id == bindparam("message_id")).limit(1))
_FILES = sql(select(answer_file).where(_f.answer_id == bindparam("answer_id")).order_by(_f.name))
_FILE = sql(select(answer_file).where(_f.answer_id == bindparam("answer_id"), _f.name == bindparam("name")))
_SIZES = sql(
    select(_f.answer_id, _f.name, _f.mime, _f.sha256, func.length(_f.content).label("size"))
    .where(any_of(_f.answer_id, "ids"))
    .order_by(_f.answer_id, _f.name)
)
_RECEIPTS = sql(
    select(func.count())
    .select_from(letter)
    .where(letter.c.contact_hash == bindparam("contact_hash"), letter.c.receipt_at > bindparam("since"))
)
_WAITING = sql(
    select(letter.c.id)
    .where(letter.c.state == "opening", letter.c.stored_at < bindparam("before"))
    .where(~select(_a.id).where(_a.letter_id == letter.c.id, _a.number == 0).exists())
    .order_by(letter.c.stored_at)
    .limit(bindparam("most"))
)
_AUTOMATIC = sql(
    select(_a.letter_id)
    .join(letter, letter.c.id == _a.letter_id)
    .join(answer_permission, answer_permission.c.sender_id == letter.c.sender_id)
    .where(_a.state == "draft", _a.kind == "final")
    .order_by(_a.id)
    .limit(bindparam("most"))
)
_OWED = (any_of(letter.c.state, "states"), letter.c.due_at.is_not(None), letter.c.drill.is_(False))
_STRICTEST = sql(select(letter).where(*_OWED).order_by(letter.c.due_at, letter.c.id).limit(1))
_OWED_COUNT = sql(select(func.count()).select_from(letter).where(*_OWED))
_PERMITTED = sql(select(answer_permission.c.sender_id).where(answer_permission.c.sender_id == bindparam("sender_id")))


def one(tx: Tx, answer_id: int) -> Row | None:
    """An answer's row."""
    return tx.first(_ONE, answer_id=answer_id)


def lock(tx: Tx, answer_id: int) -> Row | None:
    """An answer's row, which nobody else changes until this transaction ends."""
    return tx.first(_LOCKED, answer_id=answer_id)


def of_letter(tx: Tx, letter_id: int) -> list[Row]:
    """Everything that was written to a letter, in order."""
    return tx.all(_OF_LETTER, letter_id=letter_id)


def of_letters(tx: Tx, ids: Iterable[int]) -> list[Row]:
    """The same of several letters."""
    wanted = list(ids)
    return tx.all(_OF_LETTERS, ids=wanted) if wanted else []


def insert(tx: Tx, **values: Any) -> int:
    """Keep an answer; returns its id."""
    new_id = tx.new_id()
    tx.insert(answer, **({"id": new_id, "created_at": tx.now, "version": 1} | values))
    return new_id


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of an answer and count a new version."""
    tx.update(answer, {"id": row.id}, version=row.version + 1, **values)


def due(tx: Tx, most: int) -> list[int]:
    """Answers that wait for their files or to be sent, the longest due first."""
    return tx.column(_DUE, now=tx.now, most=most)


def by_message(tx: Tx, message_id: str) -> Row | None:
    """The answer that went out under a Message-ID."""
    return tx.first(_BY_MESSAGE, message_id=message_id) if message_id else None


def keep_file(tx: Tx, answer_id: int, name: str, mime: str, sha256: str, content: bytes) -> None:
    """Keep a file of an answer."""
    tx.insert_new(answer_file, answer_id=answer_id, name=name, mime=mime, sha256=sha256, content=content)


def files(tx: Tx, answer_id: int) -> list[Row]:
    """The files of an answer."""
    return tx.all(_FILES, answer_id=answer_id)


def file(tx: Tx, answer_id: int, name: str) -> Row | None:
    """One file of an answer."""
    return tx.first(_FILE, answer_id=answer_id, name=name)


def sizes(tx: Tx, ids: list[int]) -> list[Row]:
    """The files of answers without their bytes: answer_id, name, mime, sha256, size."""
    return tx.all(_SIZES, ids=ids) if ids else []


def receipts_to(tx: Tx, contact_hash: str, since: int) -> int:
    """How many letters from one address were acknowledged since an instant."""
    return int(tx.scalar(_RECEIPTS, contact_hash=contact_hash, since=since))


def unacknowledged(tx: Tx, before: int, most: int) -> list[int]:
    """Letters stored before an instant that are still being looked up and have no receipt."""
    return tx.column(_WAITING, before=before, most=most)


def permitted(tx: Tx, sender_id: int | None) -> bool:
    """Whether answers to a sender may go out without a person."""
    return sender_id is not None and tx.first(_PERMITTED, sender_id=sender_id) is not None


def automatic(tx: Tx, most: int) -> list[int]:
    """Letters with a whole draft to senders whose answers may go out without a person."""
    return tx.column(_AUTOMATIC, most=most)


def permit(tx: Tx, sender_id: int, given_by: int) -> None:
    """Let answers to a sender go out without a person."""
    tx.upsert(answer_permission, ("sender_id",), sender_id=sender_id, given_by=given_by, given_at=tx.now)


def forbid(tx: Tx, sender_id: int) -> None:
    """Let them wait for a person again."""
    tx.delete(answer_permission, sender_id=sender_id)


_UNANSWERED: Final = ("received", "opening", "opened")


def strictest(tx: Tx) -> Row | None:
    """The letter whose answer is due first, of those that have none."""
    return tx.first(_STRICTEST, states=list(_UNANSWERED))


def owed(tx: Tx) -> int:
    """How many letters wait for an answer that is due."""
    return int(tx.scalar(_OWED_COUNT, states=list(_UNANSWERED)))
