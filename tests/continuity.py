"""A site with a kit, for tests of continuity."""

import asyncio
from contextlib import suppress
from pathlib import Path

from perdure import wiring
from perdure.continuity.errors import AlreadyThere
from perdure.continuity.model.keys import Site
from perdure.continuity.rules import keys, layout, sealing, signing
from perdure.continuity.service import bundle, site, stores
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


def ship(data: Path, at: int, epoch: int = 1, key: bool = True) -> str:
    """Put the config bundle, and a wrapped key, to every store of a data directory, as the shipper does."""
    name = layout.config(epoch, at)
    made = bundle.collect(data, load(data, {}), {"site:vapid": "pem"}, name=name, now_ms=at)
    assert made is not None
    known = site.load_site(data)
    assert known is not None
    objects = {name: made.data}
    if key:
        objects[layout.key(epoch, "2026010100-00000000")] = sealing.wrap(known.recipients, sealing.new_key())

    async def put() -> None:
        for store in stores.open_all(data, wiring.store_opener()).values():
            for one, content in objects.items():
                with suppress(AlreadyThere):
                    await store.put_new(one, content)
            await store.close()

    asyncio.run(put())
    return name
