"""Operators hear of trouble with the copies: once, in their language, also when the site takes no writes."""

import email
from email import policy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from perdure import wiring
from perdure.continuity.model.status import LaneState, LaneStatus, Status
from perdure.continuity.model.stores import Owner, StoreList, StoreRecord
from perdure.continuity.service import alarming, disk
from perdure.continuity.service import stores as service
from perdure.continuity.service.shipping.shipper import STATUS_FILE
from perdure.kernel import mode
from perdure.kernel.db import Tx, sql
from tests.app.people import person
from tests.site import Site


def list_stores(data: Path, *names: str) -> None:
    """Stores in different hands, on the list and nowhere else."""
    owners = [Owner(entity=f"Owner of {name}", country="SE") for name in names]
    records = tuple(
        StoreRecord(name=name, url=f"file:///nowhere/{name}", owner=owner, protected="a disk taken away each week")
        for name, owner in zip(names, owners, strict=True)
    )
    listed = StoreList(host=Owner(entity="Host", country="DE"), stores=records)
    disk.write_private(data / service.FILE, msgspec.json.encode(listed))


def lane(site: Site, name: str = "cellar", behind_ms: int = 200, state: LaneState = "ok", **told: Any) -> LaneStatus:
    now = site.clock.now_ms()
    given = {"head_at": now, "acked_at": now, "verified_at": now, "backlog_bytes": 4096, "backlog": 2} | told
    return LaneStatus(name=name, state=state, seq=7, low=9, behind_ms=behind_ms, **given)


def shipper_says(site: Site, *lanes: LaneStatus, **told: Any) -> None:
    status = Status(at=site.clock.now_ms(), epoch=1, seq=7, last=9, spool_bytes=0, lanes=lanes, **told)
    disk.write_private(site.rt.settings.data / STATUS_FILE, msgspec.json.encode(status))


def look(site: Site, seconds: float = 5) -> None:
    """Time passes, and the worker looks again."""
    site.clock.advance(seconds=seconds)
    site.run(wiring.watch_copies, site.rt)


def mails(site: Site) -> list[Any]:
    folder = site.rt.settings.data / "mail"
    return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(folder.glob("*.eml"))]


def subjects(site: Site) -> list[str]:
    return [str(mail["Subject"]) for mail in mails(site)]


def kinds(site: Site) -> list[tuple[str, str]]:
    return [(one.sign.kind, one.sign.level) for one in alarming.lasting(site.rt.settings.data, site.clock.now_ms())]


@pytest.fixture
def watched(site: Site) -> Site:
    person(site, "olga", role="owner")
    list_stores(site.rt.settings.data, "cellar")
    shipper_says(site, lane(site))
    look(site, 0)
    return site


def test_a_second_behind_for_ten_seconds_is_a_warning_without_a_mail(watched: Site) -> None:
    shipper_says(watched, lane(watched, behind_ms=1500))
    look(watched)
    assert kinds(watched) == []
    shipper_says(watched, lane(watched, behind_ms=3500))
    look(watched)
    shipper_says(watched, lane(watched, behind_ms=9500))
    look(watched)
    assert kinds(watched) == [("late", "warning")]
    assert mails(watched) == []


def test_a_minute_behind_is_one_mail_and_one_more_when_all_is_well_again(watched: Site) -> None:
    for _ in range(4):
        shipper_says(watched, lane(watched, behind_ms=61_000, state="trying", error="cellar is full"))
        look(watched)
    first = mails(watched)[0].get_content()
    assert "cellar is 61 s behind" in first
    assert "cellar is full." in first
    assert "http://perdure.test/operations/copies" in first
    for _ in range(14):
        shipper_says(watched, lane(watched))
        look(watched)
    assert subjects(watched) == ["Perdure: the copies need you", "Perdure: the copies are well again"]
    assert kinds(watched) == []


def test_no_cause_is_mailed_twice_within_an_hour(watched: Site) -> None:
    for _ in range(3):
        shipper_says(watched, lane(watched, behind_ms=61_000))
        look(watched)
        for _ in range(14):
            shipper_says(watched, lane(watched))
            look(watched)
    assert subjects(watched).count("Perdure: the copies need you") == 1
    watched.clock.advance(seconds=3600)
    shipper_says(watched, lane(watched, behind_ms=61_000))
    look(watched, 0)
    assert subjects(watched).count("Perdure: the copies need you") == 2


@pytest.mark.parametrize("state", ["lying", "foreign", "refused", "behind"])
def test_a_store_in_a_state_that_does_not_mend_itself_is_an_alarm_at_once(watched: Site, state: LaneState) -> None:
    shipper_says(watched, lane(watched, state=state, error="no such bucket"))
    look(watched)
    assert "cellar" in mails(watched)[0].get_content()
    assert "no such bucket" in mails(watched)[0].get_content()


def test_a_store_that_behaves_oddly_is_an_alarm_within_a_minute_and_no_alarm_for_a_moment(watched: Site) -> None:
    for seconds in range(0, 60, 5):
        shipper_says(watched, lane(watched, remarks=("it has not answered for 11 s",) if seconds >= 40 else ()))
        look(watched)
    assert "cellar does not behave as it should: it has not answered for 11 s." in mails(watched)[0].get_content()
    shipper_says(watched, lane(watched, "attic", remarks=("it took 12 s to answer",)))
    look(watched)
    shipper_says(watched, lane(watched, "attic"))
    look(watched)
    assert len(mails(watched)) == 1


def test_a_shipper_that_is_silent_for_a_minute_is_an_alarm_even_while_the_site_is_closed(watched: Site) -> None:
    watched.run(watched.rt.db.write, "site.mode", mode.set_in, "closed", "another host reigns since epoch 2")
    look(watched, 55)
    assert mails(watched) == []
    look(watched, 10)
    assert "The shipper has said nothing for 65 s" in mails(watched)[0].get_content()


def test_heads_that_are_missing_and_a_store_that_was_not_opened_are_alarms(watched: Site) -> None:
    list_stores(watched.rt.settings.data, "attic", "cellar")
    for _ in range(14):
        shipper_says(watched, lane(watched, head_at=watched.clock.now_ms() - 56_000))
        look(watched)
    text = "".join(mail.get_content() for mail in mails(watched))
    assert "cellar has had no sign of life from this host for 61 s" in text
    assert "attic is on the list and was not opened" in text
    assert len(mails(watched)) == 2


def test_a_drill_that_could_not_run_is_an_alarm(watched: Site) -> None:
    drills = watched.rt.settings.data / "continuity" / "drills"
    report = {"at": watched.clock.now_ms(), "outcome": "could_not_run", "reason": "no key at hand", "more": [1]}
    disk.write_private(drills / "1.json", msgspec.json.encode(report))
    shipper_says(watched, lane(watched))
    look(watched)
    assert "The drill could not run, which counts as failed: no key at hand." in mails(watched)[0].get_content()


def test_everybody_who_may_see_the_machinery_is_told_in_their_language(site: Site) -> None:
    french = person(site, "odile", role="admin")
    person(site, "mod1", role="moderator")

    def speak_french(tx: Tx) -> None:
        tx.run(sql("UPDATE login SET locale = 'fr' WHERE account_id = :id"), id=french.id)

    site.write(speak_french)
    list_stores(site.rt.settings.data, "cellar")
    shipper_says(site, lane(site, state="refused", error="401"))
    look(site)
    (letter,) = mails(site)
    assert letter["To"] == "odile@people.test"
    assert letter["Subject"] == "Perdure : les copies ont besoin de vous"
    assert "cellar refuse : 401." in letter.get_content()


def test_without_a_store_nobody_is_woken(site: Site) -> None:
    person(site, "olga", role="owner")
    look(site)
    look(site, 600)
    assert mails(site) == []
