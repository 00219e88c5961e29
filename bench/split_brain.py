"""Two hosts alive for a minute, the old one cut off from every store: when it stops, and what becomes of its writes.

A host writes 100 transactions a second. Its stores vanish for it, a second host begins a new reign where the copies
stand, and both go on for ALIVE_S seconds. Then the stores come back. Asked: the old host is read-only within 5 s of
that, every write that the new host lacks is listed, none is silently lost. Litestream lost or broke data in 4 of 4.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec
from tests.fault.copies import PRIMARY_KEY_BASE, Copies, folder
from tests.fault.processes import postgres, until

import community
from perdure.adapters.stores import Stores
from perdure.continuity.model.reigns import Before, Genesis
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.rules import signing
from perdure.continuity.service import takeover
from perdure.continuity.service.plain import open_database
from perdure.continuity.service.shipping.stranded import FOLDER, Report
from perdure.kernel import mode
from perdure.kernel.settings import Settings
from perdure.migrations import runner

ALIVE_S = float(os.environ.get("ALIVE_S", "60"))
ASKED_S = 5.0


def main() -> int:
    found = {}
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name:
        found["sqlite"] = _trial(Path(name) / "sqlite", "")
        with postgres() as server:
            found["postgresql"] = _trial(Path(name) / "postgresql", server.url)
    print(f"\nThe old host was cut off for {ALIVE_S:.0f} s while another one reigned\n")
    print(f"{'':<12}{'read-only after s':>18}{'written':>10}{'stranded':>10}{'listed':>10}{'silently lost':>15}")
    for engine, row in found.items():
        print(
            f"{engine:<12}{row['stopped_s']:>18.2f}{row['written']:>10}{row['stranded']:>10}{row['listed']:>10}"
            f"{row['silently_lost']:>15}"
        )
    print(f"\nasked: at most {ASKED_S:.0f} s, all listed, none silently lost")
    community.write_out("split_brain", {"alive_s": ALIVE_S, **found})
    return 1 if any(row["silently_lost"] for row in found.values()) else 0


def _trial(place: Path, url: str) -> dict[str, float]:
    data = place / "data"
    data.mkdir(parents=True)
    settings = Settings(data=data, database_url=url)
    runner.upgrade(settings)
    records = [_through_a_link(place, name) for name in "abc"]
    copies = Copies(settings, records)
    copies.start(rate=100)
    until(copies.is_shipping, 60)
    time.sleep(3)
    for record in records:
        (place / f"link-{record.name}").unlink()
    time.sleep(1)
    held = _reign_elsewhere(copies, place)
    time.sleep(ALIVE_S)
    for record in records:
        (place / f"link-{record.name}").symlink_to(place / f"store-{record.name}")
    back = time.monotonic()
    until(lambda: _is_closed(settings), 60)
    stopped = time.monotonic() - back
    path = data / FOLDER / "epoch-1.json"
    until(path.exists, 60)
    copies.kill()
    report = msgspec.json.decode(path.read_bytes(), type=Report)
    listed = {row.values["id"] - PRIMARY_KEY_BASE for row in report.rows if row.table == "tag"}
    written = {ack.number for ack in copies.acknowledged()}
    stranded = written - held
    return {
        "stopped_s": round(stopped, 2),
        "written": len(written),
        "stranded": len(stranded),
        "listed": len(listed & stranded),
        "silently_lost": len(stranded - listed),
    }


def _through_a_link(place: Path, name: str) -> StoreRecord:
    """A store that the old host reaches through a link, so that it can be cut off and nobody else is."""
    record = folder(place, name)
    link = place / f"link-{name}"
    link.symlink_to(place / f"store-{name}")
    return msgspec.structs.replace(record, url=f"file://{link}")


def _reign_elsewhere(copies: Copies, place: Path) -> set[int]:
    """Begin a reign where the copies stand; returns what the new host has."""
    real = [msgspec.structs.replace(one, url=f"file://{place}/store-{one.name}") for one in copies.records]
    stores: dict[str, Store] = {one.name: Stores().open(one, "") for one in real}
    key = signing.new_key()

    async def begin() -> set[int]:
        newest = await takeover.heads(stores, {copies.site.host}, 1)
        assert newest.newest is not None
        head = newest.newest
        genesis = Genesis(
            site=copies.site.site_id,
            epoch=2,
            before=Before(1, head.seq, head.hash),
            host="f" * 32,
            host_key=signing.public_of(key),
            recipients=copies.site.recipients,
            at=int(time.time() * 1000),
        )
        await takeover.claim(stores, genesis, signing.sign("genesis", genesis, copies.root))
        return await copies.held(real[0], upto=head.seq)

    return asyncio.run(begin())


def _is_closed(settings: Settings) -> bool:
    database = open_database(settings)
    try:
        return mode.current(database).name == mode.CLOSED
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
