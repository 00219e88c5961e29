"""Proofs that were used, and how often forms were sent. Who sent them is kept as a hash, and not for long."""

from typing import Final

from sqlalchemy import bindparam, delete, select

from perdure.accounts.tables import form_use, used_proof
from perdure.kernel.db import Tx, sql

_KEPT_MS: Final = 7_200_000
_USES = sql(select(form_use.c.uses).where(form_use.c.key == bindparam("key"), form_use.c.began_at > bindparam("since")))
_OLD_PROOFS = sql(delete(used_proof).where(used_proof.c.expires_at <= bindparam("now")))
_OLD_USES = sql(delete(form_use).where(form_use.c.began_at <= bindparam("before")))


def use_once(tx: Tx, proof_hash: str, expires_at: int) -> bool:
    """Remember a proof as used; tells whether it was fresh."""
    return tx.insert_new(used_proof, proof_hash=proof_hash, expires_at=expires_at)


def uses(tx: Tx, key: str, since: int) -> int:
    """How often something was done in a window that began after ``since``."""
    return int(tx.scalar(_USES, key=key, since=since) or 0)


def count(tx: Tx, key: str, window_ms: int) -> int:
    """Count once more; returns how often in this window."""
    before = uses(tx, key, tx.now - window_ms)
    if before:
        tx.update(form_use, {"key": key}, uses=before + 1)
    else:
        tx.upsert(form_use, ("key",), key=key, began_at=tx.now, uses=1)
    return before + 1


def sweep(tx: Tx) -> None:
    """Forget what no longer matters."""
    tx.run(_OLD_PROOFS, now=tx.now)
    tx.run(_OLD_USES, before=tx.now - _KEPT_MS)
