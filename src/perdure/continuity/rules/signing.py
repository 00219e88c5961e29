"""Signed documents: canonical JSON under Ed25519 (RFC 8032), one kind a document so that none passes for another.

A file is ``{"document": …, "key": hex of the public key, "kind": …, "signature": hex}``; signed are the bytes
``perdure:KIND`` + newline + the document as canonical JSON (keys sorted, no spaces, UTF-8).
"""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from perdure.kernel.errors import Invalid

KEY_BYTES: Final = 32


class Signed(NamedTuple):
    """A document whose signature was checked, and the public key (hex) that signed it."""

    document: Any
    key: str


class _File(msgspec.Struct, forbid_unknown_fields=True):
    document: Any
    key: str
    kind: str
    signature: str


def new_key() -> bytes:
    """A fresh private key, 32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_of(private: bytes) -> str:
    """The public key of a private one, as hex."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def canonical(document: Any) -> bytes:
    """The one way to write a document as JSON. Takes what msgspec can turn into JSON."""
    return msgspec.json.encode(msgspec.to_builtins(document), order="sorted")


def sign(kind: str, document: Any, private: bytes) -> bytes:
    """A signed file of a document."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = key.sign(_signed_bytes(kind, canonical(document)))
    parts = {"document": document, "key": public_of(private), "kind": kind, "signature": signature.hex()}
    return canonical(parts) + b"\n"


def verify(kind: str, data: bytes, trusted: Collection[str], what: str) -> Signed:
    """The document of a signed file, if one of the trusted public keys (hex) signed it as this kind.

    Raises Invalid, which names ``what`` (the object's name), for anything else.
    """
    try:
        file = msgspec.json.decode(data, type=_File)
        public, signature = bytes.fromhex(file.key), bytes.fromhex(file.signature)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise Invalid(f"{what} is no signed document: it was damaged, or is not ours") from error
    if file.kind != kind:
        raise Invalid(f"{what} is a signed {file.kind!r}, where a {kind!r} was expected: somebody swapped objects")
    if file.key not in trusted:
        raise Invalid(f"{what} is signed by an unknown key ({file.key[:16]}…): not by this site")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _signed_bytes(kind, canonical(file.document)))
    except (InvalidSignature, ValueError) as error:
        raise Invalid(f"{what} was changed after it was signed") from error
    return Signed(file.document, file.key)


def _signed_bytes(kind: str, document: bytes) -> bytes:
    return b"perdure:" + kind.encode() + b"\n" + document
