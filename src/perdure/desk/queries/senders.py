"""Rows of senders and their tokens."""

from typing import Any, Final

from sqlalchemy import bindparam, func, select

from perdure.desk.tables.letters import sender, sender_token
from perdure.kernel.db import Row, Tx, sql

_s: Final = sender.c
_t: Final = sender_token.c
_EVERY = sql(select(sender).order_by(_s.name, _s.id).limit(bindparam("most")))
_ONE = sql(select(sender).where(_s.id == bindparam("sender_id")))
_NAMED = sql(select(sender).where(_s.name == bindparam("name")))
_COUNT = sql(select(func.count()).select_from(sender))
_TOKEN = sql(
    select(sender, _t.token_hash, _t.last_used_at)
    .join(sender_token, _t.sender_id == _s.id)
    .where(_t.token_hash == bindparam("token_hash"), _t.revoked_at.is_(None))
)
_TOKENS = sql(
    select(sender_token)
    .where(_t.revoked_at.is_(None), _t.sender_id == bindparam("sender_id"))
    .order_by(_t.name, _t.created_at)
)


def every(tx: Tx, most: int) -> list[Row]:
    """All senders, by name."""
    return tx.all(_EVERY, most=most)


def one(tx: Tx, sender_id: int) -> Row | None:
    """A sender."""
    return tx.first(_ONE, sender_id=sender_id)


def named(tx: Tx, name: str) -> Row | None:
    """The sender of a name."""
    return tx.first(_NAMED, name=name)


def count(tx: Tx) -> int:
    """How many there are."""
    return int(tx.scalar(_COUNT))


def insert(tx: Tx, **values: Any) -> int:
    """Keep a sender; returns its id."""
    new_id = tx.new_id()
    tx.insert(sender, id=new_id, **values)
    return new_id


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a sender and count a new version."""
    tx.update(sender, {"id": row.id}, updated_at=tx.now, version=row.version + 1, **values)


def by_token(tx: Tx, token_hash: str) -> Row | None:
    """The sender that a token in force belongs to, with when it was last used."""
    return tx.first(_TOKEN, token_hash=token_hash)


def tokens(tx: Tx, sender_id: int) -> list[Row]:
    """A sender's tokens in force."""
    return tx.all(_TOKENS, sender_id=sender_id)


def insert_token(tx: Tx, **values: Any) -> None:
    """Keep a token's hash."""
    tx.insert(sender_token, last_used_at=None, revoked_at=None, created_at=tx.now, **values)


def change_token(tx: Tx, token_hash: str, **values: Any) -> None:
    """Set columns of a token."""
    tx.update(sender_token, {"token_hash": token_hash}, **values)
