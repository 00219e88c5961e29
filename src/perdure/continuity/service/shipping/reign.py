"""This host's reign: the genesis it began with, kept beside the key, and told to every store."""

from pathlib import Path
from typing import Final, NamedTuple

from perdure.continuity.model.keys import Site
from perdure.continuity.model.reigns import Before, Genesis
from perdure.continuity.rules import reigns, segments, signing
from perdure.continuity.service import disk
from perdure.continuity.service.shipping.building import Reign
from perdure.continuity.service.site import FOLDER, host_key, voucher

GENESIS_FILE: Final = "genesis"


class Held(NamedTuple):
    """A reign with what is needed to speak in its name."""

    genesis: Genesis
    data: bytes
    """The signed genesis, as it stands at the stores."""
    key: bytes
    """The host's private key."""

    @property
    def reign(self) -> Reign:
        """What segments are made under."""
        return Reign(self.genesis.epoch, segments.digest(self.data), self.genesis.recipients)


def load(data: Path, site: Site, now_ms: int) -> Held:
    """The reign this host holds; a site that never shipped begins its first. Raises Invalid for a damaged file."""
    path = data / FOLDER / GENESIS_FILE
    key = host_key(data)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return begin(data, site, epoch=1, before=None, now_ms=now_ms)
    epoch = reigns.epoch_of(raw, str(path))
    if not reigns.names_host(raw, site.host):  # the kit was replaced: what it opens begins here
        return begin(data, site, epoch=epoch + 1, before=None, now_ms=now_ms)
    genesis = reigns.read_genesis(raw, site, {site.host}, str(path))
    return Held(genesis, raw, key)


def begin(data: Path, site: Site, *, epoch: int, before: Before | None, now_ms: int) -> Held:
    """Sign and keep a genesis of this host. It counts through the root key's voucher, or the host before's word."""
    key = host_key(data)
    word = voucher(data)
    genesis = Genesis(
        site=site.site_id,
        epoch=epoch,
        before=before,
        host=site.host_id,
        host_key=site.host,
        recipients=site.recipients,
        at=now_ms,
        voucher=word.decode() if word else "",
    )
    raw = signing.sign("genesis", genesis, key)
    disk.write_private(data / FOLDER / GENESIS_FILE, raw)
    return Held(genesis, raw, key)
