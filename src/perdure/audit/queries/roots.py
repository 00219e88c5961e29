"""Keys, signed roots and receipts."""

from typing import Any

from sqlalchemy import bindparam, func, select, update

from perdure.audit.model import Key, Receipt, Root
from perdure.audit.tables import audit_entry as entry
from perdure.audit.tables import audit_key as key
from perdure.audit.tables import audit_receipt as receipt
from perdure.audit.tables import audit_root as root
from perdure.kernel.db import Query, Tx, sql


def _between(table: Any) -> Query:
    return sql(select(table).where(table.c.seq > bindparam("after"), table.c.seq <= bindparam("last")))


_KEYS = _between(key)
_ROOTS = _between(root)
_RECEIPTS = _between(receipt)
_NEWEST_KEY = sql(select(key).order_by(key.c.seq.desc()).limit(1))
_DROP_SECRETS = sql(update(key).where(key.c.secret != "").values(secret=""))
_SAID = sql(select(entry.c.seq).where(entry.c.action == bindparam("action")).limit(1))
_LAST = sql(select(root).order_by(root.c.n.desc()).limit(1))
_ONE = sql(select(root).where(root.c.n == bindparam("n")))
_COVERING = sql(select(root).where(root.c.last_seq >= bindparam("seq")).order_by(root.c.last_seq).limit(1))
_ENDED_BEFORE = sql(select(func.max(root.c.last_seq)).where(root.c.day < bindparam("day")))
_ENDED_ON = sql(select(func.max(root.c.last_seq)).where(root.c.day == bindparam("day")))
_ENDED_AFTER = sql(select(func.min(root.c.last_seq)).where(root.c.day > bindparam("day")))
_WITHIN = sql(
    select(root)
    .where(root.c.last_seq >= bindparam("first"), root.c.last_seq <= bindparam("last"))
    .order_by(root.c.last_seq)
)
_NEWEST = sql(select(root).where(root.c.n < bindparam("before")).order_by(root.c.n.desc()).limit(bindparam("most")))
_RECEIPTS_OF = sql(select(receipt).where(receipt.c.n == bindparam("n")).order_by(receipt.c.seq))
_NEWEST_BEFORE = sql(select(entry.c.seq).where(entry.c.at < bindparam("at")).order_by(entry.c.seq.desc()).limit(1))
_HASHES = sql(
    select(entry.c.seq, entry.c.hash)
    .where(entry.c.seq > bindparam("after"), entry.c.seq <= bindparam("last"))
    .order_by(entry.c.seq)
    .limit(bindparam("most"))
)


def newest_key(tx: Tx) -> Key | None:
    """The key that is used now."""
    row = tx.first(_NEWEST_KEY)
    return Key(*row) if row else None


def drop_secrets(tx: Tx) -> int:
    """Empty the secret half of every key; returns of how many."""
    return tx.run(_DROP_SECRETS)


def were_dropped(tx: Tx, action: str) -> bool:
    """Whether an entry says that they were."""
    return tx.scalar(_SAID, action=action) is not None


def insert_key(tx: Tx, added: Key) -> None:
    """Store a key."""
    tx.insert(key, **{name: getattr(added, name) for name in Key.__struct_fields__})


def insert_root(tx: Tx, added: Root) -> None:
    """Store a root."""
    tx.insert(root, **{name: getattr(added, name) for name in Root.__struct_fields__})


def insert_receipt(tx: Tx, added: Receipt) -> None:
    """Store a receipt."""
    tx.insert(receipt, **{name: getattr(added, name) for name in Receipt.__struct_fields__})


def keys_between(tx: Tx, after: int, last: int) -> dict[int, Key]:
    """Keys by the number of their entries."""
    return {row.seq: Key(*row) for row in tx.all(_KEYS, after=after, last=last)}


def roots_between(tx: Tx, after: int, last: int) -> dict[int, Root]:
    """Roots by the number of their entries."""
    return {row.seq: Root(*row) for row in tx.all(_ROOTS, after=after, last=last)}


def receipts_between(tx: Tx, after: int, last: int) -> dict[int, Receipt]:
    """Receipts by the number of their entries."""
    return {row.seq: Receipt(*row) for row in tx.all(_RECEIPTS, after=after, last=last)}


def _root(row: Any) -> Root | None:
    return Root(*row) if row else None


def last(tx: Tx) -> Root | None:
    """The newest root."""
    return _root(tx.first(_LAST))


def one(tx: Tx, n: int) -> Root | None:
    """A root by its number."""
    return _root(tx.first(_ONE, n=n))


def covering(tx: Tx, seq: int) -> Root | None:
    """The root whose stretch holds an entry."""
    return _root(tx.first(_COVERING, seq=seq))


def ended_before(tx: Tx, day: str) -> int:
    """The last entry under a root of an earlier day, 0 where there is none."""
    return tx.scalar(_ENDED_BEFORE, day=day) or 0


def ended_by(tx: Tx, day: str) -> int | None:
    """The last entry under the roots that close a day; None where it was not closed yet."""
    found: int | None = tx.scalar(_ENDED_ON, day=day) or tx.scalar(_ENDED_AFTER, day=day)
    return found


def within(tx: Tx, first: int, last_seq: int) -> list[Root]:
    """Roots over entries between two numbers, in order."""
    return [Root(*row) for row in tx.all(_WITHIN, first=first, last=last_seq)]


def newest(tx: Tx, before: int, most: int) -> list[Root]:
    """Roots numbered below ``before``, newest first."""
    return [Root(*row) for row in tx.all(_NEWEST, before=before, most=most)]


def receipts(tx: Tx, n: int) -> list[Receipt]:
    """Who took a root."""
    return [Receipt(*row) for row in tx.all(_RECEIPTS_OF, n=n)]


def newest_before(tx: Tx, at: int) -> int:
    """The highest entry made before an instant, 0 where there is none."""
    return tx.scalar(_NEWEST_BEFORE, at=at) or 0


def hashes(tx: Tx, after: int, last_seq: int, most: int) -> list[tuple[int, str]]:
    """Number and hash of entries in order."""
    return [(row.seq, row.hash) for row in tx.all(_HASHES, after=after, last=last_seq, most=most)]
