"""Entries and their private parts."""

from functools import cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select

from perdure.audit.model import Entry, Line, Private, Wanted
from perdure.audit.tables import audit_entry as entry
from perdure.audit.tables import audit_private as private
from perdure.kernel.db import Query, Row, Tx, any_of, sql

# On PostgreSQL two writers would both read the same last entry: this lock makes them queue until commit.
_LOCK = sql("SELECT pg_advisory_xact_lock(7271983)")
_LAST = sql(select(entry.c.seq, entry.c.hash).order_by(entry.c.seq.desc()).limit(1))
_PAGE = sql(select(entry).where(entry.c.seq > bindparam("after")).order_by(entry.c.seq).limit(bindparam("most")))
_ONE = sql(select(entry).where(entry.c.seq == bindparam("seq")))
_PRIVATE = sql(
    select(private)
    .where(private.c.seq > bindparam("after"), private.c.seq <= bindparam("last"))
    .order_by(private.c.seq)
)
_ABOUT = sql(
    select(private.c.seq)
    .where(or_(private.c.actor_id == bindparam("account_id"), private.c.about_id == bindparam("account_id")))
    .order_by(private.c.seq)
)
_ON = sql(
    select(private.c.seq)
    .select_from(private.join(entry, entry.c.seq == private.c.seq))
    .where(entry.c.subject == bindparam("subject"))
    .order_by(private.c.seq)
)
_ERASED = sql(select(entry.c.detail_json).where(entry.c.action == bindparam("action")).order_by(entry.c.seq))
_ERASE = sql(delete(private).where(private.c.seq >= bindparam("first"), private.c.seq <= bindparam("last")))


_ACTORS = sql(select(private.c.actor_id).where(private.c.actor_id.is_not(None)).distinct())
_SUBJECTS = sql(select(entry.c.subject).where(entry.c.action == bindparam("action")).distinct())
_SPEAKING = sql(
    select(entry)
    .where(or_(entry.c.subject == bindparam("subject"), entry.c.detail_json.like(bindparam("number"))))
    .order_by(entry.c.seq)
)
_THESE = sql(select(entry).where(any_of(entry.c.seq, "numbers")).order_by(entry.c.seq))


def lock_last(tx: Tx) -> Row | None:
    """The newest entry's seq and hash; nobody else can append until this transaction ends."""
    if tx.engine == "postgresql":
        tx.run(_LOCK)
    return tx.first(_LAST)


def last(tx: Tx) -> int:
    """The newest entry's number, 0 where there is none."""
    row = tx.first(_LAST)
    return row.seq if row else 0


def insert(tx: Tx, added: Entry, hidden: Private) -> None:
    """Store an entry and what it commits to."""
    tx.insert(
        entry,
        seq=added.seq,
        at=added.at,
        action=added.action,
        subject=added.subject,
        detail_json=added.detail_json,
        commitment=added.commitment,
        previous=added.previous,
        hash=added.hash,
    )
    tx.insert(
        private,
        seq=hidden.seq,
        actor_id=hidden.actor_id,
        about_id=hidden.about_id,
        salt=hidden.salt,
        payload_json=hidden.payload_json,
    )


def one(tx: Tx, seq: int) -> Entry | None:
    """An entry by its number."""
    row = tx.first(_ONE, seq=seq)
    return Entry(*row) if row else None


def page(tx: Tx, after: int, most: int) -> list[Entry]:
    """Entries above ``after`` in order."""
    return [Entry(*row) for row in tx.all(_PAGE, after=after, most=most)]


def privates(tx: Tx, after: int, last: int) -> dict[int, Private]:
    """The private parts of the entries above ``after`` up to ``last`` that are still there."""
    return {row.seq: Private(*row) for row in tx.all(_PRIVATE, after=after, last=last)}


def lines(tx: Tx, wanted: Wanted, most: int, *, ascending: bool = False) -> list[Line]:
    """A page of the log: the newest first, or those next above ``lower`` first."""
    given: dict[str, Any] = {"lower": wanted.lower, "upper": wanted.upper, "most": most}
    if wanted.subject is not None:
        given["subject"] = wanted.subject
    if wanted.actor_id is not None:
        given["actor_id"] = wanted.actor_id
    if wanted.action is not None and wanted.action.endswith("."):
        given["area"] = wanted.action
    elif wanted.action is not None:
        given["action"] = wanted.action
    return [Line(*row) for row in tx.all(_lines(frozenset(given), ascending), **given)]


@cache
def _lines(given: frozenset[str], ascending: bool) -> Query:  # noqa: FBT001 - a cache key
    found = select(
        entry.c.seq,
        entry.c.at,
        private.c.actor_id,
        entry.c.action,
        entry.c.subject,
        entry.c.detail_json,
        private.c.payload_json,
    ).select_from(entry.outerjoin(private, private.c.seq == entry.c.seq))
    found = found.where(entry.c.seq > bindparam("lower"), entry.c.seq < bindparam("upper"))
    if "subject" in given:
        found = found.where(entry.c.subject == bindparam("subject"))
    if "actor_id" in given:
        found = found.where(private.c.actor_id == bindparam("actor_id"))
    if "action" in given:
        found = found.where(entry.c.action == bindparam("action"))
    if "area" in given:
        found = found.where(func.substr(entry.c.action, 1, func.length(bindparam("area"))) == bindparam("area"))
    order = entry.c.seq if ascending else entry.c.seq.desc()
    return sql(found.order_by(order).limit(bindparam("most")))


def numbers_about(tx: Tx, account_id: int) -> list[int]:
    """Entries whose private part names an account, as actor or as whom the data is about."""
    return tx.column(_ABOUT, account_id=account_id)


def numbers_on(tx: Tx, subject: str) -> list[int]:
    """Entries on a subject that still have a private part."""
    return tx.column(_ON, subject=subject)


def erasures(tx: Tx, action: str) -> list[str]:
    """The details of every erasure."""
    return tx.column(_ERASED, action=action)


def erase(tx: Tx, first: int, last: int) -> int:
    """Delete private parts; returns how many there were."""
    return tx.run(_ERASE, first=first, last=last)


def actors(tx: Tx) -> set[int]:
    """Every account that ever acted."""
    return set(tx.column(_ACTORS))


def subjects(tx: Tx, action: str) -> set[str]:
    """Every subject of an action."""
    return set(tx.column(_SUBJECTS, action=action))


def speaking(tx: Tx, kind: str, names: frozenset[str], number: int) -> list[Entry]:
    """Entries on ``kind:number``, and those whose detail has the number under one of the names.

    Reads the whole table where the number stands in a detail: for proofs, not for pages.
    """
    subject = f"{kind}:{number}"
    found = (Entry(*row) for row in tx.all(_SPEAKING, subject=subject, number=f"%{number}%"))
    return [row for row in found if row.subject == subject or _says(row, names, number)]


def _says(row: Entry, names: frozenset[str], number: int) -> bool:
    detail: dict[str, Any] = msgspec.json.decode(row.detail_json)
    return any(str(detail[name]) == str(number) for name in names & detail.keys())


def these(tx: Tx, numbers: list[int]) -> list[Entry]:
    """Entries by their numbers."""
    return [Entry(*row) for row in tx.all(_THESE, numbers=numbers)]
