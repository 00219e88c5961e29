"""Subjects, and what they looked like."""

from sqlalchemy import bindparam, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.model import Subject
from perdure.moderation.tables.cases import snapshot, snapshot_access, subject
from perdure.posts.service import tag_card

_SUBJECT = sql(
    select(subject.c.id).where(
        subject.c.kind == bindparam("kind"),
        subject.c.ref_id == bindparam("ref_id"),
        subject.c.version == bindparam("version"),
    )
)
_NEWEST = sql(
    select(subject.c.id, subject.c.version, snapshot.c.id.label("snapshot_id"))
    .outerjoin(snapshot, snapshot.c.subject_id == subject.c.id)
    .where(subject.c.kind == bindparam("kind"), subject.c.ref_id == bindparam("ref_id"))
    .order_by(subject.c.version.desc())
    .limit(1)
)
_OF_SUBJECT = sql(
    select(snapshot.c.id, snapshot.c.digest)
    .where(snapshot.c.subject_id == bindparam("subject_id"))
    .order_by(snapshot.c.id)
    .limit(1)
)
_ONE = sql(
    select(snapshot, subject.c.kind, subject.c.ref_id, subject.c.version, subject.c.author_id)
    .join(subject, subject.c.id == snapshot.c.subject_id)
    .where(snapshot.c.id == bindparam("snapshot_id"))
)
_ACCESSES = sql(
    select(snapshot_access)
    .where(snapshot_access.c.snapshot_id == bindparam("snapshot_id"))
    .order_by(snapshot_access.c.id.desc())
    .limit(200)
)
_TAG = sql(select(tag_card.c.name).where(tag_card.c.id == bindparam("tag_id")))


def subject_id(tx: Tx, about: Subject) -> int:
    """The row of a subject's version; made where it is new."""
    values = {"kind": about.kind, "ref_id": about.id, "version": about.version}
    found = tx.scalar(_SUBJECT, **values)
    if found is None:
        tx.insert_new(subject, id=tx.new_id(), author_id=about.author_id, created_at=tx.now, **values)
        found = tx.scalar(_SUBJECT, **values)
    return int(found)


def newest(tx: Tx, kind: str, ref_id: int) -> Row | None:
    """Id, version, snapshot_id (perhaps None) of the newest known version of a thing."""
    return tx.first(_NEWEST, kind=kind, ref_id=ref_id)


def of_subject(tx: Tx, known_id: int) -> Row | None:
    """Id and digest of the first snapshot of a subject."""
    return tx.first(_OF_SUBJECT, subject_id=known_id)


def insert(tx: Tx, known_id: int, *, digest: str, sealed: bytes, wrapped_key: str, reason: str) -> None:
    """Store a snapshot unless one with the same content is there."""
    tx.insert_new(
        snapshot,
        id=tx.new_id(),
        subject_id=known_id,
        digest=digest,
        sealed=sealed,
        wrapped_key=wrapped_key,
        reason=reason,
        created_at=tx.now,
    )


def one(tx: Tx, snapshot_id: int) -> Row | None:
    """A snapshot with its subject."""
    return tx.first(_ONE, snapshot_id=snapshot_id)


def log_access(tx: Tx, snapshot_id: int, account_id: int, purpose: str, case_id: int | None) -> None:
    """Write down who opened a snapshot, and what for."""
    tx.insert(
        snapshot_access,
        id=tx.new_id(),
        snapshot_id=snapshot_id,
        account_id=account_id,
        purpose=purpose,
        case_id=case_id,
        created_at=tx.now,
    )


def accesses(tx: Tx, snapshot_id: int) -> list[Row]:
    """Who opened a snapshot, newest first."""
    return tx.all(_ACCESSES, snapshot_id=snapshot_id)


def tag_name(tx: Tx, tag_id: int) -> str:
    """A hashtag's name, or nothing where it does not exist."""
    return str(tx.scalar(_TAG, tag_id=tag_id) or "")
