"""What this host still wrote after the point that its successor took over from: row by row, none silently lost."""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.continuity.errors import NotThere
from perdure.continuity.model.chain import Header, Position
from perdure.continuity.model.reigns import Before
from perdure.continuity.model.shapes import Shapes, read_shapes
from perdure.continuity.ports import Store
from perdure.continuity.queries.log import LogReader
from perdure.continuity.rules import folding, layout, segments
from perdure.continuity.service import disk
from perdure.continuity.service.shipping.spool import Spool

FOLDER: Final = "continuity/stranded"
_OPS: Final = {folding.ROW: "written", folding.NARROW: "counted", folding.GONE: "deleted"}


class Stranded(msgspec.Struct, frozen=True):
    """One row that the successor does not have. ``values`` by column, as far as the image holds them."""

    lsn: int
    at: int
    table: str
    what: str
    values: dict[str, Any]


class Report(msgspec.Struct, frozen=True):
    """All of them, in the order in which they were written."""

    epoch: int
    adopted: int
    """The last segment that counts."""
    rows: tuple[Stranded, ...]


def adopted_position(spool: Spool, before: Before, fetched: bytes | None) -> Position | None:
    """Up to where the successor has the log: by our spool, or by the adopted segment as a store gave it back."""
    if before.seq == 0:
        return Position()
    header: Header | None = None
    for entry in spool.after(spool.first - 1):
        if entry.header is not None and (entry.header.epoch, entry.header.seq) == (before.epoch, before.seq):
            header = entry.header
    if header is None and fetched is not None:
        header, _ = segments.read_header(fetched, layout.segment(before.epoch, before.seq))
    return header.position if header else None


async def fetch(store: Store, before: Before) -> bytes | None:
    """The adopted segment. Raises StoreError."""
    try:
        return await store.get(layout.segment(before.epoch, before.seq))
    except NotThere:
        return None


def report(log: LogReader, before: Before, position: Position) -> Report:
    """Read the log beyond a position. Blocks."""
    shapes = _shapes(log)
    rows: list[Stranded] = []
    while (batch := log.next_batch(position)) is not None:
        for row in batch.rows:
            image = json.loads(row.image)
            if image[0] != folding.SCHEMA:
                rows.append(_stranded(row.lsn, row.at, image, shapes))
        position = batch.position
    return Report(before.epoch, before.seq, tuple(rows))


def save(data: Path, found: Report) -> Path:
    """Keep a report; returns its file."""
    path = data / FOLDER / f"epoch-{found.epoch}.json"
    disk.write_private(path, msgspec.json.format(msgspec.json.encode(found), indent=1))
    return path


def _shapes(log: LogReader) -> Shapes:
    text = log.shapes(log.newest_shapes())
    assert text is not None
    return read_shapes(text)


def _stranded(lsn: int, at: int, image: list[Any], shapes: Shapes) -> Stranded:
    table = shapes.tables[image[0]]
    names = {
        folding.ROW: tuple(column.name for column in table.columns),
        folding.NARROW: table.narrow,
        folding.GONE: table.key,
    }[image[1]]
    return Stranded(lsn, at, table.name, _OPS[image[1]], dict(zip(names, image[2:], strict=True)))
