"""The shape of the captured tables: what a row image's numbers and places mean."""

import hashlib
from functools import cached_property
from typing import Final, Literal

import msgspec

Kind = Literal["int", "bool", "text", "bytes"]

FORMAT: Final = 1


class ColumnShape(msgspec.Struct, frozen=True):
    """One column: its name, and how its values are written (continuity.md §3.1, type rules)."""

    name: str
    kind: Kind
    nullable: bool


class TableShape(msgspec.Struct, frozen=True, dict=True):
    """One captured table: columns in metadata order, the primary key, and what a narrow image holds."""

    name: str
    columns: tuple[ColumnShape, ...]
    key: tuple[str, ...]
    narrow: tuple[str, ...]
    """Columns of an image of a change that left every text alone (counters, instants): key first. Empty: none."""

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each column stands in a full image."""
        return {column.name: place for place, column in enumerate(self.columns)}

    @cached_property
    def key_places(self) -> tuple[int, ...]:
        """Where the key's columns stand in a full image."""
        return tuple(self.places[name] for name in self.key)

    @cached_property
    def narrow_places(self) -> tuple[int, ...]:
        """Where the columns of a narrow image stand in a full one."""
        return tuple(self.places[name] for name in self.narrow)


class Shapes(msgspec.Struct, frozen=True, dict=True):
    """All captured tables of one schema version; a table's number in the log is its place here."""

    format: int
    revision: str
    """The migration that this belongs to."""
    tables: tuple[TableShape, ...]

    @cached_property
    def text(self) -> bytes:
        """The canonical text, an object of its own at every store: segments can be read without this code."""
        return msgspec.json.encode(self, order="sorted")

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical text, hex."""
        return hashlib.sha256(self.text).hexdigest()

    @cached_property
    def by_name(self) -> dict[str, TableShape]:
        """Tables by name."""
        return {table.name: table for table in self.tables}


def read_shapes(text: bytes) -> Shapes:
    """The shapes of a canonical text."""
    return msgspec.json.decode(text, type=Shapes)
