"""A member's recovery key, and the document that binds account and key, signed by the site in advance.

The private half is made where the member is and is not sent here; only whose browser cannot make one may have it made
here, and is told so. With the document and the key the account can be continued at another site when this one is gone,
or does not want.
"""

import re
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from perdure.accounts import service as accounts
from perdure.accounts.events import MailAsked
from perdure.audit.service.ledger import append_in
from perdure.continuity.rules import signing
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.portability.model import IDENTITY, IDENTITY_KIND, Identity
from perdure.portability.ports import Signer
from perdure.portability.queries import keys as queries
from perdure.portability.service.reading import ArchiveReader, Checked
from perdure.portability.tables import recovery_key

_KEY: Final = re.compile(r"[0-9a-f]{64}")


def key_in(tx: Tx, owner: int) -> Row | None:
    """The owner's recovery key: public_key (hex), registered_at."""
    return queries.one(tx, owner)


def statement(username: str, host: str, public_key: str) -> str:
    """What a key signs to say whose it is."""
    return f"perdure-recovery-key\n{username}@{host}\n{public_key}"


def register_in(tx: Tx, owner: int, public_key: str, host: str, proof: str = "") -> None:
    """Register the public half of a recovery key of an account at ``host``; another one before it is replaced.

    ``proof`` is the key's signature (hex) over :func:`statement`; where there is one it must be right. Raises Invalid,
    Forbidden.
    """
    accounts.writer_in(tx, owner)
    text, proof = public_key.strip().lower(), proof.strip().lower()
    if not _KEY.fullmatch(text):
        raise Invalid("Validation failed: the key is 64 hexadecimal digits", {"key": [("ERR_INVALID", "is invalid")]})
    said = statement(accounts.view_in(tx, owner).username, host, text)
    if not _holds(text, proof, said):
        raise Invalid(
            "Validation failed: the key is no Ed25519 key, or did not sign whose it is",
            {"key": [("ERR_INVALID", "is invalid")]},
        )
    tx.upsert(recovery_key, ("account_id",), account_id=owner, public_key=text, proof=proof, registered_at=tx.now)
    _told_in(tx, owner, "factor.recovery_key")


def make_in(tx: Tx, owner: int, host: str) -> str:
    """Make a key here, for whose browser cannot, and register it; returns the private half, which is not kept."""
    private = signing.new_key()
    public = signing.public_of(private)
    said = statement(accounts.view_in(tx, owner).username, host, public)
    register_in(tx, owner, public, host, Ed25519PrivateKey.from_private_bytes(private).sign(said.encode()).hex())
    return private.hex()


def _holds(public_key: str, proof: str, said: str) -> bool:
    """Whether it is a key, and its proof, where there is one, is right."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        if proof:
            key.verify(bytes.fromhex(proof), said.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def remove_in(tx: Tx, owner: int) -> None:
    """Forget the recovery key. Documents that are out in the world stay valid. Raises NotFound."""
    if not tx.delete(recovery_key, account_id=owner):
        raise NotFound
    _told_in(tx, owner, "factor.recovery_key_removed")


def _told_in(tx: Tx, owner: int, action: str) -> None:
    append_in(tx, actor_id=owner, action=action, subject=f"account:{owner}")
    tx.emit(MailAsked(owner, "security", accounts.login_in(tx, owner).email, action))


async def document(rt: Runtime, owner: int) -> bytes:
    """The owner's identity, signed by the site. Raises NotFound where no recovery key is registered."""
    found = await rt.db.read_long(_identity_in, owner, rt.settings.domain, rt.settings.base_url)
    if found is None:
        raise NotFound
    return rt.port(Signer).sign(IDENTITY_KIND, found)


def _identity_in(tx: Tx, owner: int, host: str, base_url: str) -> Identity | None:
    row = queries.one(tx, owner)
    if row is None:
        return None
    view = accounts.view_in(tx, owner)
    return Identity(
        host=host,
        base_url=base_url,
        account_id=str(owner),
        username=view.username,
        recovery_key=row.public_key,
        proof=row.proof,
        registered_at=row.registered_at,
        made_at=tx.now,
    )


def in_archive(reader: ArchiveReader, checked: Checked) -> str:
    """The recovery key (hex) that an archive's identity names; empty where there is none.

    The identity must be signed by the key that signed the archive, about the same account. Raises Invalid.
    """
    if not reader.has(IDENTITY):
        return ""
    signed = signing.verify(IDENTITY_KIND, reader.whole(IDENTITY, 65_536), {checked.key}, IDENTITY)
    try:
        found = msgspec.convert(signed.document, Identity)
    except msgspec.ValidationError as error:
        raise Invalid(f"{IDENTITY} is not what the format asks for: {error}") from error
    manifest = checked.manifest
    if (found.host, found.username, found.account_id) != (manifest.host, manifest.username, manifest.account_id):
        raise Invalid(f"{IDENTITY} is about another account than the archive")
    if not _KEY.fullmatch(found.recovery_key):
        raise Invalid(f"{IDENTITY} names no key")
    if not _holds(found.recovery_key, found.proof, statement(found.username, found.host, found.recovery_key)):
        raise Invalid(f"{IDENTITY} names a key that did not sign whose it is")
    return found.recovery_key
