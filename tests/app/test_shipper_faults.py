"""What a shipper does when stores, this host's own memory, or its database do not behave."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.model.reigns import Genesis, Head, Intent
from perdure.continuity.model.status import LaneStatus
from perdure.continuity.model.stores import StoreList, StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout, packs, segments, signing
from perdure.continuity.service import disk, stores, takeover
from perdure.continuity.service.shipping import checking, rivals, watch
from perdure.continuity.service.shipping import lane as lanes
from perdure.continuity.service.shipping import shipper as shipping
from perdure.continuity.service.shipping.shipper import Shipper
from perdure.kernel import mode
from perdure.kernel.db.postgres import PostgresDatabase
from perdure.kernel.errors import ReadOnly, Unavailable
from perdure.kernel.settings import Settings
from perdure.schema import metadata
from tests.copied import CopiedSite, NoDoor
from tests.copying import plain, strained_row
from tests.faulty_store import FaultyStore
from tests.site import Site, on_loop

TAG = metadata.tables["tag"]


class Faulty(Stores):
    """Opens stores that a test may break."""

    def __init__(self) -> None:
        self.opened: dict[str, FaultyStore] = {}

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> Store:
        if record.name not in self.opened:
            self.opened[record.name] = FaultyStore(super().open(record, secret, raw=raw), record.name)
        return self.opened[record.name]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a minute here."""
    monkeypatch.setattr(lanes, "_LONGEST_WAIT_S", 0.3)
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(watch, "HEAD_EVERY_MS", 200)
    monkeypatch.setattr(shipping, "_OTHERS_S", 0.3)
    monkeypatch.setattr(checking, "_SLOW_S", 0.3)
    monkeypatch.setattr(checking, "_LIST_PAUSE", 0)
    monkeypatch.setattr(rivals, "_AGAIN_S", 0.05)


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def running(shipper: Shipper, body: Callable[[], Awaitable[None]]) -> None:
    """Do something while a shipper works, and end it."""
    stop = asyncio.Event()
    task = asyncio.create_task(shipper.run(stop))
    try:
        await body()
    finally:
        stop.set()
        await task


async def until(check: Callable[[], object], seconds: float = 20) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not check():
        assert asyncio.get_running_loop().time() < deadline, "it did not come to that in time"
        await asyncio.sleep(0.02)


def states(shipper: Shipper) -> dict[str, str]:
    return {one.name: one.state for one in shipper.status().lanes}


def write(copied: CopiedSite, number: int) -> None:
    with plain(copied.settings) as db:
        db.insert(TAG, strained_row(TAG, number))


def made(copied: CopiedSite, door: NoDoor, opener: Faulty) -> Shipper:
    async def nothing(*_: object) -> None:
        """No snapshot."""

    shipper = copied.shipper(nothing)
    shipper._opener = opener
    shipper._rivals._door = door
    return shipper


def place(copied: CopiedSite, store: str, name: str) -> Path:
    return copied.folders[store] / name


def test_bit_rot_at_one_store_is_told_and_stops_neither_the_site_nor_its_siblings(
    settings: Settings, tmp_path: Path
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    rotten = place(copied, "a", layout.genesis(1))
    rotten.parent.mkdir(parents=True)
    rotten.write_bytes(b"rotten")
    write(copied, 1)
    shipper = made(copied, door, opener)

    async def body() -> None:
        await until(
            lambda: states(shipper).get("a") == "foreign" and states(shipper)["b"] == states(shipper)["c"] == "ok"
        )
        await asyncio.sleep(0.4)
        assert shipper.status().lanes[1].seq >= 1

    on_loop(running(shipper, body))
    assert door.closed == []


def test_copies_that_are_ahead_at_most_stores_close_the_site(settings: Settings, tmp_path: Path) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    for store in ("a", "b"):
        ahead = place(copied, store, layout.segment(1, 9))
        ahead.parent.mkdir(parents=True)
        ahead.write_bytes(b"of another time")
    shipper = made(copied, door, opener)

    async def body() -> None:
        await until(lambda: door.closed)

    on_loop(running(shipper, body))
    assert "the copies are ahead of this host" in door.closed[0]


def test_a_head_that_this_host_signed_and_does_not_remember_closes_the_site_with_one_store(
    settings: Settings, tmp_path: Path
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores", "a"), NoDoor(), Faulty()
    held = copied.held()
    head = Head(copied.site.site_id, held.genesis.host, 1, 900, "0" * 64, 9, 5, {})
    for name, content in (
        (layout.segment(1, 900), b"of a time that this disk has forgotten"),
        (layout.head(held.genesis.host, 5), signing.sign("head", head, held.key)),
    ):
        path = place(copied, "a", name)
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    shipper = made(copied, door, opener)

    async def body() -> None:
        await until(lambda: door.closed)

    on_loop(running(shipper, body))


def test_the_site_is_closed_to_a_new_reign_however_often_the_database_refuses(
    settings: Settings, tmp_path: Path
) -> None:
    class Stuck(NoDoor):
        tries = 0

        async def close(self, reason: str) -> None:
            self.tries += 1
            if self.tries < 4:
                raise Unavailable(reason="database is locked")
            await super().close(reason)

    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), Stuck(), Faulty()
    genesis = Genesis(
        site=copied.site.site_id,
        epoch=2,
        before=None,
        host="f" * 32,
        host_key=signing.public_of(signing.new_key()),
        recipients=copied.site.recipients,
        at=1,
    )
    shipper = made(copied, door, opener)

    async def body() -> None:
        await takeover.claim(copied.opened(), genesis, signing.sign("genesis", genesis, copied.root))
        await until(lambda: door.closed)

    on_loop(running(shipper, body))
    assert door.tries == 4


def test_an_intent_that_lapsed_long_ago_closes_nothing_and_reopens_what_it_left_closed(
    settings: Settings, tmp_path: Path
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    old = Intent(copied.site.site_id, 2, "f" * 32, "0" * 64, copied.clock.now_ms() - 3_600_000)
    shipper = made(copied, door, opener)

    async def body() -> None:
        await takeover.announce(copied.opened(), old, copied.root)
        await until(lambda: door.reopened)
        await asyncio.sleep(0.3)

    on_loop(running(shipper, body))
    assert door.closed == []
    assert set(door.reopened) == {rivals.MOVING}


def test_a_head_names_only_what_a_store_has(settings: Settings, tmp_path: Path) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores", "a"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await until(
            lambda: (
                shipper.status().lanes and shipper.status().lanes[0].seq >= 1 and not shipper.status().lanes[0].backlog
            )
        )
        known = shipper.head()
        opener.opened["a"].down = True
        write(copied, 2)
        await until(lambda: shipper.seq > known.seq)
        assert shipper.head().seq == known.seq
        assert (
            shipper.head().hash
            == known.hash
            == segments.digest(place(copied, "a", layout.segment(1, known.seq)).read_bytes()).hex()
        )

    on_loop(running(shipper, body))


def test_a_torn_segment_goes_there_once_more_under_another_name(settings: Settings, tmp_path: Path) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores", "a"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await until(lambda: shipper.status().lanes and not shipper.status().lanes[0].backlog and shipper.seq)
        before = shipper.seq
        opener.opened["a"].tears = True
        write(copied, 2)
        await until(lambda: place(copied, "a", layout.segment(1, before + 1)).exists())
        opener.opened["a"].tears = False
        await until(lambda: shipper.status().lanes[0].seq > before)
        (whole,) = packs.split(place(copied, "a", layout.pack(1, before + 1, before + 1)).read_bytes(), "pack")
        assert segments.read_header(whole, "it")[0].seq == before + 1

    on_loop(running(shipper, body))
    assert door.closed == []


FAULTS: dict[str, dict[str, object]] = {
    "down": {"down": True},
    "full": {"full": True},
    "forgets": {"forgets": True},
    "revoked": {"revoked_after": 0},
    "slow": {"delay_s": 30.0},
}
ODD: dict[str, tuple[dict[str, object], str]] = {
    "clock": ({"clock_off_ms": 3_600_000}, "3600 s apart"),
    "lists_late": ({"lists_late": 2}, "list does not show"),
    "overwrites": ({"overwrites": True}, "written twice"),
}


def switch(store: FaultyStore, faults: dict[str, object], *, off: bool = False) -> None:
    fresh = FaultyStore(store.inner)
    for name, value in faults.items():
        setattr(store, name, getattr(fresh, name) if off else value)


def lane(shipper: Shipper, name: str) -> LaneStatus:
    return next(one for one in shipper.status().lanes if one.name == name)


async def all_shipped(shipper: Shipper) -> None:
    await until(
        lambda: len(states(shipper)) == 3 and all(one.seq and not one.backlog for one in shipper.status().lanes)
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_in_trouble_holds_up_no_other_says_why_and_catches_up_by_itself(
    settings: Settings, tmp_path: Path, fault: str
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await all_shipped(shipper)
        switch(opener.opened["a"], FAULTS[fault])
        before = shipper.seq
        write(copied, 2)
        await until(lambda: lane(shipper, "b").seq > before and lane(shipper, "c").seq > before, 2)
        await until(lambda: lane(shipper, "a").behind_ms > 300)
        await until(lambda: lane(shipper, "a").trouble)
        switch(opener.opened["a"], FAULTS[fault], off=True)
        if fault == "slow":  # what was asked meanwhile is still on its way
            return
        await until(
            lambda: (
                lane(shipper, "a").seq == shipper.seq
                and lane(shipper, "a").state == "ok"
                and not lane(shipper, "a").backlog
            )
        )
        await until(lambda: not lane(shipper, "a").trouble)
        everything = {name for name in names(copied, "b") if not name.startswith("head/")}
        assert everything <= names(copied, "a")

    on_loop(running(shipper, body))
    assert door.closed == []


def test_whoever_flushes_does_not_wait_for_a_slow_store_where_another_has_everything(
    settings: Settings, tmp_path: Path
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await all_shipped(shipper)
        switch(opener.opened["a"], FAULTS["slow"])
        write(copied, 2)
        began = asyncio.get_running_loop().time()
        assert await shipper.flush(30)
        assert asyncio.get_running_loop().time() - began < 10
        assert lane(shipper, "b").seq == shipper.seq > lane(shipper, "a").seq

    on_loop(running(shipper, body))


@pytest.mark.parametrize("oddity", ODD)
def test_a_store_that_no_longer_does_as_its_probe_found_is_named_without_being_less_of_a_copy(
    settings: Settings, tmp_path: Path, oddity: str
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)
    faults, said = ODD[oddity]

    async def body() -> None:
        write(copied, 1)
        await all_shipped(shipper)
        assert [one.remarks for one in shipper.status().lanes] == [(), (), ()]
        switch(opener.opened["a"], faults)
        write(copied, 2)
        await until(lambda: said in lane(shipper, "a").trouble)
        assert not lane(shipper, "b").trouble
        await until(lambda: all(one.seq == shipper.seq and one.state == "ok" for one in shipper.status().lanes))
        switch(opener.opened["a"], faults, off=True)
        await until(lambda: not lane(shipper, "a").trouble)

    on_loop(running(shipper, body))
    assert door.closed == []


@pytest.mark.parametrize("fault", ["down", "full", "forgets", "revoked", "slow"])
def test_trouble_at_a_store_is_seen_while_the_site_is_at_rest(settings: Settings, tmp_path: Path, fault: str) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await all_shipped(shipper)
        switch(opener.opened["a"], FAULTS[fault])
        await until(lambda: lane(shipper, "a").trouble)
        assert not lane(shipper, "b").trouble

    on_loop(running(shipper, body))


def test_a_store_that_charges_for_each_object_gets_what_a_second_brings_as_one(
    settings: Settings, tmp_path: Path
) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    records = [msgspec.structs.replace(one, pays_per_put=one.name == "a") for one in copied.records]
    disk.write_private(copied.data / stores.FILE, msgspec.json.encode(StoreList(stores=tuple(records))))
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await all_shipped(shipper)
        for number in range(2, 12):
            write(copied, number)
            await asyncio.sleep(0.25)
            assert lane(shipper, "a").behind_ms < 2_000
        await until(lambda: all(one.seq == shipper.seq and not one.backlog for one in shipper.status().lanes))

    on_loop(running(shipper, body))
    sent = {store: [name for name in names(copied, store) if name.startswith(("seg/", "pack/"))] for store in "ab"}
    covered = {seq for name in sent["a"] if name.startswith("pack/") for seq in range(*_span(name))}
    single = {layout.seq_of(name) for name in sent["a"] if name.startswith("seg/")}
    assert covered | single == set(range(1, shipper.seq + 1))
    assert len(sent["a"]) <= 0.7 * len(sent["b"])


def _span(name: str) -> tuple[int, int]:
    first, last = layout.range_of(name)
    return first, last + 1


def test_a_tail_that_a_store_lost_is_missed_and_brought_back_from_another(settings: Settings, tmp_path: Path) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        write(copied, 1)
        await until(
            lambda: len(states(shipper)) == 3 and all(one.seq and not one.backlog for one in shipper.status().lanes)
        )
        for number in (2, 3):
            write(copied, number)
            await until(lambda number=number: all(one.seq >= number for one in shipper.status().lanes))
        lost = [place(copied, "c", layout.segment(1, seq)) for seq in (2, shipper.seq)]
        for path in lost:
            path.unlink()
        await shipper._lanes["c"].look_back()
        await until(lambda: all(path.exists() for path in lost) and states(shipper)["c"] == "ok")

    on_loop(running(shipper, body))


def names(copied: CopiedSite, store: str) -> set[str]:
    folder = copied.folders[store]
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_store_never_reached_is_behind_by_as_long_as_it_is_on_the_list(settings: Settings, tmp_path: Path) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    opener.open(copied.records[2], "")
    opener.opened["c"].down = True
    shipper = made(copied, door, opener)

    async def body() -> None:
        await until(lambda: len(states(shipper)) == 3 and states(shipper)["a"] == "ok")
        await asyncio.sleep(0.2)
        assert {one.name: one.behind_ms > 100 for one in shipper.status().lanes}["c"]

    on_loop(running(shipper, body))


def test_a_part_that_ends_with_an_error_ends_the_shipper_so_that_it_is_started_again(
    settings: Settings, tmp_path: Path
) -> None:
    copied = CopiedSite(settings, tmp_path / "stores")
    shipper = made(copied, NoDoor(), Faulty())

    def broken() -> None:
        raise ZeroDivisionError

    shipper._write_status = broken  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        on_loop(asyncio.wait_for(shipper.run(asyncio.Event()), 10))


def test_a_broken_list_of_stores_is_told_and_the_lanes_go_on(settings: Settings, tmp_path: Path) -> None:
    copied, door, opener = CopiedSite(settings, tmp_path / "stores"), NoDoor(), Faulty()
    shipper = made(copied, door, opener)

    async def body() -> None:
        await until(lambda: len(states(shipper)) == 3)
        (copied.data / "continuity/stores.json").write_text("{")
        await until(lambda: "stores.json" in shipper.status().trouble)
        write(copied, 1)
        await until(lambda: all(one.seq for one in shipper.status().lanes))

    on_loop(running(shipper, body))


@pytest.mark.parametrize("engine", ["postgresql"])
def test_whoever_closes_a_site_waits_for_those_who_had_begun_to_write(site: Site) -> None:
    database = site.rt.db._inner  # type: ignore[attr-defined]
    assert isinstance(database, PostgresDatabase)
    order: list[str] = []

    async def body() -> None:
        begun, may_end = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(_tx: object) -> None:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(10)
            order.append("written")

        writing = asyncio.create_task(database.write("posts.publish", slow))
        await begun.wait()
        await database.write("site.mode", mode.set_in, mode.CLOSED, "it moves.")
        draining = asyncio.create_task(asyncio.to_thread(database.drain))
        await asyncio.sleep(0.2)
        assert not draining.done()
        may_end.set()
        await writing
        await draining
        order.append("drained")
        with pytest.raises(ReadOnly):
            await database.write("posts.publish", slow)

    site.run(body)
    assert order == ["written", "drained"]
