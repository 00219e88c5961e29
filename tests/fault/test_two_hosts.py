"""Two hosts that both believe they reign: the old one stops, and what it still wrote is told row by row."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.model.reigns import Before, Genesis, Head, Intent
from perdure.continuity.ports import Store
from perdure.continuity.rules import signing
from perdure.continuity.service import takeover
from perdure.continuity.service.plain import open_database
from perdure.continuity.service.shipping.stranded import FOLDER, Report
from perdure.kernel import mode
from perdure.kernel.clock import SystemClock
from perdure.kernel.settings import Settings
from tests.fault.copies import PRIMARY_KEY_BASE, Copies, folder
from tests.fault.processes import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
NEW_KEY = signing.new_key()
STOPS_WITHIN_S = 5.0


@pytest.fixture
def copies(settings: Settings, tmp_path: Path) -> Iterator[Copies]:
    """An old host that writes and ships."""
    found = Copies(settings, [folder(tmp_path, name) for name in "abc"])
    found.start(rate=100)
    until(found.is_shipping, 40)
    yield found
    found.kill()


def opened(copies: Copies) -> dict[str, Store]:
    return {record.name: Stores().open(record, "") for record in copies.records}


def newcomer(copies: Copies, before: Before) -> Genesis:
    return Genesis(
        site=copies.site.site_id,
        epoch=2,
        before=before,
        host="f" * 32,
        host_key=signing.public_of(NEW_KEY),
        recipients=copies.site.recipients,
        at=int(time.time() * 1000),
    )


def head_of(copies: Copies) -> Head:
    """A head of the old host that names at least one segment of the writer."""

    async def look() -> Head | None:
        found = await takeover.heads(opened(copies), {copies.site.host}, 1)
        return found.newest

    head = until(lambda: asyncio.run(look()), 40)
    assert isinstance(head, Head)
    return head


def is_closed(copies: Copies) -> bool:
    database = open_database(copies.settings)
    try:
        return mode.current(database).name == mode.CLOSED
    finally:
        database.close()


def test_an_announced_takeover_waits_for_the_last_word_and_loses_nothing(copies: Copies) -> None:
    now = int(time.time() * 1000)
    intent = Intent(copies.site.site_id, 2, "f" * 32, signing.public_of(NEW_KEY), now)

    async def take() -> Head | None:
        stores = opened(copies)
        assert await takeover.announce(stores, intent, copies.root) == ["a", "b", "c"]
        found = await takeover.wait_for_the_last_word(stores, {copies.site.host}, 1, SystemClock(), 20)
        return found.newest

    head = asyncio.run(take())

    assert head is not None
    assert head.closed
    until((copies.data / "refused").exists)
    for record in copies.records:
        assert {ack.number for ack in copies.acknowledged()} <= asyncio.run(copies.held(record))


def test_a_host_that_was_passed_over_stops_and_lists_every_stranded_row(copies: Copies) -> None:
    head = head_of(copies)
    held_before = asyncio.run(copies.held(copies.records[0], upto=head.seq))
    until(lambda: len(copies.acknowledged()) > len(held_before) + 20)
    genesis = newcomer(copies, Before(1, head.seq, head.hash))
    signed = signing.sign("genesis", genesis, copies.root)
    started = time.monotonic()

    assert asyncio.run(takeover.claim(opened(copies), genesis, signed)) == ["a", "b", "c"]
    until(lambda: is_closed(copies))

    assert time.monotonic() - started <= STOPS_WITHIN_S
    until((copies.data / "refused").exists)
    path = copies.data / FOLDER / "epoch-1.json"
    until(path.exists)
    report = msgspec.json.decode(path.read_bytes(), type=Report)
    listed = {row.values["id"] - PRIMARY_KEY_BASE for row in report.rows if row.table == "tag"}
    written = {ack.number for ack in copies.acknowledged()}
    assert written - held_before <= listed
    assert listed.isdisjoint(held_before)


def test_a_claim_that_nobody_of_this_site_signed_stops_nothing(copies: Copies) -> None:
    head = head_of(copies)
    genesis = newcomer(copies, Before(1, head.seq, head.hash))
    signed = signing.sign("genesis", genesis, signing.new_key())

    asyncio.run(takeover.claim(opened(copies), genesis, signed))
    before = len(copies.acknowledged())
    time.sleep(2.5)

    assert not is_closed(copies)
    assert len(copies.acknowledged()) > before
