"""Packs: consecutive segments in one object, bytes unchanged, so that a day is not half a million objects.

``PDRPACK1`` + newline, then for each segment the u32 big-endian length of its bytes, and the bytes.
"""

import struct
from collections.abc import Sequence
from typing import Final

from perdure.kernel.errors import Invalid

MAGIC: Final = b"PDRPACK1\n"
MOST_BYTES: Final = 16 * 1024 * 1024
_LENGTH: Final = struct.Struct(">I")


def join(parts: Sequence[bytes]) -> bytes:
    """A pack of segments."""
    return MAGIC + b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def split(data: bytes, what: str) -> list[bytes]:
    """The segments of a pack. Raises Invalid, which names ``what``, for something that is none, or cut short."""
    if not data.startswith(MAGIC):
        raise Invalid(f"{what} is no pack, or one of a newer release than this")
    parts, place = [], len(MAGIC)
    while place < len(data):
        if place + _LENGTH.size > len(data):
            raise Invalid(f"{what} is cut short")
        (length,) = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size
        if place + length > len(data):
            raise Invalid(f"{what} is cut short")
        parts.append(data[place : place + length])
        place += length
    return parts
