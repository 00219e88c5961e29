"""The config bundle goes to the stores whenever it changes."""

from collections.abc import Mapping
from typing import Final

from perdure.continuity.rules import layout
from perdure.continuity.service import bundle, disk, erasures, outgoing
from perdure.continuity.service.site import FOLDER, load_site
from perdure.continuity.service.status import read_status
from perdure.kernel.runtime import Runtime

_DIGEST: Final = "bundle.digest"


def send(rt: Runtime, rows: Mapping[str, str]) -> bool:
    """Collect what a new host needs and hand it to the shipper if it says anything new; tells whether it did.

    ``rows`` are the keys that live in the database. Nothing happens before the first segment was made: the bundle is
    named after the reign. Raises Invalid, OSError.
    """
    data, now = rt.settings.data, rt.clock.now_ms()
    status = read_status(data)
    site = load_site(data)
    if site is None or status is None:
        return False
    erasures.salt(data)  # so that the first bundle has it
    path = data / FOLDER / _DIGEST
    known = path.read_text() if path.exists() else ""
    mark = f"{status.epoch}:{site.root}:"
    name = layout.config(status.epoch, now)
    kept = known.removeprefix(mark) if known.startswith(mark) else ""
    made = bundle.collect(data, rt.settings, rows, name=name, now_ms=now, known=kept)
    if made is None:
        return False
    outgoing.put(data, name, made.data)
    disk.write_private(path, f"{mark}{made.digest}".encode())
    return True
