"""All keys of a kit from one master secret of 32 random bytes, and age's way to write a key.

Each key is HKDF-SHA256 (RFC 5869) of the master under a label of its own, without salt: one can be shown and the others
stay secret. An age identity is 32 bytes of X25519 in Bech32 (BIP-173, without its limit of 90 characters).
"""

import os
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perdure.kernel.errors import Invalid

MASTER_BYTES: Final = 32
_ROOT: Final = b"perdure kit 1: site root key"
_RECOVERY: Final = b"perdure kit 1: recovery identity"
_IDENTITY: Final = "age-secret-key-"
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def new_master() -> bytes:
    """A fresh master secret."""
    return os.urandom(MASTER_BYTES)


def root_key(master: bytes) -> bytes:
    """The private site root key (Ed25519, 32 bytes)."""
    return _derived(master, _ROOT)


def recovery_identity(master: bytes) -> str:
    """The age identity that opens the copies, ``AGE-SECRET-KEY-1…``."""
    return bech32(_IDENTITY, _derived(master, _RECOVERY)).upper()


def bech32(prefix: str, data: bytes) -> str:
    """Bytes as Bech32 under a prefix, in lower case."""
    groups = _five_bits(data)
    checked = [*_spread(prefix), *groups]
    checksum = _polymod([*checked, 0, 0, 0, 0, 0, 0]) ^ 1
    ending = [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(_BECH32[value] for value in [*groups, *ending])


def _derived(master: bytes, label: bytes) -> bytes:
    if len(master) != MASTER_BYTES:
        raise Invalid(f"A master secret has {MASTER_BYTES} bytes, and this has {len(master)}")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(master)


def _five_bits(data: bytes) -> list[int]:
    """The bits of bytes in groups of five, filled up with zeros."""
    width = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << width * 5 - len(data) * 8
    return [number >> 5 * (width - 1 - place) & 31 for place in range(width)]


def _spread(prefix: str) -> list[int]:
    return [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]


def _polymod(values: Iterable[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for place, part in enumerate(_GENERATOR):
            state ^= part if top >> place & 1 else 0
    return state
