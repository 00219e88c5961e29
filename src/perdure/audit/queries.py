"""The log's SQL."""

from sqlalchemy import bindparam, select

from perdure.audit.model import Entry
from perdure.audit.tables import audit_entry as entry
from perdure.kernel.db import Row, Tx, sql

# On PostgreSQL two writers would both read the same last entry: this lock makes them queue until commit.
_LOCK = sql("SELECT pg_advisory_xact_lock(7271983)")
_LAST = sql(select(entry.c.seq, entry.c.hash).order_by(entry.c.seq.desc()).limit(1))
_PAGE = sql(select(entry).where(entry.c.seq > bindparam("after")).order_by(entry.c.seq).limit(bindparam("most")))
_NEWEST = sql(
    select(entry).where(entry.c.seq < bindparam("before")).order_by(entry.c.seq.desc()).limit(bindparam("most"))
)


def lock_last(tx: Tx) -> Row | None:
    """The newest entry's seq and hash; nobody else can append until this transaction ends."""
    if tx.engine == "postgresql":
        tx.run(_LOCK)
    return tx.first(_LAST)


def insert(tx: Tx, added: Entry) -> None:
    """Store an entry."""
    tx.insert(
        entry,
        seq=added.seq,
        at=added.at,
        actor_id=added.actor_id,
        action=added.action,
        subject=added.subject,
        detail_json=added.detail_json,
        previous=added.previous,
        hash=added.hash,
    )


def page(tx: Tx, after: int, most: int) -> list[Entry]:
    """Entries above ``after`` in order."""
    return [Entry(*row) for row in tx.all(_PAGE, after=after, most=most)]


def newest(tx: Tx, before: int, most: int) -> list[Entry]:
    """Entries below ``before``, newest first."""
    return [Entry(*row) for row in tx.all(_NEWEST, before=before, most=most)]
