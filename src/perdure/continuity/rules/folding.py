"""Folding a log: of many images of one row, only what they come to is applied.

Images are absolute. A full one replaces all before it, a narrow one patches a full one or waits for the row that the
database holds, and one that says gone leaves nothing but the key.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from perdure.continuity.model.chain import LogRow
from perdure.continuity.model.shapes import Shapes, TableShape
from perdure.continuity.rules.canonical import Row, Value, from_image
from perdure.kernel.errors import Invalid

ROW: Final = 1
NARROW: Final = 2
GONE: Final = 3
SCHEMA: Final = -1
"""In the table's place: the shapes changed."""


class SchemaChange(NamedTuple):
    """From here on images are of other shapes."""

    revision: str
    shapes: str
    """Hash of the shapes."""


@dataclass(slots=True)
class Folded:
    """What a stretch of the log comes to in one table, by key."""

    shape: TableShape
    rows: dict[Row, Row] = field(default_factory=dict)
    patches: dict[Row, Row] = field(default_factory=dict)
    """Values of ``shape.narrow`` for rows that stood before this stretch."""
    gone: set[Row] = field(default_factory=set)

    def put(self, op: int, values: Row) -> None:
        """Take one image. Raises ValueError for an op that is none, or a patch of a row that is gone."""
        if op == ROW:
            key = tuple([values[place] for place in self.shape.key_places])
            self.rows[key] = values
            self.patches.pop(key, None)
            self.gone.discard(key)
        elif op == NARROW:
            self._patch(values[: len(self.shape.key)], values)
        elif op == GONE:
            self.rows.pop(values, None)
            self.patches.pop(values, None)
            self.gone.add(values)
        else:
            message = f"op {op} is unknown"
            raise ValueError(message)

    def _patch(self, key: Row, values: Row) -> None:
        if key in self.gone:
            message = f"row {key!r} changes after it is gone"
            raise ValueError(message)
        if key in self.rows:
            self.rows[key] = patched(self.shape, self.rows[key], values)
        else:
            self.patches[key] = values

    def __len__(self) -> int:
        return len(self.rows) + len(self.patches) + len(self.gone)


def patched(shape: TableShape, row: Row, narrow: Row) -> Row:
    """A full row with a narrow image's values."""
    fresh = list(row)
    for place, value in zip(shape.narrow_places, narrow, strict=True):
        fresh[place] = value
    return tuple(fresh)


class Fold:
    """Images of one set of shapes, folded. ``len`` tells how many rows have to be touched."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self.tables = [Folded(shape) for shape in shapes.tables]

    def add(self, row: LogRow) -> SchemaChange | None:
        """Take one row of the log; a change of schema is returned, and everything after it is for another fold.

        Raises Invalid, which names the row's lsn, for what is no image of these shapes.
        """
        try:
            number, op, *values = msgspec.json.decode(row.image, type=list[Any])
            if number == SCHEMA:
                return SchemaChange(op, values[0])
            folded = self.tables[_place(number, len(self.tables))]
            folded.put(op, _values(folded.shape, op, values))
        except (msgspec.DecodeError, ValueError, TypeError, IndexError) as error:
            message = f"Row {row.lsn} of the log is no image of the tables of revision {self.shapes.revision}: {error}"
            raise Invalid(message) from error
        return None

    def __iter__(self) -> Iterator[Folded]:
        """Tables in which anything is to be done."""
        return (folded for folded in self.tables if len(folded))

    def __len__(self) -> int:
        return sum(map(len, self.tables))


def _place(number: Any, count: int) -> int:
    if type(number) is not int or not 0 <= number < count:
        message = f"table {number!r} is unknown"
        raise ValueError(message)
    return number


def _values(shape: TableShape, op: int, values: list[Any]) -> Row:
    """The values of an image in canonical types."""
    places = _places(shape, op)
    if len(values) != len(places):
        message = f"{shape.name} has {len(places)} values in such an image, not {len(values)}"
        raise ValueError(message)
    columns = shape.columns
    made: list[Value] = [from_image(value, columns[place].kind) for place, value in zip(places, values, strict=True)]
    return tuple(made)


def _places(shape: TableShape, op: int) -> tuple[int, ...] | range:
    if op == ROW:
        return range(len(shape.columns))
    return shape.narrow_places if op == NARROW else shape.key_places
