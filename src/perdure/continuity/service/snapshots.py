"""Snapshots: all tables at one instant, read in one transaction, sealed and sent piece by piece (continuity.md §3.9).

A chunk goes to every store as soon as it is made; the signed manifest comes last, so that half a snapshot is none.
"""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.errors import StoreError
from perdure.continuity.model.chain import Position
from perdure.continuity.model.reigns import Genesis
from perdure.continuity.model.shapes import TableShape
from perdure.continuity.model.snapshots import Chunk, Manifest, TableManifest
from perdure.continuity.ports import Store
from perdure.continuity.queries.rows import RowReader
from perdure.continuity.queries.snapshots import Moment, opened
from perdure.continuity.rules import canonical, layout, sealing
from perdure.continuity.rules import snapshots as rules
from perdure.kernel.clock import Clock
from perdure.kernel.log import logger
from perdure.kernel.settings import Settings

_DONE: Final = None
log = logger("copies")


class Since(NamedTuple):
    """Where the chain stood before the snapshot was opened. Read ``position`` first: an older one does no harm."""

    position: Position
    seq: int
    hash: bytes


class Made(NamedTuple):
    """A snapshot, and the stores that failed on the way, by their place in the list, with the reason."""

    manifest: Manifest
    failed: dict[int, StoreError]


async def make(
    settings: Settings, genesis: Genesis, host_key: bytes, since: Since, stores: Sequence[Store], clock: Clock
) -> Made:
    """Take a snapshot of a site and bring it to stores. It has a data key of its own, wrapped for all recipients.

    A store that fails is left out from then on, and gets no manifest. Raises the last StoreError where all failed,
    Invalid where an engine hands out rows in another order than that of their keys, and the drivers' errors.
    """
    sender = _Sender(stores)
    context = opened(settings, since.position)
    moment = await asyncio.to_thread(context.__enter__)
    try:
        manifest = _begun(genesis, since, moment, clock.now_ms())
        key = sealing.new_key()
        await sender.send(layout.shapes(manifest.shapes), moment.shapes.text, shared=True)
        await sender.send(layout.key(genesis.epoch, manifest.key), sealing.wrap(genesis.recipients, key))
        tables = [await _table(moment.rows, shape, manifest, key, sender) for shape in moment.shapes.tables]
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
    manifest = msgspec.structs.replace(manifest, tables=tuple(tables))
    await sender.send(manifest.name + rules.MANIFEST, rules.sign(manifest, host_key))
    log.info("snapshot_made", name=manifest.name, rows=manifest.count, stores=len(stores) - len(sender.failed))
    return Made(manifest, sender.failed)


def _begun(genesis: Genesis, since: Since, moment: Moment, now_ms: int) -> Manifest:
    hour = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d%H")
    return Manifest(
        site=genesis.site,
        epoch=genesis.epoch,
        name=layout.snapshot(genesis.epoch, moment.upto, now_ms),
        at=now_ms,
        revision=moment.shapes.revision,
        shapes=moment.shapes.hash,
        seq=since.seq,
        hash=since.hash.hex(),
        upto=moment.upto,
        seen=moment.seen,
        key=f"{hour}-snap-{secrets.token_hex(4)}",
        tables=(),
    )


async def _table(
    rows: RowReader, shape: TableShape, manifest: Manifest, key: bytes, sender: "_Sender"
) -> TableManifest:
    made = canonical.TableHash(shape)
    parts = _parts(rows, shape, made)
    chunks: list[Chunk] = []
    while (part := await asyncio.to_thread(next, parts, _DONE)) is not _DONE:
        plain, count = part
        number = len(chunks)
        data = await asyncio.to_thread(rules.seal_chunk, manifest, shape.name, number, plain, key)
        await sender.send(rules.chunk_name(manifest.name, shape.name, number), data)
        chunks.append(Chunk(rules.digest(data), len(data), count))
    return TableManifest(shape.name, made.count, made.hex, tuple(chunks))


def _parts(rows: RowReader, shape: TableShape, made: canonical.TableHash) -> Iterator[tuple[bytes, int]]:
    """The rows of a table in pieces of some megabytes, packed and framed, and how many there are in each."""
    packed: list[bytes] = []
    size = count = 0
    for batch in rows.batches(shape):
        packed.append(made.add(batch))
        size, count = size + len(packed[-1]), count + len(batch)
        if size >= rules.PLAIN_BYTES:
            yield canonical.framed(b"".join(packed), count), count
            packed, size, count = [], 0, 0
    if count:
        yield canonical.framed(b"".join(packed), count), count


class _Sender:
    """Puts objects to all stores that did not fail yet."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = stores
        self.failed: dict[int, StoreError] = {}

    async def send(self, name: str, data: bytes, *, shared: bool = False) -> None:
        """Put one object everywhere. ``shared``: it may be there already, and then is the same."""
        left = [number for number in range(len(self._stores)) if number not in self.failed]
        results = await asyncio.gather(*(self._put(number, name, data, shared=shared) for number in left))
        for number, error in zip(left, results, strict=True):
            if error is not None:
                self.failed[number] = error
        if len(self.failed) == len(self._stores) and self.failed:
            raise next(reversed(self.failed.values()))

    async def _put(self, number: int, name: str, data: bytes, *, shared: bool) -> StoreError | None:
        try:
            await self._stores[number].put_new(name, data)
        except StoreError as error:
            return None if shared and error.kind == "already_there" else error
        return None
