"""Passkeys and their challenges."""

from typing import Any

from sqlalchemy import bindparam, delete, select

from perdure.accounts.model import Passkey
from perdure.accounts.tables import passkey, passkey_challenge
from perdure.kernel.db import Row, Tx, sql

_COLUMNS = [passkey.c[name] for name in Passkey.__struct_fields__]
_OF = sql(select(*_COLUMNS).where(passkey.c.account_id == bindparam("account_id")).order_by(passkey.c.id))
_BY_CREDENTIAL = sql(select(*_COLUMNS).where(passkey.c.credential_id == bindparam("credential_id")))
_CHALLENGE = sql(
    select(passkey_challenge).where(
        passkey_challenge.c.challenge == bindparam("challenge"), passkey_challenge.c.expires_at > bindparam("now")
    )
)
_OLD = sql(delete(passkey_challenge).where(passkey_challenge.c.expires_at <= bindparam("now")))


def passkeys_of(tx: Tx, account_id: int) -> list[Passkey]:
    """An account's passkeys, oldest first."""
    return [Passkey(*row) for row in tx.all(_OF, account_id=account_id)]


def passkey_by_credential(tx: Tx, credential_id: str) -> Passkey | None:
    """The passkey that a browser names."""
    row = tx.first(_BY_CREDENTIAL, credential_id=credential_id)
    return Passkey(*row) if row else None


def insert_passkey(tx: Tx, **values: Any) -> bool:
    """Store a passkey unless it is known already."""
    return tx.insert_new(passkey, **values)


def update_passkey(tx: Tx, passkey_id: int, **values: Any) -> None:
    """Set columns of a passkey."""
    tx.update(passkey, {"id": passkey_id}, **values)


def delete_passkey(tx: Tx, account_id: int, passkey_id: int) -> bool:
    """Forget one passkey of an account."""
    return tx.delete(passkey, id=passkey_id, account_id=account_id) > 0


def delete_passkeys(tx: Tx, account_id: int) -> None:
    """Forget all passkeys of an account."""
    tx.delete(passkey, account_id=account_id)


def insert_challenge(tx: Tx, challenge: str, account_id: int | None, expires_at: int) -> None:
    """Remember a challenge, and drop those that ran out."""
    tx.run(_OLD, now=tx.now)
    tx.insert(passkey_challenge, challenge=challenge, account_id=account_id, expires_at=expires_at)


def drop_old_challenges(tx: Tx) -> None:
    """Forget passkey challenges that ran out."""
    tx.run(_OLD, now=tx.now)


def take_challenge(tx: Tx, challenge: str) -> Row | None:
    """A challenge that is still good; it works once."""
    row = tx.first(_CHALLENGE, challenge=challenge, now=tx.now)
    tx.delete(passkey_challenge, challenge=challenge)
    return row
