"""Measures and their ends."""

from sqlalchemy import and_, bindparam, or_, select

from perdure.audit.model import Enforcement
from perdure.audit.tables import audit_enforcement as measure
from perdure.kernel.db import Tx, any_of, sql

_reversal = measure.alias("reversal")
_live = and_(
    measure.c.reverses.is_(None),
    or_(measure.c.until.is_(None), measure.c.until > bindparam("now")),
    ~select(_reversal.c.seq).where(_reversal.c.reverses == measure.c.seq).exists(),
)
_LAST = sql(select(measure.c.hash).order_by(measure.c.seq.desc()).limit(1))
_AT = sql(select(measure.c.hash).where(measure.c.seq <= bindparam("seq")).order_by(measure.c.seq.desc()).limit(1))
_ONE = sql(select(measure).where(measure.c.seq == bindparam("seq")))
_REVERSED_BY = sql(select(measure.c.seq).where(measure.c.reverses == bindparam("seq")))
_RANGE = sql(
    select(measure)
    .where(measure.c.seq > bindparam("after"), measure.c.seq <= bindparam("last"))
    .order_by(measure.c.seq)
)
_AFTER = sql(select(measure).where(measure.c.seq > bindparam("after")).order_by(measure.c.seq).limit(bindparam("most")))
_BY_DECISIONS = sql(select(measure).where(any_of(measure.c.decision_id, "decisions")).order_by(measure.c.seq))
_CURRENT = sql(
    select(measure).where(_live, measure.c.seq > bindparam("after")).order_by(measure.c.seq).limit(bindparam("most"))
)
_ON_SUBJECT = sql(select(measure).where(_live, measure.c.subject == bindparam("subject")).order_by(measure.c.seq))


def last_hash(tx: Tx) -> str | None:
    """The newest row's hash."""
    found: str | None = tx.scalar(_LAST)
    return found


def hash_at(tx: Tx, seq: int) -> str | None:
    """The hash of the newest row up to a number."""
    found: str | None = tx.scalar(_AT, seq=seq)
    return found


def insert(tx: Tx, added: Enforcement) -> None:
    """Store a row."""
    tx.insert(measure, **{name: getattr(added, name) for name in Enforcement.__struct_fields__})


def one(tx: Tx, seq: int) -> Enforcement | None:
    """A row by its number."""
    row = tx.first(_ONE, seq=seq)
    return Enforcement(*row) if row else None


def reversed_by(tx: Tx, seq: int) -> int | None:
    """The row that ended a measure."""
    found: int | None = tx.scalar(_REVERSED_BY, seq=seq)
    return found


def between(tx: Tx, after: int, last: int) -> dict[int, Enforcement]:
    """Rows above ``after`` up to ``last`` by number."""
    return {row.seq: Enforcement(*row) for row in tx.all(_RANGE, after=after, last=last)}


def by_decisions(tx: Tx, decisions: list[int]) -> list[Enforcement]:
    """What decisions put into force or ended."""
    return [Enforcement(*row) for row in tx.all(_BY_DECISIONS, decisions=decisions)]


def current(tx: Tx, now: int, after: int, most: int) -> list[Enforcement]:
    """Measures in force with a number above ``after``, in order."""
    return [Enforcement(*row) for row in tx.all(_CURRENT, now=now, after=after, most=most)]


def current_on(tx: Tx, now: int, subject: str) -> list[Enforcement]:
    """Measures in force against a subject, in order."""
    return [Enforcement(*row) for row in tx.all(_ON_SUBJECT, now=now, subject=subject)]


def after(tx: Tx, seq: int, most: int) -> list[Enforcement]:
    """Rows with a number above ``seq``, in order."""
    return [Enforcement(*row) for row in tx.all(_AFTER, after=seq, most=most)]
