"""A site comes back from its copies, on either engine, from any one store."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.model.objects import ObjectInfo
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.ports import Store
from perdure.continuity.service.restoring import loading
from perdure.continuity.service.restoring.places import SqlitePlace
from perdure.kernel.errors import Invalid, Unavailable
from perdure.kernel.settings import Settings, load
from perdure.migrations import runner
from perdure.schema import metadata
from tests.app.people import person
from tests.command import Command
from tests.conftest import ENGINES
from tests.copied import CopiedSite
from tests.copying import plain
from tests.faulty_store import FaultyStore
from tests.restoring import bring_back, hurry, live, places, strain
from tests.site import Site, open_site, rows


@pytest.fixture
def place(tmp_path: Path, postgres_url: str) -> Iterator[Callable[[str], Settings]]:
    """``place(engine)``: settings of an empty place on an engine."""
    with places(tmp_path, postgres_url) as make:
        yield make


@pytest.fixture
def copied(site: Site, tmp_path: Path) -> CopiedSite:
    """A site with people, posts, and rows that strain every type; a snapshot, and a tail with every kind of change."""
    settings = site.rt.settings
    anna, ben = person(site, "anna"), person(site, "ben")
    for n in range(5):
        site.post("/api/v1/statuses", anna.token, json={"status": f'Post {n} 🦥 "quoted"'})
    strain(settings, range(1, 12))
    made = CopiedSite(settings, tmp_path / "stores")
    made.ship()
    strain(settings, range(30, 36))
    with plain(settings) as db:
        db.run("UPDATE tag SET created_at = 7 WHERE id > 0")
        db.run("DELETE FROM domain_reputation WHERE domain LIKE '%3'")
        db.run("UPDATE site_setting SET name = name || ' moved' WHERE name LIKE '%1'")
    newest = site.post("/api/v1/statuses", ben.token, json={"status": "The last one"}).json()
    site.post(f"/api/v1/statuses/{newest['id']}/favourite", anna.token)
    site.delete(f"/api/v1/statuses/{newest['id']}", ben.token)
    site.post("/api/v1/statuses", ben.token, json={"status": "The very last one"})
    made.ship(snapshot=False)
    return made


@pytest.mark.parametrize("target", ENGINES)
def test_from_either_engine_to_either_engine_every_table_is_equal(
    copied: CopiedSite, place: Callable[[str], Settings], target: str
) -> None:
    home = place(target)
    report = bring_back(copied, home)

    assert report.missing == ()
    assert report.changes > 30
    assert live(home) == live(copied.settings)
    assert {table.name: (table.rows, table.hash) for table in report.tables} == live(copied.settings)
    runner.check(home)
    assert not _differing(home)


def _differing(settings: Settings) -> list[str]:
    from perdure.continuity.service import capture

    with runner.engine_for(settings).connect() as connection:
        shapes = capture.shapes_of(metadata, runner.status(settings).head)
        return capture.differing(connection, shapes, metadata)


def test_the_guards_stand_again_after_a_restore(copied: CopiedSite, place: Callable[[str], Settings]) -> None:
    home = place("sqlite" if copied.settings.sqlite_path else "postgresql")
    bring_back(copied, home)
    with plain(home) as db, pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException)):
        db.run("UPDATE audit_private SET seq = seq")
    with plain(home) as db, plain(copied.settings) as old:
        assert _catalogue(db) == _catalogue(old)


def _catalogue(db: Any) -> list[Any]:
    if db.engine == "sqlite":
        return db.run("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2")
    return [
        *db.run("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"),
        *db.run("SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2"),
        *db.run(
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
        ),
    ]


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("alone", ["a", "c"])
def test_any_single_store_brings_the_site_back(
    copied: CopiedSite, place: Callable[[str], Settings], alone: str
) -> None:
    for name, folder in copied.folders.items():
        if name != alone:
            shutil.rmtree(folder)
    home = place("sqlite")
    report = bring_back(copied, home)
    assert live(home) == live(copied.settings)
    assert report.missing


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_place_that_is_not_empty_is_left_alone(copied: CopiedSite, place: Callable[[str], Settings]) -> None:
    before = live(copied.settings)
    with pytest.raises(Invalid, match="empty"):
        bring_back(copied, copied.settings)
    assert live(copied.settings) == before


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No living host has to be waited for."""
    hurry(monkeypatch)


def test_the_command_brings_the_site_back_and_its_members_find_their_feeds(
    copied: CopiedSite, site: Site, place: Callable[[str], Settings], command: Command, tmp_path: Path, hurried: None
) -> None:
    anna = site.read(rows, "SELECT id FROM account WHERE username = 'anna'")[0].id
    token = person(site, "cleo").token
    site.post(f"/api/v1/accounts/{anna}/follow", token)
    site.work()
    seen = site.get("/api/v1/timelines/home", token).json()
    copied.ship(snapshot=False)
    target = "postgresql" if copied.settings.sqlite_path else "sqlite"
    home = place(target)
    to = home.database_url or f"sqlite:///{home.sqlite_path}"
    kit = copied.kit_file(tmp_path)

    done = command("restore", "--kit", str(kit), "--to", to, *data_of(home), "--yes", "--json")
    assert done.status == 0, done.err
    report = json.loads(done.out)
    assert report["new_epoch"] == 2
    assert report["missing"] == []

    settings = load(home.data)
    after, then = live(settings), live(copied.settings)
    assert {name for name in after if after[name] != then[name]} <= {"bank_state"}  # how far keys were made anew
    with open_site(msgspec.structs.replace(settings, base_url="http://perdure.test"), site.clock) as back:
        again = back.get("/api/v1/timelines/home", token).json()
        assert [post["id"] for post in again] == [post["id"] for post in seen] != []
        assert found_by_words(back, token) == []
        back.run_jobs()  # the site itself fills what it can do without at first
        assert found_by_words(back, token) == [post["id"] for post in seen if "Post 3" in post["content"]] != []


def found_by_words(site: Site, token: str) -> list[str]:
    found = site.get('/api/v2/search?q="post 3"&type=statuses', token).json()
    return [post["id"] for post in found["statuses"]]


def data_of(home: Settings) -> list[str]:
    return ["--data", str(home.data)] if home.database_url else []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_restored_site_ships_on_and_comes_back_once_more(
    copied: CopiedSite, place: Callable[[str], Settings], hurried: None
) -> None:
    first = place("sqlite")
    report = bring_back(copied, first, rehearsal=False)
    assert report.new_epoch == 2
    settings = load(first.data)
    strain(settings, range(50, 53))
    moved = copied.moved_to(settings)
    moved.ship(snapshot=False)

    second = place("postgresql")
    again = bring_back(moved, second)
    assert (again.epoch, again.missing) == (2, ())
    assert live(second) == live(settings)

    moved.snapshot_again()
    third = place("sqlite")
    assert bring_back(moved, third).snapshot.startswith("snap/000000000002/")
    assert live(third) == live(settings)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_a_host_writes_after_it_was_followed_never_comes_back(
    copied: CopiedSite, place: Callable[[str], Settings], hurried: None
) -> None:
    first = place("sqlite")
    bring_back(copied, first, rehearsal=False)
    strain(copied.settings, range(60, 62))
    copied.ship(snapshot=False, force=True)
    copied.snapshot_again()

    second = place("sqlite")
    bring_back(copied.moved_to(load(first.data)), second)
    assert live(second) == live(load(first.data)) != live(copied.settings)


class ListingLate(Stores):
    """The newest two segments are there, and in no list yet."""

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> Store:
        return LateStore(super().open(record, secret, raw=raw), record.name)


class LateStore(FaultyStore):
    async def list_after(self, prefix: str, after: str = "") -> AsyncIterator[ObjectInfo]:
        self.lists_late = 2 if prefix.startswith("seg/") else 0
        async for info in super().list_after(prefix, after):
            yield info


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_a_store_holds_and_does_not_list_yet_is_asked_for_by_its_name(
    settings: Settings, tmp_path: Path, place: Callable[[str], Settings]
) -> None:
    copied = CopiedSite(settings, tmp_path / "stores", "a")
    for n in range(1, 5):
        strain(settings, range(n, n + 1))
        copied.ship(snapshot=n == 1)
    home = place("sqlite")
    report = bring_back(copied, home, opener=ListingLate())
    assert live(home) == live(settings)
    assert "does not list it" in report.missing[0]


def test_an_interrupted_restore_is_cleared_away_and_begun_again(
    copied: CopiedSite, place: Callable[[str], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place("postgresql" if copied.settings.database_url else "sqlite")
    real = loading.Replay.run

    async def power_cut(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading.Replay, "run", power_cut)
    with pytest.raises(KeyboardInterrupt):
        bring_back(copied, home)
    monkeypatch.setattr(loading.Replay, "run", real)
    report = bring_back(copied, home)
    assert report.cleared
    assert live(home) == live(copied.settings)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_full_disk_is_one_line_that_says_where(
    copied: CopiedSite, place: Callable[[str], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place("sqlite")
    made = SqlitePlace.open

    def small(self: SqlitePlace) -> Any:
        opened = made(self)
        opened._connection.execute("PRAGMA max_page_count = 1")  # as many as it has already
        return opened

    monkeypatch.setattr(SqlitePlace, "open", small)
    with pytest.raises(Unavailable, match=r"perdure\.db cannot be written: database or disk is full"):
        bring_back(copied, home)
    assert not (home.data / "perdure.db").exists()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_key_of_another_kit_touches_nothing(copied: CopiedSite, place: Callable[[str], Settings]) -> None:
    home = place("sqlite")
    wrong = msgspec.structs.replace(copied.kit(), master=bytes(32))
    with pytest.raises(Invalid, match="kit"):
        bring_back(copied, home, kit=wrong)
    assert list(home.data.iterdir()) == []


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("", "sqlite"),
        ("sqlite:////tmp/x.db", "always perdure.db"),
        ("postgresql://h/x", "data directory"),
        ("mysql://x/y", "sqlite"),
    ],
)
def test_unit_an_address_that_is_none_is_refused_before_the_kit_is_read(command: Command, to: str, why: str) -> None:
    done = command("restore", "--kit", "nowhere.txt", "--to", to)
    assert done.status == 2
    assert why in done.err
