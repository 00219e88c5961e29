"""A site comes back from its copies, on either engine, from any one store."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perdure.adapters.stores import Stores
from perdure.continuity.model.restoring import Report
from perdure.continuity.service.restoring.places import place_for
from perdure.continuity.service.restoring.run import Wish, restore
from perdure.kernel.clock import SystemClock
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from perdure.migrations import runner
from perdure.schema import metadata
from tests.app.people import person
from tests.conftest import ENGINES, NOWHERE, database_url
from tests.copied import CopiedSite
from tests.copying import hashes, plain, strained_row
from tests.site import Site, on_loop

FREE = (
    "tag",
    "site_setting",
    "domain_reputation",
    "custom_emoji",
    "score",
    "saved_filter",
    "audit_private",
    "media_keep",
)


class Quiet:
    """Nobody looks."""

    def step(self, name: str, total: int = 0) -> None: ...

    def advance(self, rows: int) -> None: ...


@pytest.fixture
def place(tmp_path: Path, postgres_url: str) -> Iterator[Callable[[str], Settings]]:
    """``place(engine)``: settings of an empty place on an engine."""
    made: list[str] = []

    def make(engine: str) -> Settings:
        data = tmp_path / f"home{len(made)}"
        data.mkdir()
        url = ""
        if engine == "postgresql":
            name = f"restored{os.getpid()}_{len(made)}"
            with psycopg.connect(postgres_url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            url = database_url(postgres_url, name)
        made.append(url)
        return Settings(data=data, base_url="http://perdure.test", database_url=url, **NOWHERE)

    yield make
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for number, url in enumerate(made):
            if url:
                connection.execute(f"DROP DATABASE restored{os.getpid()}_{number} WITH (FORCE)".encode())


async def nothing(_settings: Settings) -> None:
    """Derived tables are another test's."""


def bring_back(copied: CopiedSite, settings: Settings, **wish: Any) -> Report:
    """Restore into a place."""
    wished = Wish(settings, hashed=True, **{"rehearsal": True, **wish})
    target = place_for(settings, runner.upgrade_to)
    return on_loop(restore(wished, copied.kit(), Stores(), target, SystemClock(), Quiet(), nothing))


def live(settings: Settings) -> dict[str, tuple[int, str]]:
    with plain(settings) as db:
        return hashes(db, db.shapes())


def strain(settings: Settings, numbers: range) -> None:
    with plain(settings) as db:
        for name in FREE:
            for n in numbers:
                db.insert(metadata.tables[name], strained_row(metadata.tables[name], n))


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


def test_a_place_that_is_not_empty_is_left_alone(copied: CopiedSite, place: Callable[[str], Settings]) -> None:
    before = live(copied.settings)
    with pytest.raises(Invalid, match="empty"):
        bring_back(copied, copied.settings)
    assert live(copied.settings) == before
