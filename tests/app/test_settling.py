"""A host that took over without the last word of the one before: it looks around before it writes (§3.7, §3.10)."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from perdure.continuity.model.reigns import Before, Genesis, Head
from perdure.continuity.rules import layout, segments, signing
from perdure.continuity.service import settling
from perdure.continuity.service.plain import open_database
from perdure.continuity.service.shipping import reign, settler, watch
from perdure.kernel import mode
from perdure.kernel.mode import Mode
from perdure.kernel.settings import Settings, load
from perdure.schema import metadata
from perdure.shipper import _Door
from tests.app.test_restore import bring_back, copied, hurried, place
from tests.app.test_shipper_faults import running, until
from tests.command import Command
from tests.copied import CopiedSite
from tests.copying import plain, strained_row
from tests.site import Site, on_loop, open_site

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
TAG = metadata.tables["tag"]
__all__ = ["copied", "hurried", "place"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settler, "WAIT_S", 0.3)
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.05)


@pytest.fixture
def followed(copied: CopiedSite, place: Callable[[str], Settings], hurried: None) -> CopiedSite:
    """The same site on the host that took over, not started yet."""
    home = place("sqlite")
    bring_back(copied, home, rehearsal=False)
    return copied.moved_to(load(home.data))


def how(copied: CopiedSite) -> Mode:
    database = open_database(copied.settings)
    try:
        return mode.current(database)
    finally:
        database.close()


def shipping(copied: CopiedSite, body: Callable[[], Awaitable[None]]) -> None:
    """Do something while the new host ships, with its own door."""

    async def nothing(*_: object) -> None:
        """No snapshot."""

    shipper = copied.shipper(nothing)
    database = open_database(copied.settings)
    shipper._rivals._door = shipper._settler._door = _Door(database)
    try:
        on_loop(running(shipper, body))
    finally:
        database.close()


def test_it_is_read_only_until_it_has_looked_around_and_tells_what_came_too_late(
    copied: CopiedSite, followed: CopiedSite, site: Site, command: Command
) -> None:
    with plain(copied.settings) as db:
        for n in range(70, 73):
            db.insert(TAG, strained_row(TAG, n))
    copied.ship(snapshot=False, force=True)
    settling.hold(followed.settings)
    assert how(followed)[:2] == (mode.CLOSED, settling.REASON)
    with open_site(msgspec.structs.replace(followed.settings, base_url="http://perdure.test"), site.clock) as back:
        page = back.get("/")
        assert page.status_code == 200
        assert "looks around for a minute" in page.text

    async def body() -> None:
        await until(lambda: how(followed).name == mode.OPEN)

    shipping(followed, body)
    found = settling.last(followed.data)
    assert found is not None
    assert [(one.store, one.rows) for one in found.late] == [(name, 3) for name in "abc"]
    assert found.unanswered == ()
    assert "3 rows that the host before sent too late" in command("copies", "status", "--data", str(followed.data)).out
    settling.hold(followed.settings)
    assert how(followed).name == mode.OPEN, "it looks around once"


def test_after_the_last_word_of_the_host_before_there_is_nothing_to_wait_for(
    copied: CopiedSite, place: Callable[[str], Settings]
) -> None:
    held = copied.held()
    spool = max((copied.data / "continuity/spool").glob("*~seg~*"))
    seq, digest = layout.seq_of(spool.name.replace("~", "/")), segments.digest(spool.read_bytes()).hex()
    head = Head(copied.site.site_id, held.genesis.host, 1, seq, digest, 1, copied.clock.now_ms(), {}, closed=True)

    async def say() -> None:
        for store in copied.opened().values():
            await store.put_new(layout.head(head.host, head.at), signing.sign("head", head, held.key))

    on_loop(say())
    home = place("sqlite")
    assert bring_back(copied, home, rehearsal=False).new_epoch == 2
    assert settling.pending(home.data) is None


@pytest.mark.parametrize("lower", [True, False])
def test_of_two_hosts_that_took_over_at_once_the_one_that_restores_would_follow_stays(
    settings: Settings, tmp_path: Path, lower: bool
) -> None:
    claimed = CopiedSite(settings, tmp_path / "stores")
    before = Before(1, 0, "0" * 64)
    reign.begin(claimed.data, claimed.site, epoch=2, before=before, now_ms=claimed.clock.now_ms())
    settling.begin(claimed.data, before)
    settling.hold(settings)
    other: Path = claimed.folders["b"] / layout.genesis(2)
    other.parent.mkdir(parents=True)
    other.write_bytes(_rival(claimed, lower=lower))

    async def body() -> None:
        if lower:
            await until(lambda: how(claimed).reason == settling.OTHER)
            await asyncio.sleep(0.5)
            assert how(claimed)[:2] == (mode.CLOSED, settling.OTHER)
        else:
            await until(lambda: how(claimed).name == mode.OPEN)

    shipping(claimed, body)


def _rival(copied: CopiedSite, *, lower: bool) -> bytes:
    """A genesis that counts just as much."""
    ours = copied.held()
    key = signing.public_of(signing.new_key())
    for at in range(1, 100_000):
        genesis = Genesis(
            site=copied.site.site_id,
            epoch=2,
            before=ours.genesis.before,
            host="f" * 32,
            host_key=key,
            recipients=copied.site.recipients,
            at=at,
        )
        data = signing.sign("genesis", genesis, copied.root)
        if (segments.digest(data) < ours.reign.genesis) is lower:
            return data
    raise AssertionError("no such hash")
