"""From objects to rows: a snapshot in bulk, then what came after it, folded to the last image of each row."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from perdure.continuity.model.chain import LogRow, Position
from perdure.continuity.model.restoring import TableCount
from perdure.continuity.model.shapes import Shapes, TableShape
from perdure.continuity.model.snapshots import Chunk, Manifest, TableManifest
from perdure.continuity.queries.loading.target import Target
from perdure.continuity.queries.rows import hash_table
from perdure.continuity.rules import snapshots as rules
from perdure.continuity.rules.canonical import TableHash, unframed
from perdure.continuity.rules.folding import Fold, SchemaChange
from perdure.continuity.service.restoring.places import Place
from perdure.continuity.service.restoring.sources import Sources
from perdure.continuity.service.restoring.tail import Link
from perdure.kernel.errors import Invalid

WINDOW: Final = 40_000
"""Rows that a fold touches before it is applied."""
_LONGEST: Final = 400_000
"""Rows of one transaction that are kept until its end is seen; a longer one is applied as it comes."""
_AHEAD: Final = 3
Progress = Callable[[int], None]
"""Told how many rows were added to what is done."""


async def load_snapshot(sources: Sources, target: Target, manifest: Manifest, progress: Progress) -> None:
    """Fill a target that was stripped. Every table is read back: its count and hash are the manifest's.

    Raises Invalid, which names the object or the table.
    """
    shapes = await sources.shapes(manifest.shapes)
    if [table.name for table in manifest.tables] != [shape.name for shape in shapes.tables]:
        raise Invalid(f"{manifest.name}{rules.MANIFEST} lists other tables than its shapes: it cannot be used")
    for table, shape in zip(manifest.tables, shapes.tables, strict=True):
        await _load_table(sources, target, manifest, table, shape, progress)


async def _load_table(
    sources: Sources, target: Target, manifest: Manifest, table: TableManifest, shape: TableShape, progress: Progress
) -> None:
    arriving = TableHash(shape)
    async for number, data in _chunks(sources, manifest, table):
        name = rules.chunk_name(manifest.name, table.name, number)
        rows = await asyncio.to_thread(rules.unpacked, data, name)
        arriving.add_packed(unframed(data), len(rows))
        await asyncio.to_thread(target.load, shape, rows)
        progress(len(rows))
    await asyncio.to_thread(target.commit)
    stored = await asyncio.to_thread(hash_table, target.rows, shape)
    for made, where in ((arriving, "in the copy"), (stored, "in the new database")):
        if (made.count, made.hex) != (table.count, table.hash):
            message = f"{table.name} has {made.count} rows {where}, and they are not the {table.count} of the snapshot"
            raise Invalid(f"{message} {manifest.name}")


async def _chunks(sources: Sources, manifest: Manifest, table: TableManifest) -> AsyncIterator[tuple[int, bytes]]:
    """The opened chunks of a table in order, some of them fetched ahead."""
    waiting: deque[tuple[int, asyncio.Task[bytes]]] = deque()
    left = iter(enumerate(table.chunks))
    try:
        while True:
            while len(waiting) < _AHEAD and (one := next(left, None)) is not None:
                number, chunk = one
                waiting.append((number, asyncio.create_task(_chunk(sources, manifest, table.name, number, chunk))))
            if not waiting:
                return
            number, task = waiting.popleft()
            yield number, await task
    finally:
        for _, task in waiting:
            task.cancel()


async def _chunk(sources: Sources, manifest: Manifest, table: str, number: int, chunk: Chunk) -> bytes:
    name = rules.chunk_name(manifest.name, table, number)

    def check(data: bytes) -> bytes:
        if rules.digest(data) != chunk.sha256:
            raise Invalid(f"{name} is not what the manifest names: it was damaged, or changed")
        return data

    data = await sources.fetch(name, check)
    opened = partial(rules.open_chunk, manifest, table, number, data)
    return await sources.opened(manifest.epoch, manifest.key, opened)


class End(NamedTuple):
    """How far a replay went: the last segment that ends with a whole transaction, its hash, its newest row's time."""

    seq: int
    digest: bytes
    at: int


class Replay:
    """Applies segments to a target. Rows that the snapshot holds already are passed over, so nothing comes twice."""

    def __init__(self, sources: Sources, place: Place, target: Target, manifest: Manifest, shapes: Shapes) -> None:
        self._sources = sources
        self._place = place
        self.target = target
        self._manifest = manifest
        self._seen = frozenset(manifest.seen)
        self._fold = Fold(shapes)
        self._waiting: list[LogRow] = []
        self._torn = False
        self.shapes = shapes
        self.changes = 0
        self.position: Position | None = None
        """How far the log of the reign that was replayed last is in it; None where none of its segments was."""

    async def run(self, links: AsyncIterator[Link], end: End, progress: Progress) -> End:
        """Apply everything that comes; the end is where the last whole transaction ends. Raises Invalid."""
        self.position = None
        async for link in links:
            header = link.segment.header
            self._waiting += self._fresh(link.segment.rows, header.epoch)
            progress(header.count)
            if not header.more:
                await self._take()
                end = End(header.seq, link.digest, header.until)
                self.position = header.position
            elif len(self._waiting) > _LONGEST:
                await self._take()
                self._torn = True
            if len(self._fold) >= WINDOW:
                await self._apply()
        if self._torn and self._waiting:
            raise Invalid("The copies end within a very long transaction, and the part before cannot be taken back")
        self._waiting = []
        await self._apply()
        return end

    async def add(self, rows: list[LogRow]) -> None:
        """Apply rows that come from elsewhere, whole transactions in the order of the log."""
        self._waiting = rows
        await self._take()
        self.changes -= len(rows)
        await self._apply()

    def unseen(self, rows: list[LogRow]) -> list[LogRow]:
        """Those rows of the snapshot's own reign that the snapshot does not hold."""
        return list(self._fresh(rows, self._manifest.epoch))

    def _fresh(self, rows: list[LogRow], epoch: int) -> Iterator[LogRow]:
        """Rows that the snapshot does not hold."""
        if epoch != self._manifest.epoch:
            yield from rows
            return
        for row in rows:
            held = row.xid in self._seen if row.xid else row.lsn <= self._manifest.upto
            if not held:
                yield row

    async def _take(self) -> None:
        rows, self._waiting, self._torn = self._waiting, [], False
        self.changes += len(rows)
        for place, row in enumerate(rows):
            if (change := self._fold.add(row)) is not None:
                await self._follow(change, row)
            elif place % 5_000 == 4_999:
                await asyncio.sleep(0)

    async def _follow(self, change: SchemaChange, row: LogRow) -> None:
        """From here on images are of other shapes: bring the tables there."""
        if change.shapes == self.shapes.hash:
            return
        await self._apply()
        self.shapes = await self._sources.shapes(change.shapes)
        if self.shapes.revision != change.revision:
            raise Invalid(f"Row {row.lsn} of the log and the shapes that it names are of different revisions")
        await asyncio.to_thread(self._migrate)
        self._fold = Fold(self.shapes)

    def _migrate(self) -> None:
        self.target.dress()
        self.target.close()
        self._place.migrate(self.shapes.revision)
        self.target = self._place.open()
        self.target.check(self.shapes.tables)
        self.target.strip()

    async def _apply(self) -> None:
        fold, self._fold = self._fold, Fold(self._fold.shapes)
        for folded in fold:
            await asyncio.to_thread(self.target.apply, folded)
        await asyncio.to_thread(self.target.commit)


def counts(target: Target, shapes: Shapes, *, hashed: bool) -> tuple[TableCount, ...]:
    """How many rows every table has now, with their hashes where they are asked for."""
    found = []
    for shape in shapes.tables:
        if hashed:
            made = hash_table(target.rows, shape)
            found.append(TableCount(shape.name, made.count, made.hex))
        else:
            found.append(TableCount(shape.name, target.rows.count(shape.name)))
    return tuple(found)
