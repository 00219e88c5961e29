"""Rows of referrals and of whom they go to."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.desk.tables.referrals import referral, referral_access, referral_contact
from perdure.kernel.db import Row, Tx, sql

_r, _c, _a = referral.c, referral_contact.c, referral_access.c
_ONE: Final = sql(select(referral).where(_r.id == bindparam("referral_id")))
_PAGE: Final = sql(select(referral).where(_r.id < bindparam("before")).order_by(_r.id.desc()).limit(bindparam("most")))
_OF_CASE: Final = sql(select(referral).where(_r.case_id == bindparam("case_id")).order_by(_r.id))
_CONTACTS: Final = sql(select(referral_contact).order_by(_c.kind, _c.name))
_CONTACT: Final = sql(select(referral_contact).where(_c.id == bindparam("contact_id")))
_ACCESSES: Final = sql(select(referral_access).where(_a.referral_id == bindparam("referral_id")).order_by(_a.id.desc()))
_COUNTS: Final = sql(
    select(_r.basis, func.count().label("n"), func.count(_r.receipt_at).label("receipts"))
    .where(_r.made_at >= bindparam("since"), _r.made_at < bindparam("until"), _r.drill.is_(False))
    .group_by(_r.basis)
)


def one(tx: Tx, referral_id: int) -> Row | None:
    """A referral's row."""
    return tx.first(_ONE, referral_id=referral_id)


def page(tx: Tx, before: int, most: int) -> list[Row]:
    """Referrals, newest first."""
    return tx.all(_PAGE, before=before, most=most)


def of_case(tx: Tx, case_id: int) -> list[Row]:
    """The referrals of a case, oldest first."""
    return tx.all(_OF_CASE, case_id=case_id)


def insert(tx: Tx, **values: Any) -> None:
    """Store a referral."""
    tx.insert(referral, **values)


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a referral and count a new version."""
    tx.update(referral, {"id": row.id}, version=row.version + 1, **values)


def contacts(tx: Tx) -> list[Row]:
    """Whom referrals may go to."""
    return tx.all(_CONTACTS)


def contact(tx: Tx, contact_id: int) -> Row | None:
    """One of them."""
    return tx.first(_CONTACT, contact_id=contact_id)


def insert_contact(tx: Tx, **values: Any) -> bool:
    """Store one, unless the name is taken."""
    return tx.insert_new(referral_contact, **values)


def change_contact(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of one and count a new version."""
    tx.update(referral_contact, {"id": row.id}, version=row.version + 1, **values)


def log_access(tx: Tx, referral_id: int, account_id: int, purpose: str) -> None:
    """Write down who opened a pack."""
    tx.insert(
        referral_access,
        id=tx.new_id(),
        referral_id=referral_id,
        account_id=account_id,
        purpose=purpose,
        created_at=tx.now,
    )


def accesses(tx: Tx, referral_id: int) -> list[Row]:
    """Who opened a pack, newest first."""
    return tx.all(_ACCESSES, referral_id=referral_id)


def counts(tx: Tx, since: int, until: int) -> list[Row]:
    """How many referrals of each basis there were in a time, and how many were acknowledged; drills apart."""
    return tx.all(_COUNTS, since=since, until=until)
