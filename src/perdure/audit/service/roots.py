"""Signed roots: each evening the site signs one hash that stands for everything written since the one before."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from perdure.audit.events import RootSigned
from perdure.audit.model import GENESIS, Key, Receipt, Root, Statement
from perdure.audit.queries import enforcement, entries, roots
from perdure.audit.rules import chain, merkle
from perdure.audit.service.ledger import append_in
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime

KEY: Final = "audit.key"
DESTROYED: Final = "audit.keys_destroyed"
ROOT: Final = "audit.root"
_DAY_MS: Final = 86_400_000
# What began before midnight may commit a little later.
_SLACK_MS: Final = 120_000
_PAGE: Final = 10_000


def key_in(tx: Tx) -> Key:
    """The key that the site signs with; made at first use, its public half written to the ledger."""
    return roots.newest_key(tx) or new_key_in(tx)


def last_in(tx: Tx) -> Root | None:
    """The newest signed root; None where nothing was signed yet."""
    return roots.last(tx)


def destroy_keys_in(tx: Tx, site: str) -> int:
    """Sign a last root, write down that the keys are destroyed, and do so; returns how many there were.

    What was signed stays provable by the public halves; nothing is signed any more.
    """
    if drafted := _draft_now(tx, site):
        _sign_in(tx, drafted)
    append_in(tx, actor_id=None, action=DESTROYED, subject="site:1")
    return roots.drop_secrets(tx)


def new_key_in(tx: Tx) -> Key:
    """Make a new key; what is signed from now on is signed with it. Older roots keep theirs."""
    newest = entries.lock_last(tx)
    made = Ed25519PrivateKey.generate()
    seq = newest.seq + 1 if newest else 1
    key = Key(seq, tx.now, made.public_key().public_bytes_raw().hex(), made.private_bytes_raw().hex())
    append_in(tx, actor_id=None, action=KEY, subject="site:1", public_key=key.public_key, row=chain.key_hash(key))
    roots.insert_key(tx, key)
    return key


def signing_keys_in(tx: Tx) -> list[Key]:
    """Every key that the site ever signed roots with, both halves: for the config bundle."""
    return [key for key in roots.keys_between(tx, 0, entries.last(tx)).values() if key.secret]


async def close_day(rt: Runtime) -> Root | None:
    """Sign the root of everything up to the last midnight (UTC), where that was not done yet."""
    drafted = await rt.db.read_long(_draft_day, rt.settings.domain)
    return await rt.db.write("audit.root", _sign_in, drafted) if drafted else None


async def close_now(rt: Runtime) -> Root | None:
    """Sign the root of everything up to this moment, for a proof that cannot wait. The day's own comes first.

    Returns the newest root; None where nothing was ever written.
    """
    await close_day(rt)
    drafted = await rt.db.read_long(_draft_now, rt.settings.domain)
    if drafted:
        await rt.db.write("audit.root", _sign_in, drafted)
    return await rt.db.read(roots.last)


def _draft_day(tx: Tx, site: str) -> Statement | None:
    midnight = tx.now - tx.now % _DAY_MS
    last = roots.last(tx)
    # A root from the future was signed by a clock that has been set back since: it settles nothing.
    if tx.now < midnight + _SLACK_MS or (last is not None and midnight <= last.made_at <= tx.now):
        return None
    return _draft(tx, site, last, roots.newest_before(tx, midnight), midnight - 1)


def _draft_now(tx: Tx, site: str) -> Statement | None:
    last, newest = roots.last(tx), entries.last(tx)
    # What the last root itself wrote into the ledger needs no root of its own.
    if last is not None and all(entry.action.startswith("audit.") for entry in entries.page(tx, last.last_seq, 20)):
        newest = 0 if newest - last.last_seq <= 20 else newest
    return _draft(tx, site, last, newest, tx.now)


def _draft(tx: Tx, site: str, before: Root | None, last: int, day_at: int) -> Statement | None:
    first = before.last_seq + 1 if before else 1
    newest = entries.one(tx, last)
    if newest is None or last < first:
        return None
    return Statement(
        site=site,
        n=before.n + 1 if before else 1,
        day=day_of(day_at),
        first=first,
        last=last,
        root=merkle.root(leaves_in(tx, first, last)).hex(),
        head=newest.hash,
        enforcement=enforcement.hash_at(tx, last) or GENESIS,
        previous=digest_of(before.statement) if before else GENESIS,
        key="",
        at=tx.now,
    )


def leaves_in(tx: Tx, first: int, last: int) -> Iterator[bytes]:
    """The leaves of a stretch of the ledger, in order."""
    after = first - 1
    while page := roots.hashes(tx, after, last, _PAGE):
        yield from (merkle.leaf(one) for _, one in page)
        after = page[-1][0]


def _sign_in(tx: Tx, drafted: Statement) -> Root | None:
    """Sign and store, unless somebody else has signed meanwhile."""
    entries.lock_last(tx)
    last = roots.last(tx)
    if (last.n if last else 0) != drafted.n - 1:
        return last
    key = key_in(tx)
    if not key.secret:  # the site has ended
        return last
    statement = text_of(msgspec.structs.replace(drafted, key=key.public_key))
    signature = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.secret)).sign(statement.encode()).hex()
    seq = entries.last(tx) + 1
    made = drafted.at
    row = Root(seq, drafted.n, drafted.day, drafted.last, made, statement, signature, key.public_key)
    digest, hashed = digest_of(statement), chain.root_hash(row)
    append_in(tx, actor_id=None, action=ROOT, subject=f"root:{row.n}", statement=digest, row=hashed)
    roots.insert_root(tx, row)
    tx.emit(RootSigned(row.n))
    return row


def text_of(statement: Statement) -> str:
    """The one spelling of a statement."""
    return msgspec.json.encode(statement, order="sorted").decode()


def digest_of(statement: str) -> str:
    """SHA-256 (hex) of a statement: what the next one names, and what places outside are given."""
    return hashlib.sha256(statement.encode()).hexdigest()


def day_of(at: int) -> str:
    """The day of an instant, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def newest_in(tx: Tx, before: int, most: int) -> list[tuple[Root, list[Receipt]]]:
    """Signed roots numbered below ``before`` with who took them, newest first. Public."""
    return [(root, roots.receipts(tx, root.n)) for root in roots.newest(tx, before, most)]
