"""The probe finds out what a store really does, and the list of stores keeps it. No database is needed."""

import asyncio
import stat
from pathlib import Path

import msgspec
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity import jobs as continuity_jobs
from perdure.continuity.errors import StoreRefused, StoreUnreachable
from perdure.continuity.model.capabilities import Capabilities
from perdure.continuity.model.stores import Owner, StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.service import stores
from perdure.continuity.service.probe import probe
from perdure.kernel.clock import ManualClock, SystemClock
from perdure.kernel.errors import Conflict, Invalid, NotFound
from tests.faulty_store import FaultyStore, faulty_folder
from tests.site import Site


class Opener(Stores):
    """Opens folders, each with the faults that a test switched on."""

    def __init__(self, **faults: object) -> None:
        self.faults = faults

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> Store:
        made = FaultyStore(super().open(record, secret, raw=raw), record.name)
        for name, value in self.faults.items():
            assert hasattr(made, name)
            setattr(made, name, value)
        return made


def probed(store: FaultyStore) -> Capabilities:
    async def run() -> Capabilities:
        try:
            return await probe(store, SystemClock())
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.fixture
def store(tmp_path: Path) -> FaultyStore:
    return faulty_folder(tmp_path / "copies")


@pytest.fixture
def record(tmp_path: Path) -> StoreRecord:
    (tmp_path / "usb").mkdir()
    return StoreRecord(name="usb", url=f"file://{tmp_path}/usb", owner=Owner(entity="Us", country="DE"))


def add(data: Path, record: StoreRecord, secret: str = "", **faults: object) -> StoreRecord:
    data.mkdir(exist_ok=True)
    return asyncio.run(stores.add(data, Opener(**faults), SystemClock(), record, secret))


def test_an_honest_folder_passes_and_is_left_empty(store: FaultyStore, tmp_path: Path) -> None:
    found = probed(store)
    assert found.create_only
    assert found.fences
    assert found.read_after_write
    assert (found.list_complete, found.list_ordered, found.ranges, found.torn_hidden) == (True, True, True, True)
    assert found.largest == 8 * 1024 * 1024 + 1
    assert found.clock_skew_ms == 0
    assert found.stale_match_refused is None
    assert not found.out_of_reach
    assert [one for one in (tmp_path / "copies").rglob("*") if one.is_file()] == [tmp_path / "copies/.perdure-store"]


def test_a_store_that_overwrites_lies_and_never_counts_for_fencing(store: FaultyStore) -> None:
    store.overwrites = True
    found = probed(store)
    assert found.lying
    assert not found.fences


def test_a_clock_an_hour_off_is_told(store: FaultyStore) -> None:
    store.clock_off_ms = 3_600_000
    found = probed(store)
    assert found.clock_wrong
    assert 3_590_000 < (found.clock_skew_ms or 0) < 3_610_000


def test_a_store_that_lists_late_is_told(store: FaultyStore) -> None:
    store.lists_late = 1
    assert not probed(store).list_complete


def test_a_credential_that_can_only_create_is_out_of_reach(store: FaultyStore) -> None:
    store.refuses_delete = True
    found = probed(store)
    assert found.out_of_reach
    assert found.create_only


def test_half_an_object_under_its_name_is_told(store: FaultyStore) -> None:
    plain, size = store.inner.put_new, 8 * 1024 * 1024 + 1

    async def slow_and_torn(name: str, data: bytes) -> None:
        if "/torn/" in name:
            await plain(name, data[:1000])
            await asyncio.sleep(5)
        if "/size/" in name:
            await asyncio.sleep(0.2)
        await plain(name, data)

    store.inner.put_new = slow_and_torn  # type: ignore[method-assign]
    found = probed(store)
    assert not found.torn_hidden
    assert found.largest == size


def test_a_store_that_is_full_at_eight_mib_is_told(store: FaultyStore) -> None:
    plain = store.put_new

    async def small_only(name: str, data: bytes) -> None:
        store.full = len(data) > 1024 * 1024
        await plain(name, data)

    store.put_new = small_only  # type: ignore[method-assign]
    assert probed(store).largest == 1024 * 1024


def test_a_store_that_does_not_answer_keeps_its_old_result(tmp_path: Path, record: StoreRecord) -> None:
    data = tmp_path / "data"
    before = add(data, record)
    for faults in ({"down": True}, {"revoked_after": 20}):
        with pytest.raises((StoreUnreachable, StoreRefused)):
            asyncio.run(stores.probe_again(data, Opener(**faults), SystemClock(), "usb"))
    assert stores.record_of(data, "usb") == before
    again = asyncio.run(stores.probe_again(data, Opener(overwrites=True), ManualClock(5), "usb"))
    assert stores.record_of(data, "usb") == again
    assert again.capabilities is not None
    assert again.capabilities.lying
    asyncio.run(stores.probe_again(data, Opener(forgets=True), SystemClock(), "usb"))
    now = stores.record_of(data, "usb").capabilities
    assert now is not None
    assert not now.read_after_write
    assert not now.fences


def test_an_overwriting_store_is_asked_first_from_then_on(tmp_path: Path, record: StoreRecord) -> None:
    from perdure.continuity.errors import AlreadyThere

    data = tmp_path / "data"
    added = add(data, record, overwrites=True)

    async def twice() -> bytes:
        store = stores.open_store(data, Stores(), added)
        await store.put_new("a", b"first")
        with pytest.raises(AlreadyThere):
            await store.put_new("a", b"second")
        return await store.get("a")

    assert asyncio.run(twice()) == b"first"


def test_a_store_that_forgets_is_refused(tmp_path: Path, record: StoreRecord) -> None:
    with pytest.raises(StoreRefused, match="cannot be read back"):
        add(tmp_path / "data", record, forgets=True)
    assert stores.load(tmp_path / "data").stores == ()


def test_the_list_and_its_secrets_are_private_and_come_back(tmp_path: Path, record: StoreRecord) -> None:
    data = tmp_path / "data"
    added = add(data, record, secret="hush-hush\n")
    assert stores.load(data).stores == (added,)
    assert added.secret_file == "secrets/store-usb"
    assert stores.secret_of(data, added) == "hush-hush\n"
    for file in (data / stores.FILE, data / added.secret_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"hush" not in (data / stores.FILE).read_bytes()
    assert list(stores.open_all(data, Stores())) == ["usb"]
    stores.remove(data, "usb")
    assert stores.load(data).stores == ()
    assert not (data / added.secret_file).exists()
    with pytest.raises(NotFound, match="none yet"):
        stores.remove(data, "usb")


def test_a_name_or_a_place_is_on_the_list_once(tmp_path: Path, record: StoreRecord) -> None:
    data = tmp_path / "data"
    add(data, record)
    with pytest.raises(Conflict, match="named"):
        add(data, record)
    with pytest.raises(Conflict, match="as 'usb'"):
        add(data, msgspec.structs.replace(record, name="other"))


def test_a_damaged_or_newer_list_stops_with_a_reason(tmp_path: Path) -> None:
    file = tmp_path / stores.FILE
    file.parent.mkdir()
    for text, said in (("{", "damaged"), ('{"version": 9}', "newer"), ('{"version": 1, "stores": 3}', "damaged")):
        file.write_text(text)
        with pytest.raises(Invalid, match=said):
            stores.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Big Name"}, "small letters"),
        ({"url": "gopher://x"}, "begins with"),
        ({"url": "sftp://u:secret@h/x"}, "--secret-file"),
        ({"url": "s3://b?secret_access_key=topsecret"}, "--secret-file"),
        ({"url": "s3://b?colour=blue"}, "colour"),
        ({"url": "sftp://h/x"}, "no user"),
        ({"url": "ftp:///x"}, "no host"),
        ({"url": "file://host/x"}, "three slashes"),
        ({"url": "file:///a/../b"}, r"\.\."),
        ({"url": "file:///nowhere/at/all"}, "no folder"),
        ({"url": "http://[::1"}, "malformed"),
        ({"url": "opendal+memory://"}, "keeps nothing"),
        ({"url": "opendal+nosuch://"}, "cannot be used"),
        ({"owner": Owner()}, "legal entity"),
        ({"owner": Owner(entity="X", country="Germany")}, "two capital letters"),
        ({"timeout_s": 0.0}, "time-out"),
    ],
)
def test_bad_input_is_refused_before_anything_is_tried(
    tmp_path: Path, record: StoreRecord, change: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        add(tmp_path / "data", msgspec.structs.replace(record, **change))
    assert "topsecret" not in refused.value.public
    assert "u:secret" not in refused.value.public


def test_a_folder_inside_the_data_directory_is_no_copy(tmp_path: Path, record: StoreRecord) -> None:
    (tmp_path / "data/copies").mkdir(parents=True)
    with pytest.raises(Invalid, match="lost together"):
        add(tmp_path / "data", msgspec.structs.replace(record, url=f"file://{tmp_path}/data/copies"))


def test_once_a_week_every_store_is_probed_again_and_what_got_worse_is_logged(
    tmp_path: Path, record: StoreRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    data, week = tmp_path / "data", 7 * 86_400_000
    before = add(data, record)
    assert before.capabilities is not None
    at = before.capabilities.at
    asyncio.run(stores.probe_due(data, Opener(overwrites=True), ManualClock(at + week - 1)))
    assert stores.record_of(data, "usb") == before
    asyncio.run(stores.probe_due(data, Opener(down=True), ManualClock(at + week)))
    assert stores.record_of(data, "usb") == before
    capsys.readouterr()
    asyncio.run(stores.probe_due(data, Opener(overwrites=True), ManualClock(at + week)))
    after = stores.record_of(data, "usb").capabilities
    assert after is not None
    assert after.lying
    assert after.at == at + week
    assert stores.worse(before.capabilities, after)[0] == "a name can be written twice"
    assert stores.worse(after, after)[:1] != ["a name can be written twice"]


def test_the_worker_probes_what_is_due(site: Site, tmp_path: Path, record: StoreRecord) -> None:
    data = site.rt.settings.data
    add(data, record)
    file = data / stores.FILE
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(stores.load(data), stores=(record,))))
    asyncio.run(continuity_jobs.probe_stores(site.rt))
    assert stores.record_of(data, "usb").capabilities is not None
