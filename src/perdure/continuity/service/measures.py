"""Measures in force, outside the epochs: a restore to an older point knows of those that came after it.

The enforcement ledger is a table and comes back with the rows; what is newer than the rows comes from here. Objects are
sealed for the site's recipients: whom a site suspended is nobody else's business.
"""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from perdure.audit.model import Enforcement
from perdure.audit.service import enforcement
from perdure.continuity.model.ledger import MEASURES, Measure, Measures
from perdure.continuity.ports import Store
from perdure.continuity.rules import sealing
from perdure.continuity.service import disk, ledger
from perdure.continuity.service.site import FOLDER, load_site
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

EVERY_S: Final = 5.0
_SENT: Final = "measures.sent"
_AT_ONCE: Final = 500
log = logger("copies")


async def send(rt: Runtime) -> int:
    """Hand what is new in the enforcement ledger to the shipper; returns how many rows."""
    data = rt.settings.data
    site = load_site(data)
    if site is None:
        return 0
    path = data / FOLDER / _SENT
    rows = await rt.db.read_long(enforcement.after_in, _sent(path), _AT_ONCE)
    if rows:
        document = Measures(site=site.site_id, measures=tuple(_measure(row) for row in rows))
        ledger.put(
            data,
            "m",
            MEASURES,
            document,
            rows[-1].at,
            seal=lambda plain: sealing.wrap(site.recipients, plain),
        )
        await asyncio.to_thread(disk.write_private, path, str(rows[-1].seq).encode())
    return len(rows)


async def measures(
    stores: Mapping[str, Store], trusted: Collection[str], identity: str, faults: list[str] | None = None
) -> list[Measure]:
    """Every measure that any store knows of, in order of time.

    ``identity`` opens them, ``trusted`` are the hosts that reigned.

    Where two reigns used a number after an older state was restored, both are there.
    """
    told: list[str] = []

    def opened(name: str, data: bytes) -> Measures:
        return ledger.document(MEASURES, sealing.unwrap(identity, data, name), trusted, name, Measures)

    found = await ledger.read(stores, "m", opened, told)
    for fault in told:
        log.error("measures_not_read", reason=fault)
    if faults is not None:
        faults += told
    return sorted({one for each in found for one in each.measures}, key=lambda one: (one.at, one.seq))


def unknown(found: list[Measure], known: Collection[str]) -> list[Measure]:
    """Measures in force by the ledger of which the restored rows (``known``: hashes) hold neither beginning nor end."""
    news = [one for one in found if one.hash not in known]
    ended = {(one.kind, one.subject, one.reverses) for one in news if one.reverses is not None}
    return [one for one in news if one.reverses is None and (one.kind, one.subject, one.seq) not in ended]


def _sent(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _measure(row: Enforcement) -> Measure:
    return Measure(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        subject=row.subject,
        value=row.value_json,
        until=row.until,
        reverses=row.reverses,
        hash=row.hash,
    )
