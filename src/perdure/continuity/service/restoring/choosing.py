"""Which snapshot a restore begins with: the newest that is whole, and that holds nothing the history disowns."""

from collections.abc import AsyncIterator
from functools import partial
from typing import NamedTuple

from perdure.continuity.model.snapshots import Manifest
from perdure.continuity.rules import layout, segments
from perdure.continuity.rules import snapshots as rules
from perdure.continuity.service.restoring.history import History, Reign
from perdure.continuity.service.restoring.sources import Sources
from perdure.continuity.service.restoring.tail import Chain
from perdure.kernel.errors import Invalid


class Candidate(NamedTuple):
    """A snapshot that may be loaded, and the reign it is of."""

    manifest: Manifest
    reign: Reign


async def candidates(sources: Sources, history: History) -> AsyncIterator[Candidate]:
    """Snapshots that count, newest first."""
    for reign in reversed(history.reigns):
        listed = await sources.listed(layout.snapshots(reign.epoch))
        names = [name for name in listed if name.endswith(f"/{rules.MANIFEST}")]
        limit = None
        for name in sorted(names, reverse=True):
            try:
                manifest = await _manifest(sources, reign, name)
                if limit is None:
                    limit = await _shipped_up_to(sources, reign, history.demanded)
                _check(manifest, reign, set(listed), limit)
            except Invalid as error:
                sources.note(error.public)
            else:
                yield Candidate(manifest, reign)


async def _manifest(sources: Sources, reign: Reign, name: str) -> Manifest:
    manifest = await sources.fetch(name, lambda data: rules.read_manifest(data, reign.genesis.host_key, name))
    if manifest.site != reign.genesis.site:
        raise Invalid(f"{name} is of another site")
    return manifest


def _check(manifest: Manifest, reign: Reign, listed: set[str], limit: int) -> None:
    if reign.end is not None and manifest.seq > reign.end:
        raise Invalid(f"{manifest.name} was made after its host had been followed by another: it does not count")
    if manifest.upto > limit:
        raise Invalid(f"{manifest.name} holds more than the segments that count: an older one is taken")
    for table in manifest.tables:
        for number in range(len(table.chunks)):
            name = rules.chunk_name(manifest.name, table.name, number)
            if name not in listed:
                raise Invalid(f"{name} is at no store: its snapshot is not whole, and an older one is taken")


async def _shipped_up_to(sources: Sources, reign: Reign, demanded: int) -> int:
    """The highest lsn in the segments that count of a reign."""
    chain = Chain(sources, reign.epoch)
    last = reign.end
    if last is None:
        last = await chain.look(max(0, demanded - 1))
    elif last:
        await chain.look(last - 1)
    while last > 0:
        position = await _position(sources, chain, last)
        if position is not None:
            return position
        if last <= (demanded if reign.end is None else reign.end):
            break  # the chain says what is missing, when it comes there
        last -= 1
    return 2**63 - 1 if last else 0


async def _position(sources: Sources, chain: Chain, seq: int) -> int | None:
    name = layout.segment(chain.epoch, seq)
    async for _, data in chain.copies(seq):
        try:
            header, _ = segments.read_header(data, name)
            await sources.opened(header.epoch, header.key, partial(_decoded, data, name))
        except Invalid:
            continue
        if (header.epoch, header.seq) == (chain.epoch, seq):
            return header.position.last
    return None


def _decoded(data: bytes, name: str, key: bytes) -> None:
    segments.decode(data, key, name)
