"""A site with a kit, for tests of continuity."""

import asyncio
from contextlib import suppress
from pathlib import Path

from perdure import wiring
from perdure.continuity.errors import AlreadyThere
from perdure.continuity.model.chain import Header, LogRow, Position
from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Head
from perdure.continuity.rules import keys, layout, sealing, segments, signing
from perdure.continuity.service import bundle, site, stores
from perdure.continuity.service.shipping import reign
from perdure.kernel.settings import load

MASTER = bytes(range(32))
ROOT = keys.root_key(MASTER)
RECOVERY = keys.recovery_identity(MASTER)


def begin_site(data: Path, master: bytes = MASTER, **changed: str) -> Site:
    """What ``perdure kit create`` leaves on the host."""
    root, identity = keys.root_key(master), keys.recovery_identity(master)
    recovery = sealing.recipient_of(identity)
    first = Site(site_id="5" * 32, root=signing.public_of(root), recovery=recovery, host_id="", host="")
    return site.new_host(data, first, root=root, now_ms=1000, **changed)


def ship(data: Path, at: int, epoch: int = 1, contents: bool = True) -> str:
    """Put what the shipper ships to every store of a data directory; returns the name of the config bundle.

    Without ``contents`` the bundle goes alone.
    """
    name = layout.config(epoch, at)
    made = bundle.collect(data, load(data, {}), {"site:vapid": "pem"}, name=name, now_ms=at)
    assert made is not None
    objects = {name: made.data, **(_contents(data, at, epoch) if contents else {})}

    async def put() -> None:
        for store in stores.open_all(data, wiring.store_opener()).values():
            for one, content in objects.items():
                with suppress(AlreadyThere):
                    await store.put_new(one, content)
            await store.close()

    asyncio.run(put())
    return name


def _contents(data: Path, at: int, epoch: int) -> dict[str, bytes]:
    """A genesis, a key, a segment and a head."""
    known = site.load_site(data)
    assert known is not None
    (data / "continuity" / reign.GENESIS_FILE).unlink(missing_ok=True)
    held = reign.begin(data, known, epoch=epoch, before=None, now_ms=at)
    key, shapes = sealing.new_key(), bytes(32)
    header = Header(1, epoch, 1, 1, Position(1), shapes, held.reign.genesis, at, at, "2026010100-00000000", False, 1)
    segment = segments.encode(header, [LogRow(1, at, 0, "[]")], key)
    digest = segments.digest(segment).hex()
    head = Head(site=known.site_id, host=known.host_id, epoch=epoch, seq=1, hash=digest, last=1, at=at, seen={})
    return {
        layout.genesis(epoch): held.data,
        layout.key(epoch, header.key): sealing.wrap(known.recipients, key),
        layout.segment(epoch, 1): segment,
        layout.head(known.host_id, at): signing.sign("head", head, held.key),
    }
