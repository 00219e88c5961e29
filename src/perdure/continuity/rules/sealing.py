"""Encryption of copies: AES-256-GCM for contents, age only to wrap keys and small files.

A nonce is 96 random bits and a key lives an hour of one boot (NIST SP 800-38D, 8.2.2): what is shipped again after a
crash never meets an old nonce.
"""

import os
from collections.abc import Sequence
from typing import Final

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from perdure.kernel.errors import Invalid

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
OVERHEAD: Final = NONCE_BYTES + 16
"""Bytes that sealing adds: nonce in front, tag behind."""


def new_key() -> bytes:
    """A fresh data key."""
    return os.urandom(KEY_BYTES)


def seal(key: bytes, plain: bytes, header: bytes) -> bytes:
    """Nonce and ciphertext; ``header`` is authenticated, not hidden."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, header)


def unseal(key: bytes, sealed: bytes, header: bytes, what: str) -> bytes:
    """The plaintext. Raises Invalid, which names ``what``, for a wrong key or any changed byte."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], header)
    except (InvalidTag, ValueError) as error:
        raise Invalid(f"{what} cannot be decrypted: it was damaged, or this is not its key") from error


def new_identity() -> tuple[str, str]:
    """A fresh age identity: what opens (``AGE-SECRET-KEY-1…``) and its recipient (``age1…``)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(identity: str) -> str:
    """The recipient of an identity. Raises Invalid for something else."""
    try:
        return str(pyrage.x25519.Identity.from_str(identity.strip()).to_public())
    except pyrage.IdentityError as error:
        raise Invalid("This is no age identity: it begins with AGE-SECRET-KEY-1") from error


def check_recipient(recipient: str) -> None:
    """Raise Invalid for what is no age recipient."""
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise Invalid(f"{recipient[:12]!r}… is no age recipient: it begins with age1 and has 62 characters") from error


def wrap(recipients: Sequence[str], plain: bytes) -> bytes:
    """Encrypt for each of the recipients. Raises Invalid for none, or one that is no age recipient."""
    if not recipients:
        raise Invalid("Nobody could open this: name at least one recipient")
    try:
        keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError as error:
        raise Invalid("A recipient is no age recipient: it begins with age1") from error
    wrapped: bytes = pyrage.encrypt(plain, keys)
    return wrapped


def unwrap(identity: str, wrapped: bytes, what: str) -> bytes:
    """Decrypt with an identity. Raises Invalid, which names ``what``, where it does not open it."""
    try:
        plain: bytes = pyrage.decrypt(wrapped, [pyrage.x25519.Identity.from_str(identity.strip())])
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise Invalid(f"{what} cannot be opened with this key: it is of another site or kit, or damaged") from error
    return plain
