"""Bytes of strangers, kept so that a stolen database tells nothing: each with a key that the site's key wraps."""

import os
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import Unavailable

_NONCE: Final = 12


class Sealed(msgspec.Struct, frozen=True):
    """Ciphertext (AES-256-GCM: nonce, then ciphertext) and its key, wrapped by the site's key."""

    sealed: bytes
    wrapped_key: str


def sealed_in(tx: Tx, plain: bytes, name: str) -> Sealed:
    """Seal bytes for a place: under another ``name`` they do not open. The transaction must be one that writes."""
    key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
    return Sealed(nonce + AESGCM(key).encrypt(nonce, plain, name.encode()), accounts.seal_in(tx, key.hex()))


def opened_in(tx: Tx, sealed: bytes, wrapped_key: str, name: str) -> bytes:
    """What :func:`sealed_in` sealed. Raises Unavailable where the site's key has changed since."""
    key = accounts.unseal_in(tx, wrapped_key)
    try:
        assert key is not None
        return AESGCM(bytes.fromhex(key)).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
    except (AssertionError, InvalidTag) as error:
        raise Unavailable("This letter cannot be opened with the site's present key", name=name) from error
