"""What may go wrong while a site is brought back: each trouble is survived, or named with what to do about it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from perdure.continuity.model.chain import Header
from perdure.continuity.model.restoring import Ledger, Outcome
from perdure.continuity.rules import segments
from perdure.continuity.service import capture, takeover
from perdure.continuity.service.restoring import run, sources
from perdure.kernel.errors import Invalid, Unavailable
from perdure.kernel.settings import Settings, load
from perdure.migrations import runner
from perdure.schema import metadata
from tests.copied import CopiedSite
from tests.copying import plain
from tests.restoring import bring_back, hurry, live, places, strain
from tests.stores import Faulty

sqlite_only = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def home(tmp_path: Path, postgres_url: str, engine: str) -> Iterator[Settings]:
    """An empty place on the engine of the site."""
    with places(tmp_path, postgres_url) as make:
        yield make(engine)


@pytest.fixture
def copied(settings: Settings, tmp_path: Path) -> CopiedSite:
    """Rows that strain every type, at three stores: a snapshot and a tail."""
    strain(settings, range(1, 6))
    made = CopiedSite(settings, tmp_path / "stores")
    made.ship()
    strain(settings, range(20, 23))
    made.ship(snapshot=False)
    return made


# A site that was upgraded halfway.

NEWER = "9999"


def newer_metadata() -> sa.MetaData:
    """The tables of the next release: one has a column more."""
    made = sa.MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(made)
    made.tables["tag"].append_column(sa.Column("colour", sa.Text, nullable=False))
    return made


def of_the_next_release(settings: Settings, revision: str) -> None:
    """Brings a database to a revision as the next release would."""
    runner.upgrade_to(settings, revision if revision not in {"", NEWER} else "head")
    if revision not in {"", NEWER}:
        return
    with runner.engine_for(settings).connect() as connection:
        if "colour" not in {column["name"] for column in sa.inspect(connection).get_columns("tag")}:
            connection.exec_driver_sql("ALTER TABLE tag ADD COLUMN colour TEXT DEFAULT 'grey' NOT NULL")
            connection.exec_driver_sql("UPDATE tag SET colour = 'red' WHERE mod(id, 2) = 0")
        connection.commit()
        if not revision:
            capture.install(connection, newer_metadata(), NEWER)


def upgraded(copied: CopiedSite) -> None:
    """The site takes the next release and writes on; no snapshot follows."""
    settings = copied.settings
    of_the_next_release(settings, "")
    with plain(settings) as db:
        db.run("UPDATE tag SET colour = 'blue' WHERE id = (SELECT min(id) FROM tag)")
        db.run("INSERT INTO tag (id, name, display, created_at, colour) VALUES (7777, 'new', 'new', 1, 'green')")
    copied.ship(snapshot=False)


def test_a_site_that_was_upgraded_after_its_snapshot_comes_back_as_it_was(copied: CopiedSite, home: Settings) -> None:
    upgraded(copied)
    report = bring_back(copied, home, migrate=of_the_next_release)

    assert report.missing == ()
    assert live(home) == live(copied.settings)
    with plain(home) as db:
        colours = {row[0] for row in db.run("SELECT DISTINCT colour FROM tag")}
    assert colours >= {"red", "blue", "green"}  # as the upgrade made it, as it was changed then, as it was new


@sqlite_only
def test_a_release_that_does_not_know_the_upgrade_says_which_one_does(copied: CopiedSite, home: Settings) -> None:
    upgraded(copied)
    with pytest.raises(Invalid, match=r"newer Perdure \(schema 9999\): install that release"):
        bring_back(copied, home)
    assert not (home.data / "perdure.db").exists()


# Objects of a newer release.


def of_a_newer_format(path: Path) -> None:
    """A segment as a release to come may write it."""
    data = path.read_bytes()
    header, start = segments.read_header(data, "x")
    front = msgspec.msgpack.encode(msgspec.structs.replace(header, format=segments.FORMAT + 1))
    path.chmod(0o600)
    path.write_bytes(segments.MAGIC + len(front).to_bytes(4, "big") + front + data[start:])
    assert msgspec.msgpack.decode(front, type=Header).format == segments.FORMAT + 1


@sqlite_only
def test_a_segment_of_a_newer_release_is_named_and_no_loss_is_offered(copied: CopiedSite, home: Settings) -> None:
    for folder in copied.folders.values():
        of_a_newer_format(max(folder.glob("seg/*/*")))
    with pytest.raises(Invalid, match=r"seg/000000000001/\d+ was written by a newer release.*install") as told:
        bring_back(copied, home)
    assert "accept-loss" not in told.value.public


@sqlite_only
def test_one_store_with_a_segment_of_a_newer_release_is_out_voted(copied: CopiedSite, home: Settings) -> None:
    of_a_newer_format(max(copied.folders["a"].glob("seg/*/*")))
    bring_back(copied, home)
    assert live(home) == live(copied.settings)


# Stores that fail on the way.


@sqlite_only
def test_credentials_that_are_revoked_in_the_middle_are_told_and_other_stores_go_on(
    copied: CopiedSite, home: Settings
) -> None:
    opener = Faulty()
    opener.set("a", revoked_after=12)
    report = bring_back(copied, home, opener=opener)
    assert live(home) == live(copied.settings)
    assert any("Store a" in fault and "credentials revoked" in fault for fault in report.missing), report.missing


@sqlite_only
def test_credentials_of_the_only_store_that_are_revoked_in_the_middle_leave_a_place_to_begin_again(
    copied: CopiedSite, home: Settings
) -> None:
    opener = Faulty()
    opener.set("a", revoked_after=12)
    with pytest.raises(Invalid, match=r"Store a: schema/.*credentials revoked.*--from any"):
        bring_back(copied, home, opener=opener, wanted="a")
    assert not (home.data / "perdure.db").exists()

    opener.set("a")
    assert bring_back(copied, home, opener=opener, wanted="a").cleared
    assert live(home) == live(copied.settings)


@sqlite_only
def test_a_store_that_answers_late_is_not_waited_for(
    copied: CopiedSite, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PATIENCE_S", 0.05)
    opener = Faulty()
    opener.set("b", delay_s=0.4)
    report = bring_back(copied, home, opener=opener)

    assert live(home) == live(copied.settings)
    assert any("Store b answers late" in fault for fault in report.missing)
    asked = sum((store.calls for store in opener.asked if store.name == "b"), start=opener.asked[0].calls.__class__())
    assert asked["list_after"] <= 6, asked  # for reigns, bundles, and signs of life: never for snapshots and segments
    assert asked["get"] <= 6, asked


@sqlite_only
def test_a_late_store_that_alone_has_the_newest_is_waited_for_after_all(
    copied: CopiedSite, home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PATIENCE_S", 0.05)
    for store in ("a", "c"):
        folder = copied.folders[store]
        for path in [*sorted(folder.glob("seg/*/*"))[-1:], *folder.glob("head/*/*")]:
            path.unlink()
    opener = Faulty()
    opener.set("b", delay_s=0.2)
    bring_back(copied, home, opener=opener)
    assert live(home) == live(copied.settings)


# Kits.


@sqlite_only
def test_a_kit_that_was_put_together_from_two_touches_nothing(
    copied: CopiedSite, home: Settings, tmp_path: Path
) -> None:
    other = CopiedSite(copied.settings, tmp_path / "other")
    kit, theirs = copied.kit(), other.kit()
    for mixed in (
        msgspec.structs.replace(kit, store=theirs.store, stores=theirs.stores),
        msgspec.structs.replace(kit, site_id=theirs.site_id),
        msgspec.structs.replace(kit, root=theirs.root),
        msgspec.structs.replace(kit, master=theirs.master),
    ):
        with pytest.raises(Invalid, match="kit"):
            bring_back(copied, home, kit=mixed)
    assert list(home.data.iterdir()) == []


# Power cuts, and a disk without room.


class PowerCut(BaseException):
    """Nothing is tidied up."""


def cut_after(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> Callable[[], None]:
    """The power goes when this was done; the function that is returned puts it back."""
    real = getattr(place, name)

    def dead(*given: Any, **more: Any) -> Any:
        real(*given, **more)
        raise PowerCut

    async def dead_later(*given: Any, **more: Any) -> Any:
        await real(*given, **more)
        raise PowerCut

    monkeypatch.setattr(place, name, dead_later if name in {"announce", "claim"} else dead)
    return lambda: monkeypatch.setattr(place, name, real)


@sqlite_only  # what is left half done in PostgreSQL: test_restore.py
@pytest.mark.parametrize(
    ("where", "name"), [(run, "_install"), (takeover, "announce"), (takeover, "claim"), (run, "_dressed")]
)
def test_wherever_the_power_goes_the_same_command_brings_the_site_back(
    copied: CopiedSite, home: Settings, monkeypatch: pytest.MonkeyPatch, where: Any, name: str
) -> None:
    hurry(monkeypatch)
    power_is_back = cut_after(monkeypatch, where, name)
    with pytest.raises(PowerCut):
        bring_back(copied, home, rehearsal=False)
    assert not (home.data / "perdure.db").exists()

    power_is_back()
    report = bring_back(copied, home, rehearsal=False)
    assert report.cleared
    assert report.missing == ()
    assert live(load(home.data)) == live(copied.settings)
    assert report.new_epoch == (3 if name in {"claim", "_dressed"} else 2)


def test_no_room_for_what_follows_from_the_rows_is_one_line_that_says_what_to_do(
    copied: CopiedSite, home: Settings
) -> None:
    async def no_room(_settings: Settings, _ledger: Ledger) -> Outcome:
        raise Unavailable(reason="database or disk is full")  # as the database's door says it

    with pytest.raises(Unavailable, match=r"cannot be written: database or disk is full\. Mend that and run the same"):
        bring_back(copied, home, finish=no_room)
    assert bring_back(copied, home).cleared
    assert live(home) == live(copied.settings)
