r"""The bytes of a segment: magic, length and header in the open, then the sealed and compressed rows.

``PDRSEG1\n`` · u32 big-endian length of the header · header (MessagePack array, see :class:`Header`) · nonce and
AES-256-GCM of zstd of the rows (MessagePack: three lists of differences, lsn, instant, xid, and one of images). All in
front of the nonce is authenticated.
"""

import hashlib
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec
import zstandard

from perdure.continuity.errors import Newer
from perdure.continuity.model.chain import Header, LogRow, Segment
from perdure.continuity.rules import sealing
from perdure.kernel.errors import Invalid

MAGIC: Final = b"PDRSEG1\n"
FORMAT: Final = 1
MOST_BYTES: Final = 64 * 1024 * 1024
"""The most that a segment may grow to when it is opened."""
HEADER_MOST: Final = 1024 * 1024
"""As many bytes of a segment hold its header in any case."""
_LENGTH: Final = struct.Struct(">I")
_LEVEL: Final = 6

_Body = tuple[list[int], list[int], list[int], list[str]]


def encode(header: Header, rows: Sequence[LogRow], key: bytes) -> bytes:
    """The bytes of a segment."""
    head = msgspec.msgpack.encode(header)
    front = MAGIC + _LENGTH.pack(len(head)) + head
    body = (
        _differences([row.lsn for row in rows]),
        _differences([row.at for row in rows]),
        _differences([row.xid for row in rows]),
        [row.image for row in rows],
    )
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(msgspec.msgpack.encode(body))
    return front + sealing.seal(key, packed, front)


def read_header(data: bytes, what: str) -> tuple[Header, int]:
    """The header, unverified, and where the sealed part begins. Raises Invalid, which names ``what``."""
    if not data.startswith(MAGIC):
        raise Invalid(f"{what} is no segment, or one of a newer release than this")
    try:
        (length,) = _LENGTH.unpack_from(data, len(MAGIC))
        start = len(MAGIC) + _LENGTH.size
        header = msgspec.msgpack.decode(data[start : start + length], type=Header)
    except (struct.error, msgspec.DecodeError) as error:
        raise Invalid(f"{what} is damaged: its header cannot be read") from error
    if header.format != FORMAT:
        message = f"{what} was written by a newer release (format {header.format}): install that release and go on"
        raise Newer(message)
    return header, start + length


def decode(data: bytes, key: bytes, what: str) -> Segment:
    """Open a segment. Raises Invalid, which names ``what``, for any changed byte."""
    header, start = read_header(data, what)
    packed = sealing.unseal(key, data[start:], data[:start], what)
    try:
        body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MOST_BYTES)
        lsns, instants, xids, images = msgspec.msgpack.decode(body, type=_Body)
    except (zstandard.ZstdError, msgspec.DecodeError) as error:
        raise Invalid(f"{what} opens, but holds no rows: it was written by something else") from error
    rows = [LogRow(*row) for row in zip(_sums(lsns), _sums(instants), _sums(xids), images, strict=True)]
    return Segment(header, rows)


def digest(data: bytes) -> bytes:
    """SHA-256 of a segment's bytes: what the next one names."""
    return hashlib.sha256(data).digest()


def _differences(values: list[int]) -> list[int]:
    return values[:1] + [after - before for before, after in pairwise(values)]


def _sums(values: list[int]) -> list[int]:
    total, out = 0, []
    for value in values:
        total += value
        out.append(total)
    return out
