"""A drill brings the site back where nobody notices, and says truly how that went."""

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from perdure import wiring
from perdure.continuity.model.drills import Drill
from perdure.continuity.ports import StoreOpener
from perdure.continuity.rules import sealing, signing
from perdure.continuity.service import alarming, disk, drills, outgoing
from perdure.continuity.service import site as sites
from perdure.continuity.service.drilling import weekly
from perdure.continuity.service.status import overview
from perdure.delivery import service as delivery
from perdure.delivery.errors import Refused
from perdure.delivery.ports import Mailer, Outgoing
from perdure.kernel.db import sql
from perdure.kernel.errors import Unavailable
from perdure.notifications.ports import PushGateway
from tests.app.people import person
from tests.app.test_posts import say
from tests.app.test_reports import mod
from tests.command import Command
from tests.conftest import database_url
from tests.copied import CopiedSite
from tests.copying import hashes, plain
from tests.site import Site


class Rehearsed:
    """A site with copies at three stores, an identity that rehearses, and the command line."""

    def __init__(self, site: Site, folder: Path, perdure: Command) -> None:
        self.site, self.data, self.perdure = site, site.rt.settings.data, perdure
        perdure.settings = site.rt.settings
        self.alice = person(site, "alice")
        self.post = say(site, self.alice, "quillwort")
        self.copied = CopiedSite(site.rt.settings, folder / "stores")
        identity, recipient = sealing.new_identity()
        self.copied.site = msgspec.structs.replace(self.copied.site, drill=recipient)
        sites.save_site(self.data, self.copied.site)
        self.identity = folder / "drill.key"
        disk.write_private(self.identity, f"# made for the drill\n{identity}\n".encode())

    def drill(self, *words: object, status: int = 0) -> Drill:
        done = self.perdure("drill", "--json", *words)
        assert done.status == status, done
        return msgspec.json.decode(done.out, type=Drill)


@pytest.fixture
def rehearsed(site: Site, tmp_path: Path, perdure: Command) -> Rehearsed:
    return Rehearsed(site, tmp_path, perdure)


def test_a_drill_finds_every_row_where_the_living_site_has_gone_on(rehearsed: Rehearsed) -> None:
    site = rehearsed.site
    mona = mod(site)
    rehearsed.copied.ship()
    site.post("/api/v1/statuses", mona.token, json={"status": "after the copies"})
    before = {name: sorted(p for p in folder.rglob("*")) for name, folder in rehearsed.copied.folders.items()}

    made = rehearsed.drill("--identity", rehearsed.identity)

    assert (made.outcome, made.reason, made.compared, made.differing) == ("passed", "", "living", ())
    assert made.lacking > 0
    assert made.seen.wrote == made.seen.home == 1
    assert made.seconds > 0
    with plain(site.rt.settings) as db:
        assert made.rows == sum(db.rows.count(shape.name) for shape in db.shapes().tables)
    assert {name: sorted(p for p in folder.rglob("*")) for name, folder in rehearsed.copied.folders.items()} == before
    assert not list((rehearsed.data / "run").glob("drill-*"))


def test_its_report_is_signed_by_the_host_kept_and_handed_to_the_stores(rehearsed: Rehearsed) -> None:
    rehearsed.copied.ship()
    first = rehearsed.drill("--kit", rehearsed.copied.kit_file(rehearsed.data.parent))
    second = rehearsed.drill("--identity", rehearsed.identity)

    assert second.trend == (first.point(),)
    assert drills.signed_by(rehearsed.data, second) == rehearsed.copied.site.host
    assert drills.signed_by(rehearsed.data, msgspec.structs.replace(second, rows=1)) == ""
    sent = [path.read_bytes() for name, path in outgoing.waiting(rehearsed.data) if name.startswith("ledger/d-")]
    assert len(sent) == 2
    for one in sent:
        signing.verify("drill", one, {rehearsed.copied.site.host}, "report")
    listed = json.loads(rehearsed.perdure("drill", "--list", "--json").out)
    assert [one["at"] for one in listed] == [second.at, first.at]
    assert overview(rehearsed.data, second.at).drill == second
    assert "alice" not in second_text(rehearsed, second)


def second_text(rehearsed: Rehearsed, made: Drill) -> str:
    return (rehearsed.data / drills.FOLDER / f"{made.at}.json").read_text()


def test_a_row_that_the_copies_do_not_have_as_it_is_fails_the_drill(rehearsed: Rehearsed) -> None:
    rehearsed.copied.ship()
    with plain(rehearsed.site.rt.settings) as db:  # as if a trigger had been forgotten
        if db.engine == "sqlite":
            (text,) = db.run("SELECT sql FROM sqlite_master WHERE name = '_log_account_update'")[0]
            db.run("DROP TRIGGER _log_account_update")
            db.run("UPDATE account SET display_name = 'Somebody else'")
            db.run(text)
        else:
            db.run("ALTER TABLE account DISABLE TRIGGER _log_account")
            db.run("UPDATE account SET display_name = 'Somebody else'")
            db.run("ALTER TABLE account ENABLE ALWAYS TRIGGER _log_account")
    made = rehearsed.drill("--identity", rehearsed.identity, status=1)
    assert (made.outcome, made.differing) == ("failed", ("account",))
    assert "account" in made.reason


def test_what_keeps_a_drill_from_running_is_a_report_and_an_alarm(rehearsed: Rehearsed) -> None:
    made = rehearsed.drill(status=1)
    assert made.outcome == "could_not_run"
    assert "--identity FILE" in made.reason

    rehearsed.copied.ship()
    other = rehearsed.data / "other.key"
    disk.write_private(other, sealing.new_identity()[0].encode())
    assert "does not open this site's copies" in rehearsed.drill("--identity", other, status=1).reason

    for folder in rehearsed.copied.folders.values():
        shutil.rmtree(folder)
    made = rehearsed.drill("--identity", rehearsed.identity, status=1)
    assert made.outcome == "could_not_run"
    assert "No store gives a copy" in made.reason

    async def nobody() -> tuple[str, tuple[Any, ...]]:
        return "here", ()

    async def send(*_: str) -> None:
        raise AssertionError

    site = rehearsed.site
    site.run(alarming.look, site.rt, nobody, send)
    found = alarming.lasting(rehearsed.data, site.clock.now_ms())
    assert [one.sign.detail for one in found if one.sign.kind == "drill"] == [made.reason]


def test_copies_that_hold_no_snapshot_fail_the_drill(rehearsed: Rehearsed) -> None:
    rehearsed.copied.ship()
    for folder in rehearsed.copied.folders.values():
        shutil.rmtree(folder / "snap")
    made = rehearsed.drill("--identity", rehearsed.identity, status=1)
    assert made.outcome == "failed"
    assert "No snapshot" in made.reason


def test_who_is_shut_out_and_which_deadlines_run_is_in_the_report(rehearsed: Rehearsed) -> None:
    from tests.app.test_decisions import reported

    site = rehearsed.site
    mona = mod(site)
    reported(site, rehearsed.alice)
    ben = person(site, "ben")
    done = site.post(f"/api/v1/admin/accounts/{ben.id}/action", mona.token, json={"type": "suspend", "text": "Enough."})
    assert done.status_code == 200, done.text
    site.work()
    rehearsed.copied.ship()
    made = rehearsed.drill("--identity", rehearsed.identity)
    assert made.seen.cases >= 1
    assert made.seen.clocks > 0
    due = site.read(lambda tx: tx.scalar(sql("SELECT min(due_at) FROM case_clock WHERE met_at IS NULL")))
    assert made.seen.due_at == due
    assert (made.seen.measures, made.seen.free, made.seen.standing) == (1, 0, 0)


def test_nothing_can_leave_a_rehearsed_site(site: Site) -> None:
    settings = site.rt.settings

    async def refused(rt: Any) -> None:
        with pytest.raises(Unavailable):
            await delivery.send_mail(rt, delivery.Mail("a@x.test", "subject", "text", "reference"))
        with pytest.raises(Unavailable):
            await rt.port(Mailer).probe()
        with pytest.raises(Refused):
            await rt.port(Outgoing).post("https://example.org/", {}, b"")
        with pytest.raises(Refused):
            rt.port(Outgoing).check("https://example.org/")
        with pytest.raises(Unavailable):
            await rt.port(PushGateway).send(None, b"", key_pem="", contact="")
        with pytest.raises(Unavailable):
            rt.port(StoreOpener).open(None, "")

    with wiring.runtime(settings, local=True, shut=True) as rt:
        site.run(refused, rt)
        assert all(one in wiring.shut_ports() for one in (Mailer, Outgoing, PushGateway, StoreOpener))


def test_a_mistyped_command_is_no_drill(rehearsed: Rehearsed) -> None:
    assert "not both" in rehearsed.perdure.fails("drill", "--identity", "a", "--kit", "b")
    assert "--to is" in rehearsed.perdure.fails("drill", "--to", "mysql://x")
    (rehearsed.data / "run").mkdir(exist_ok=True)
    with (rehearsed.data / "run" / "drill.lock").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "under way" in rehearsed.perdure.fails("drill")
    assert drills.every(rehearsed.data) == []
    assert "Never rehearsed" in rehearsed.perdure("drill", "--list").out


@pytest.mark.slow
def test_a_host_with_an_identity_rehearses_every_week_in_a_process_that_is_ended_in_time(rehearsed: Rehearsed) -> None:
    site, data = rehearsed.site, rehearsed.data
    rehearsed.copied.ship()
    site.run(weekly.rehearse_due, site.rt)
    assert drills.every(data) == []
    disk.write_private(data / drills.IDENTITY_FILE, rehearsed.identity.read_bytes())
    assert "No drill passed" in rehearsed.perdure("copies", "status").out

    (data / "run").mkdir(exist_ok=True)
    with (data / "run" / "drill.lock").open("wb") as file:  # somebody rehearses by hand
        fcntl.flock(file, fcntl.LOCK_EX)
        site.run(weekly.rehearse_due, site.rt)
    assert drills.every(data) == []
    site.run(weekly.rehearse_due, site.rt, 0.05)
    assert ["took longer" in one.reason for one in drills.every(data)] == [True]
    site.run(weekly.rehearse_due, site.rt)
    assert len(drills.every(data)) == 1
    site.clock.advance(days=1)
    site.run(weekly.rehearse_due, site.rt)
    assert {one.outcome for one in drills.every(data)} == {"could_not_run", "passed"}
    assert "Rehearsed on" in rehearsed.perdure("copies", "status").out


@pytest.mark.parametrize("engine", ["sqlite"])
def test_another_machine_rehearses_into_a_scratch_database_that_the_next_drill_clears(
    rehearsed: Rehearsed, tmp_path: Path, postgres_url: str
) -> None:
    rehearsed.copied.ship()
    elsewhere = tmp_path / "elsewhere"
    for name in ("site.json", "stores.json"):
        disk.write_private(elsewhere / "continuity" / name, (rehearsed.data / "continuity" / name).read_bytes())
    scratch = f"scratch{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {scratch}".encode())
    try:
        words = ("--data", elsewhere, "--identity", rehearsed.identity, "--to", database_url(postgres_url, scratch))
        first, second = rehearsed.drill(*words), rehearsed.drill(*words)
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {scratch} WITH (FORCE)".encode())
    assert (second.outcome, second.compared, second.engine) == ("passed", "snapshot", "postgresql")
    assert second.trend == (first.point(),)
    assert drills.signature(elsewhere, second.at) is None
    assert not list(outgoing.waiting(elsewhere))
    with plain(rehearsed.site.rt.settings) as db:
        assert {table.name: (table.rows, table.hash) for table in second.tables} == hashes(db, db.shapes())
