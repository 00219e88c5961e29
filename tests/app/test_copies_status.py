"""What the command line says of the copies, and that the log does not grow for ever."""

import json
import time
from pathlib import Path

import msgspec

from perdure.continuity.model.status import LaneStatus, Status
from perdure.continuity.service import disk
from perdure.continuity.service.pruning import prune
from perdure.continuity.service.shipping.shipper import STATUS_FILE
from perdure.kernel.db import Tx, sql
from tests.command import Command
from tests.continuity import begin_site
from tests.site import Site

COUNT = sql("SELECT count(*) FROM _log")


def say(data: Path, *lanes: LaneStatus, at: int = 0, built_low: int = 0, trouble: str = "") -> None:
    now = at or int(time.time() * 1000)
    status = Status(at=now, epoch=1, seq=7, last=9, spool_bytes=0, lanes=lanes, built_low=built_low, trouble=trouble)
    disk.write_private(data / STATUS_FILE, msgspec.json.encode(status))


def lane(name: str, behind_ms: int, **told: str) -> LaneStatus:
    now = int(time.time() * 1000)
    return LaneStatus(
        name=name,
        state="trying" if told else "ok",
        seq=7,
        low=9,
        behind_ms=behind_ms,
        backlog=1,
        backlog_bytes=100,
        acked_at=now,
        head_at=now,
        verified_at=now,
        **told,
    )


def test_without_a_kit_the_next_step_is_one_and_the_exit_is_1(command: Command, tmp_path: Path) -> None:
    found = command("copies", "status", "--data", str(tmp_path))

    assert found.status == 1
    assert "nobody could open the copies" in found.out
    assert "Next: perdure kit create" in found.out


def test_a_store_that_is_a_minute_behind_breaks_the_promise_and_is_named(command: Command, tmp_path: Path) -> None:
    place, data = tmp_path / "place", tmp_path / "data"
    place.mkdir()
    data.mkdir()
    added = command("stores", "add", f"file://{place}", "--name", "cellar", "--owner", "Us", "--data", str(data))
    assert added.status == 0, added
    say(data, lane("cellar", 61_000, error="cellar did not answer within 30 s"))

    found = command("copies", "status", "--data", str(data))
    shown = json.loads(command("copies", "status", "--json", "--data", str(data)).out)

    assert found.status == 1
    assert "cellar is 61.0 s behind. cellar did not answer within 30 s" in found.out
    assert shown["behind_ms"] == 61_000
    assert [promise["key"] for promise in shown["promises"] if promise["key"] == "behind" and not promise["kept"]]


def test_the_log_keeps_a_day_of_what_is_shipped_and_everything_that_is_not(site: Site) -> None:
    data = site.rt.settings.data
    old = site.rt.clock.now_ms() - 25 * 3_600_000
    rows = [{"ts": old, "d": "[1,3,1]"}] * 20

    def fill(tx: Tx) -> None:
        tx.run_many(sql("INSERT INTO _log (ts, d) VALUES (:ts, :d)"), rows)

    begin_site(data)
    site.write(fill)
    before = site.read(lambda tx: tx.scalar(COUNT))
    newest = site.read(lambda tx: tx.scalar(sql("SELECT max(lsn) FROM _log")))
    say(data, built_low=newest - 5, at=site.rt.clock.now_ms())

    site.run(prune, site.rt)

    left = site.read(lambda tx: tx.column(sql("SELECT lsn FROM _log WHERE ts < :old ORDER BY lsn"), old=old + 1))
    assert left == list(range(newest - 5, newest + 1))
    assert before > 20
