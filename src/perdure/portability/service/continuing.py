"""Who an account here was elsewhere: told by a signed archive, or proven with the member's own key."""

import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from perdure.accounts import service as accounts
from perdure.audit.service.ledger import append_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.text import key
from perdure.portability.model import Continuation, ImportRun
from perdure.portability.queries import carried as queries
from perdure.portability.service import carried
from perdure.portability.tables import continuation
from perdure.posts.service.publishing import Limits

_LIFE_MS: Final = 3_600_000


def note_in(tx: Tx, run: ImportRun, recovery_key: str) -> None:
    """An archive was checked: note whom the account says to continue. It counts once it is proven.

    An archive signed by a known site proves it, unless the member asked there, with a recovery key, for more.
    """
    if not recovery_key and run.signature != "signed":
        return
    name = key(run.username)
    known = next((row for row in queries.continuations_of(tx, run.account_id) if _is(row, run.host, name)), None)
    if known is not None and (known.proof == "key" or run.signature != "signed"):
        return
    tx.upsert(
        continuation,
        ("account_id", "host", "username_key"),
        account_id=run.account_id,
        host=run.host,
        username_key=name,
        username=run.username,
        source_account_id=run.source_account_id,
        recovery_key=recovery_key if run.signature == "signed" else "",
        proof="" if recovery_key or run.signature != "signed" else "archive",
        challenge="",
        challenge_until=0,
        created_at=known.created_at if known else tx.now,
        proven_at=None,
    )


def _is(row: Row, host: str, name: str) -> bool:
    return bool(row.host == host and row.username_key == name)


def put_in_force_in(tx: Tx, limits: Limits, run: ImportRun) -> None:
    """The archive is in: those who followed the account where it was find it, as far as it is proven."""
    name = key(run.username)
    if any(_is(row, run.host, name) and row.proof for row in queries.continuations_of(tx, run.account_id)):
        carried.arrived_in(tx, limits, run.host, [name], run.account_id)


def of_in(tx: Tx, account_id: int) -> list[Continuation]:
    """Whom an account continues, or says to; ``proof`` tells which."""
    return [view_of(row) for row in queries.continuations_of(tx, account_id)]


def proven_in(tx: Tx, account_id: int) -> list[Continuation]:
    """Whom an account proved, with the member's own key, to continue: what everybody may be told."""
    return [one for one in of_in(tx, account_id) if one.proof == "key"]


def view_of(row: Row) -> Continuation:
    """A row as the rest of the program sees it."""
    return Continuation(row.host, row.username, row.proof, row.proven_at, can_prove=bool(row.recovery_key))


def challenge_in(tx: Tx, domain: str, owner: int, host: str, username: str) -> str:
    """A text that whoever holds the recovery key signs, within an hour. Raises NotFound."""
    row = _claim(tx, owner, host, username)
    text = "\n".join(("perdure-continuation", f"{row.username}@{row.host}", f"{owner}@{domain}", secrets.token_hex(16)))
    where = {"account_id": owner, "host": row.host, "username_key": row.username_key}
    tx.update(continuation, where, challenge=text, challenge_until=tx.now + _LIFE_MS)
    return text


def prove_in(tx: Tx, limits: Limits, owner: int, host: str, username: str, signature: str) -> Continuation:
    """Check the signature (hex) over the challenge: the account is the continuation of the other from now on.

    Everybody who followed the other one and is here follows this one. Raises Invalid, NotFound.
    """
    accounts.writer_in(tx, owner)
    row = _claim(tx, owner, host, username)
    if not row.challenge or row.challenge_until < tx.now:
        raise Invalid("Ask for a challenge first: it holds for an hour")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.recovery_key))
        public.verify(bytes.fromhex(signature.strip()), row.challenge.encode())
    except (InvalidSignature, ValueError) as error:
        raise Invalid("This is not the signature of the recovery key over the challenge") from error
    where = {"account_id": owner, "host": row.host, "username_key": row.username_key}
    tx.update(continuation, where, proof="key", proven_at=tx.now, challenge="", challenge_until=0)
    append_in(
        tx, actor_id=owner, action="account.continue", subject=f"account:{owner}", host=row.host, username=row.username
    )
    carried.arrived_in(tx, limits, row.host, [row.username_key], owner)
    return next(one for one in of_in(tx, owner) if (one.host, one.username) == (row.host, row.username))


def _claim(tx: Tx, owner: int, host: str, username: str) -> Row:
    wanted = key(username)
    for row in queries.continuations_of(tx, owner):
        if hmac.compare_digest(row.username_key.encode(), wanted.encode()) and row.host == host.lower():
            if row.recovery_key:
                return row
            raise Invalid("The archive names no recovery key: there is nothing to prove")
    raise NotFound
