"""From the log to segments: one at a time, each naming the one before, in the spool before anybody sees it."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from perdure.continuity.model.chain import Batch, Header, LogRow, Position
from perdure.continuity.queries.log import LogReader
from perdure.continuity.rules import layout, sealing, segments
from perdure.continuity.rules.folding import SCHEMA
from perdure.continuity.service.shipping.spool import Spool
from perdure.continuity.service.snapshots import Since
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Invalid

_SCHEMA_EVENT: Final = f"[{SCHEMA},"


class Reign(NamedTuple):
    """Under which epoch segments are made, what the first of them follows, and who can open their keys."""

    epoch: int
    genesis: bytes
    """SHA-256 of the genesis."""
    recipients: tuple[str, ...]


class Builder:
    """Makes the chain of one reign. Everything here blocks: call it on a thread."""

    def __init__(self, log: LogReader, spool: Spool, reign: Reign, clock: Clock) -> None:
        self._log = log
        self._spool = spool
        self._reign = reign
        self._clock = clock
        self._boot = secrets.token_hex(4)
        self._key = (b"", "")
        newest = spool.newest_segment
        header = newest.header if newest is not None else None
        if newest is None or header is None or header.epoch != reign.epoch:
            self.seq, self.previous, self.position = 0, reign.genesis, Position()
            self._shapes = log.first_shapes()
        else:
            self.seq, self.position = header.seq, header.position
            self.previous = segments.digest(spool.read(newest))
            self._shapes = header.shapes.hex()
        self._end = self.seq, self.previous
        self._told: set[str] = set()
        self._greeting: dict[str, bytes] = {}

    @property
    def shapes(self) -> str:
        """Hash of the shapes that the newest segment follows."""
        return self._shapes

    def since(self) -> Since:
        """Where the chain stands, for a snapshot that is opened after this; may be asked while a step runs."""
        position = self.position
        return Since(position, *self._end)

    def greeting(self) -> dict[str, bytes]:
        """Objects that a store must hold before the next segment makes sense: the shapes and the hour's key."""
        return dict(self._greeting)

    def step(self) -> int:
        """Make segments of what may be shipped now; returns how many rows that was."""
        batch = self._log.next_batch(self.position)
        if batch is None:
            return 0
        for part in _parts(batch, self.position):
            if part.rows:
                self._segment(part)
            self.position = part.position
        return len(batch.rows)

    def _segment(self, part: Batch) -> None:
        if event := _schema_event(part.rows[0]):
            self._shapes = event
        self._tell_shapes()
        key, name = self._hourly_key()
        header = Header(
            format=segments.FORMAT,
            epoch=self._reign.epoch,
            seq=self.seq + 1,
            first=part.rows[0].lsn,
            position=part.position,
            shapes=bytes.fromhex(self._shapes),
            previous=self.previous,
            since=min(row.at for row in part.rows),
            until=max(row.at for row in part.rows),
            key=name,
            more=part.more,
            count=len(part.rows),
        )
        data = segments.encode(header, part.rows, key)
        self._spool.add(layout.segment(header.epoch, header.seq), data, header)
        self.seq, self.previous = self._end = header.seq, segments.digest(data)

    def _tell_shapes(self) -> None:
        """Put the shapes in front of the first segment that follows them."""
        if self._shapes in self._told:
            return
        text = self._log.shapes(self._shapes)
        if text is None:
            raise Invalid(f"The shapes {self._shapes[:16]}… are not in the database: its log cannot be shipped")
        self._spool.add(layout.shapes(self._shapes), text)
        self._greet_with(layout.SHAPES, layout.shapes(self._shapes), text)
        self._told.add(self._shapes)

    def _hourly_key(self) -> tuple[bytes, str]:
        hour = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).strftime("%Y%m%d%H")
        name = f"{hour}-{self._boot}"
        if self._key[1] != name:
            key = sealing.new_key()
            wrapped = sealing.wrap(self._reign.recipients, key)
            self._spool.add(layout.key(self._reign.epoch, name), wrapped)
            self._greet_with(layout.KEYS, layout.key(self._reign.epoch, name), wrapped)
            self._key = (key, name)
        return self._key

    def _greet_with(self, kind: str, name: str, data: bytes) -> None:
        self._greeting = {old: kept for old, kept in self._greeting.items() if not old.startswith(f"{kind}/")}
        self._greeting[name] = data


def _schema_event(row: LogRow) -> str | None:
    """The hash of the shapes that begin to hold at a row."""
    return row.image.rsplit('"', 2)[1] if row.image.startswith(_SCHEMA_EVENT) else None


def _parts(batch: Batch, before: Position) -> Iterator[Batch]:
    """A batch cut in front of each change of shapes, so that one segment follows one set of shapes."""
    cuts = [place for place, row in enumerate(batch.rows) if place and row.image.startswith(_SCHEMA_EVENT)]
    start = 0
    for cut in cuts:
        rows, rest = batch.rows[start:cut], batch.rows[cut:]
        yield Batch(rows, _between(rows, rest, batch.position, before), more=True)
        start = cut
    yield Batch(batch.rows[start:], batch.position, batch.more)


def _between(rows: Sequence[LogRow], rest: Sequence[LogRow], after: Position, before: Position) -> Position:
    """The position inside a batch: what is still to come below it counts as held."""
    last = max(rows[-1].lsn, before.last)
    held = {xid: first for xid, first in after.held if first <= last}
    for row in rest:
        if row.lsn <= last:
            held.setdefault(row.xid, row.lsn)
    return Position(last, tuple(sorted(held.items())))
