"""How a stored file is encrypted for the stores: in parts, each with a key of its own, named by its ciphertext.

A part's secret is a fresh AES-256 key and a fresh nonce, used for this one plaintext; so the same ciphertext can be
made again from the file, and the row with the secret is all that must be dropped to make every copy worthless.
"""

import hashlib
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from perdure.continuity.rules.layout import MEDIA
from perdure.kernel.errors import Invalid

PART_BYTES: Final = 8 * 1024 * 1024
_KEY_BYTES: Final = 32
_SECRET_BYTES: Final = _KEY_BYTES + 12


def new_secret() -> bytes:
    """A key and a nonce for one part."""
    return os.urandom(_SECRET_BYTES)


def parts_of(size: int) -> int:
    """Into how many parts a file of so many bytes falls; an empty one is one part."""
    return max(1, -(-size // PART_BYTES))


def seal(secret: bytes, key: str, part: int, plain: bytes) -> bytes:
    """The ciphertext of a part. Which file and part it is, is authenticated."""
    return AESGCM(secret[:_KEY_BYTES]).encrypt(secret[_KEY_BYTES:], plain, _about(key, part))


def unseal(secret: bytes, key: str, part: int, sealed: bytes) -> bytes:
    """The bytes of a part. Raises Invalid for any other ciphertext."""
    try:
        return AESGCM(secret[:_KEY_BYTES]).decrypt(secret[_KEY_BYTES:], sealed, _about(key, part))
    except (InvalidTag, ValueError) as error:
        raise Invalid(f"Part {part} of {key} cannot be decrypted: it was damaged") from error


def digest(sealed: bytes) -> str:
    """What a ciphertext is called."""
    return hashlib.sha256(sealed).hexdigest()


def object_name(named: str) -> str:
    """The object's name at a store, by its digest."""
    return f"{MEDIA}/{named}"


def _about(key: str, part: int) -> bytes:
    return f"{key}\n{part}".encode()
