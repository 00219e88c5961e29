"""The chain of segments: where the log was read to, and what was made of it."""

from typing import NamedTuple

import msgspec


class LogRow(NamedTuple):
    """One row of the change log. ``at``: ms since the epoch; ``xid``: the transaction on PostgreSQL, else 0."""

    lsn: int
    at: int
    xid: int
    image: str


class Position(msgspec.Struct, frozen=True, array_like=True):
    """How far the log was shipped: all rows up to ``last``, but for the transactions in ``held``.

    ``held`` are transactions that wait because they have rows beyond ``last``: ``(xid, their first lsn)``.
    """

    last: int = 0
    held: tuple[tuple[int, int], ...] = ()

    @property
    def low(self) -> int:
        """Rows up to here are all shipped."""
        return min([self.last, *(first - 1 for _, first in self.held)])


class Batch(NamedTuple):
    """Rows to ship, in the order of their lsn, and the position after them. ``more``: a transaction may go on."""

    rows: list[LogRow]
    position: Position
    more: bool


class Header(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a segment says of itself in the open; authenticated together with its contents."""

    format: int
    epoch: int
    seq: int
    first: int
    position: Position
    shapes: bytes
    """SHA-256 of the shapes that its images follow."""
    previous: bytes
    """SHA-256 of the bytes of the segment before; of the genesis for the first."""
    since: int
    until: int
    """Lowest and highest instant of its rows, ms since the epoch."""
    key: str
    """Name of the data key: object ``key/<epoch>/<key>.age``."""
    more: bool
    """A transaction may go on in the next segment: nobody may stop here."""
    count: int


class Segment(NamedTuple):
    """A segment that was opened."""

    header: Header
    rows: list[LogRow]
