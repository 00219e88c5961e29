"""A site with a kit, for tests of continuity."""

from pathlib import Path

from perdure.continuity.model.keys import Site
from perdure.continuity.rules import keys, sealing, signing
from perdure.continuity.service import site

MASTER = bytes(range(32))
ROOT = keys.root_key(MASTER)
RECOVERY = keys.recovery_identity(MASTER)


def begin_site(data: Path, master: bytes = MASTER, **changed: str) -> Site:
    """What ``perdure kit create`` leaves on the host."""
    root, identity = keys.root_key(master), keys.recovery_identity(master)
    recovery = sealing.recipient_of(identity)
    first = Site(site_id="5" * 32, root=signing.public_of(root), recovery=recovery, host_id="", host="")
    return site.new_host(data, first, root=root, now_ms=1000, **changed)
