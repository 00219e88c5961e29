"""By what banned people are recognised when they come again."""

from sqlalchemy import bindparam, or_, select

from perdure.accounts.tables import barred, session
from perdure.kernel.db import Row, Tx, any_of, sql

_MATCHES = sql(
    select(barred.c.account_id, barred.c.kind)
    .where(
        any_of(barred.c.digest, "digests"),
        or_(barred.c.expires_at.is_(None), barred.c.expires_at > bindparam("now")),
    )
    .distinct()
)
_SESSIONS = sql(
    select(session.c.address, session.c.user_agent)
    .where(session.c.account_id == bindparam("account_id"), session.c.address != "")
    .distinct()
)
_OVER = sql("DELETE FROM barred WHERE expires_at <= :now")


def add(tx: Tx, account_id: int, kind: str, digest: str, expires_at: int | None) -> None:
    """Remember one mark of somebody who was banned."""
    tx.upsert(
        barred,
        ("account_id", "kind", "digest"),
        account_id=account_id,
        kind=kind,
        digest=digest,
        expires_at=expires_at,
        created_at=tx.now,
    )


def forget(tx: Tx, account_id: int) -> None:
    """Forget every mark of somebody."""
    tx.delete(barred, account_id=account_id)


def matches(tx: Tx, digests: list[str]) -> list[Row]:
    """(account_id, kind) of those banned who left one of these marks."""
    return tx.all(_MATCHES, digests=digests, now=tx.now)


def sessions(tx: Tx, account_id: int) -> list[Row]:
    """(address, user_agent): where, and with what, somebody signed in."""
    return tx.all(_SESSIONS, account_id=account_id)


def sweep(tx: Tx) -> None:
    """Forget the marks whose time is over."""
    tx.run(_OVER, now=tx.now)
