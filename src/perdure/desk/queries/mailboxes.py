"""Rows of mailboxes."""

from typing import Final

from sqlalchemy import bindparam, select

from perdure.desk.ports import Mark
from perdure.desk.tables.mailboxes import mailbox
from perdure.kernel.db import Tx, sql

_ONE: Final = sql(select(mailbox).where(mailbox.c.name == bindparam("name")))


def mark(tx: Tx, name: str) -> Mark | None:
    """How far a mailbox was read; None: never."""
    row = tx.first(_ONE, name=name)
    return None if row is None else Mark(row.validity, row.uid, row.received_at)


def keep(tx: Tx, name: str, one: Mark) -> None:
    """Remember how far a mailbox was read."""
    tx.upsert(
        mailbox,
        ("name",),
        name=name,
        validity=one.validity,
        uid=one.uid,
        received_at=one.received_at,
        read_at=tx.now,
    )
