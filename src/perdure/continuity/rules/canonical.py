"""One way to write a row, whichever engine it lies in, and the hash of a table (continuity.md §3.1).

A row is the MessagePack array of its values in column order, integers in their shortest form: numbers, truth values,
text, bytes and nothing carry their type with them. The hash of a table is SHA-256 over its rows one after the other, in
the order of their keys' bytes as :func:`key_bytes` writes them, which no engine's collation has a say in.
"""

import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import ge, itemgetter
from typing import Any, Final, cast

import msgspec

from perdure.continuity.model.shapes import Kind, TableShape
from perdure.kernel.errors import Invalid

Value = int | bool | str | bytes | None
Row = tuple[Value, ...]

_ARRAY32: Final = 0xDD
_COUNT: Final = struct.Struct(">BI")
_BIG: Final = 1 << 63
_ENCODER: Final = msgspec.msgpack.Encoder()
_TYPES: Final[dict[Kind, type]] = {"int": int, "bool": bool, "text": str, "bytes": bytes}


def from_image(value: Any, kind: Kind) -> Value:
    """A value as an image writes it: bytes as hex, truth values as 0 and 1 on SQLite. Raises ValueError."""
    if value is None:
        return None
    if kind == "bytes":
        return bytes.fromhex(value)
    if kind == "bool" and value in {0, 1}:
        return bool(value)
    if type(value) is _TYPES[kind]:
        return cast("Value", value)
    message = f"{value!r:.40} is no {kind}"
    raise ValueError(message)


class _Truth(dict[Any, bool | None]):
    """What SQLite keeps for a truth value, and the value."""

    def __missing__(self, key: Any) -> bool:
        return False


_TRUTH: Final = _Truth({0: False, 1: True, None: None})


def row_reader(shape: TableShape) -> Callable[[Iterable[Sequence[Any]]], list[Sequence[Any]]]:
    """A function that gives rows of a driver in canonical types: SQLite knows no truth values."""
    places = [place for place, column in enumerate(shape.columns) if column.kind == "bool"]
    if not places:
        return list

    def read(rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))  # by column: three times as fast as row by row
        for place in places[: len(columns)]:
            columns[place] = map(_TRUTH.__getitem__, columns[place])
        return list(zip(*columns, strict=True))

    return read


def key_bytes(key: Iterable[Value]) -> bytes:
    """A key as bytes that sort as its values do: numbers with their sign turned, text ended by a zero byte.

    Bytes have their zero bytes escaped. Raises ValueError for nothing, which no primary key holds.
    """
    return b"".join(map(_key_part, key))


def _key_part(value: Value) -> bytes:
    if isinstance(value, int):
        return (value + _BIG).to_bytes(8, "big")
    if isinstance(value, str):
        return value.encode() + b"\0"
    if isinstance(value, bytes):
        return value.replace(b"\0", b"\0\xff") + b"\0\0"
    message = "a key cannot be empty"
    raise ValueError(message)


class TableHash:
    """The canonical hash of one table, fed in the order of keys."""

    def __init__(self, shape: TableShape) -> None:
        self._shape = shape
        self._sum = hashlib.sha256()
        self._last: Any = None
        self.count = 0

    def add(self, rows: Sequence[Sequence[Value]]) -> bytes:
        """Take rows in canonical types, and return them as written. Raises Invalid where they are out of order."""
        if rows:
            self._check_order(rows)
        packed = pack(rows)
        self.add_packed(packed, len(rows))
        return packed

    def add_packed(self, packed: bytes | memoryview, count: int) -> None:
        """Take rows that are written already, by whoever checked their order."""
        self._sum.update(packed)
        self.count += count

    def _check_order(self, rows: Sequence[Sequence[Value]]) -> None:
        found = self._keys(rows)
        if (self._last is not None and self._last >= found[0]) or any(map(ge, found, islice(found, 1, None))):
            raise Invalid(f"The engine hands out {self._shape.name} in an order that is not that of its keys' bytes")
        self._last = found[-1]

    def _keys(self, rows: Sequence[Sequence[Value]]) -> list[Any]:
        """What sorts as the keys' bytes do: keys of integers alone sort as they are."""
        places = self._shape.key_places
        if all(self._shape.columns[place].kind == "int" for place in places):
            return list(map(itemgetter(*places), rows))
        return [key_bytes([row[place] for place in places]) for row in rows]

    @property
    def hex(self) -> str:
        """The hash so far."""
        return self._sum.hexdigest()


def hash_of(shape: TableShape, rows: Iterable[Sequence[Value]]) -> str:
    """The hash of rows in any order, all of them in memory."""
    made = TableHash(shape)
    made.add(sorted(rows, key=lambda row: key_bytes(row[place] for place in shape.key_places)))
    return made.hex


def pack(rows: Sequence[Sequence[Value]]) -> bytes:
    """Rows one after the other."""
    encoded = _ENCODER.encode(rows)
    return encoded[_front(encoded) :]


def framed(packed: bytes, count: int) -> bytes:
    """Packed rows as one MessagePack array."""
    return _COUNT.pack(_ARRAY32, count) + packed


def unframed(data: bytes) -> memoryview:
    """The packed rows of :func:`framed`."""
    return memoryview(data)[_COUNT.size :]


def _front(encoded: bytes) -> int:
    """How long the head of a MessagePack array is."""
    return {0xDC: 3, 0xDD: 5}.get(encoded[0], 1)
