"""The register of obligations and the clocks that it starts (safety.md §3, I8, C2)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.moderation.model import Clock
from perdure.moderation.rules import obligations as rules
from perdure.moderation.service import clocks, obligations, pausing, reading, settling
from perdure.moderation.tables.cases import moderation_case
from tests.app.people import Person
from tests.app.test_cases import a_case
from tests.app.test_reports import mod, settle_all
from tests.site import Site, rows

HOUR = 3_600_000
DAY = 24 * HOUR


def boss(site: Site) -> Person:
    """Somebody who may change the site's settings."""
    return mod(site, "boss", role="admin")


def clocks_of(site: Site, staff: Person, case_id: int) -> dict[str, Clock]:
    """A case's clocks by obligation."""
    return {one.obligation: one for one in site.write(reading.view_in, staff.id, case_id).clocks}


def start(site: Site, case_id: int, key: str, started_at: int | None = None, **more: Any) -> int | None:
    """Start a clock now, or at an instant."""
    at = site.clock.now_ms() if started_at is None else started_at
    return site.write(clocks.start_obligation_in, case_id, key, at, **more)


def test_the_register_begins_with_the_table_of_the_law_and_exempts_nothing_as_a_whole() -> None:
    found = rules.packaged()
    assert {"tco.order", "dsa.notice", "dsa.statement", "provider.notice", "house.sev0.goal"} <= found.keys()
    assert all(one.source and one.title["en"] and one.title["fr"] for one in found.values())
    assert found["tco.order"].limit == "PT1H"
    assert found["tco.order"].pause == ("impossible", "defective")
    assert found["tco.order"].hours is None
    assert not {"dsa.notice", "dsa.statement", "dsa.threat_to_life"} & {
        key for key, one in found.items() if one.applies != "yes"
    }


def test_a_clock_counts_from_receipt_and_never_from_the_future(site: Site) -> None:
    staff, case_id, now = mod(site), a_case(site), site.clock.now_ms()
    assert start(site, case_id, "provider.aws", now - 5 * HOUR) == now + 19 * HOUR
    assert start(site, case_id, "tco.order", now + DAY) == now + HOUR
    found = clocks_of(site, staff, case_id)
    assert (found["provider.aws"].started_at, found["tco.order"].started_at) == (now - 5 * HOUR, now)
    assert site.read(reading.case_in, staff.id, case_id).due_at == now + HOUR  # the strictest
    with pytest.raises(Invalid):
        start(site, case_id, "nobody.knows")
    with pytest.raises(NotFound):
        start(site, 1, "tco.order")


def test_a_host_without_a_row_of_its_own_has_that_of_any_host(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    assert start(site, case_id, "provider.unheard_of") == site.clock.now_ms() + DAY
    assert "provider.notice" in clocks_of(site, staff, case_id)
    (said,) = site.read(rows, "SELECT detail_json FROM case_event WHERE kind = 'clock.started'")
    assert "provider.unheard_of" in said.detail_json


def test_a_second_letter_tightens_a_deadline_and_never_loosens_it(site: Site) -> None:
    staff, case_id, now = mod(site), a_case(site), site.clock.now_ms()
    first = start(site, case_id, "provider.notice")
    site.clock.advance(seconds=3600)
    assert start(site, case_id, "provider.notice") == first
    assert start(site, case_id, "provider.notice", limit_ms=2 * HOUR) == now + 3 * HOUR
    assert clocks_of(site, staff, case_id)["provider.notice"].due_at == now + 3 * HOUR


def test_six_months_are_calendar_months_and_run_out_without_anybody_being_late(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    due = start(site, case_id, "tco.preservation")
    assert due is not None
    begun = datetime.fromtimestamp(site.clock.now_ms() / 1000, UTC)
    ended = datetime.fromtimestamp(due / 1000, UTC)
    assert (ended.month - begun.month) % 12 == 6
    assert site.read(reading.case_in, staff.id, case_id).due_at != due
    site.clock.advance(ms=due - site.clock.now_ms() + 1)
    site.run_jobs()
    kept = clocks_of(site, staff, case_id)["tco.preservation"]
    assert (kept.state, kept.late, kept.met_at) == ("met", False, due)


def test_what_does_not_apply_starts_no_clock_and_from_its_day_on_it_does(site: Site) -> None:
    admin, case_id = boss(site), a_case(site)
    day = datetime.fromtimestamp(site.clock.now_ms() / 1000 + 86_400, UTC).date().isoformat()
    for applies in ("no", day):
        site.write(obligations.set_in, admin.id, "dsa.notice", {"applies": applies}, "counted our members")
        assert start(site, case_id, "dsa.notice") is None
    site.clock.advance(days=1)
    assert start(site, case_id, "dsa.notice") == site.clock.now_ms() + DAY
    assert clocks_of(site, admin, case_id)["dsa.notice"].target


def test_a_new_version_is_logged_and_leaves_running_clocks_alone(site: Site) -> None:
    admin, staff, case_id = boss(site), mod(site), a_case(site)
    first = start(site, case_id, "provider.aws")
    with pytest.raises(Forbidden):
        site.write(obligations.set_in, staff.id, "provider.aws", {"limit": "PT12H"}, "why")
    with pytest.raises(Invalid):
        site.write(obligations.set_in, admin.id, "provider.aws", {"limit": "PT12H"}, " ")
    made = site.write(obligations.set_in, admin.id, "provider.aws", {"limit": "PT12H"}, "new contract")
    assert (made.number, made.obligation.limit, made.obligation.source) == (
        2,
        "PT12H",
        rules.packaged()["provider.aws"].source,
    )
    assert clocks_of(site, staff, case_id)["provider.aws"].due_at == first
    assert [one.number for one in site.read(obligations.history_in, admin.id, "provider.aws")] == [2, 1]
    other = a_case(site, "dora")
    assert start(site, other, "provider.aws") == site.clock.now_ms() + 12 * HOUR
    (entry,) = site.read(rows, "SELECT * FROM audit_entry WHERE action = 'obligation.set'")
    assert entry.subject == "obligation:provider.aws"
    assert "PT12H" in entry.detail_json


@pytest.mark.parametrize(
    "change",
    [
        {"limit": "tomorrow"},
        {"limit": "", "target": ""},
        {"applies": "perhaps"},
        {"pause": ["lunch"]},
        {"hours": {"zone": "Mars/Olympus", "days": ["mon"], "from": "09:00", "to": "17:00"}},
        {"hours": {"zone": "UTC", "days": [], "from": "09:00", "to": "17:00"}},
        {"title": {"fr": ""}},
        {"source": ""},
        {"exempt": True},
        {"severities": [7]},
        {"authorities": ["pope"]},
        {"limit": 24},
    ],
)
def test_a_row_that_says_what_cannot_be_is_refused(site: Site, change: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        site.write(obligations.set_in, None, "provider.aws", change, "why")


def test_a_contract_of_our_own_gets_a_row_and_counts_office_hours(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    row = {
        "title": {"en": "Letter of our rack", "fr": "Courrier de notre baie"},
        "applies": "yes",
        "limit": "PT8H",
        "ends": "answer",
        "hours": {"zone": "Europe/Paris", "days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"},
        "source": "Contract of 3 May",
    }
    with pytest.raises(Invalid):
        site.write(obligations.set_in, None, "Our Rack!", row, "why")
    site.write(obligations.set_in, None, "provider.our_rack", row, "signed today")
    monday = int(datetime(2026, 3, 30, 7, 0, tzinfo=UTC).timestamp() * 1000)  # nine in Paris, the day after the change
    friday = int(datetime(2026, 3, 27, 16, 0, tzinfo=UTC).timestamp() * 1000)  # five in Paris, the day's end
    site.clock.advance(ms=max(0, monday - site.clock.now_ms()))
    due = start(site, case_id, "provider.our_rack", friday)
    assert due == monday + 8 * HOUR
    found = clocks_of(site, staff, case_id)["provider.our_rack"]
    assert (found.half_at, found.late_at) == (monday + 4 * HOUR, monday + round(6.4 * HOUR))


def test_only_the_reasons_of_its_obligation_stop_a_clock_and_an_order_begins_anew(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    start(site, case_id, "tco.order")
    start(site, case_id, "provider.aws")
    found = clocks_of(site, staff, case_id)
    for name, reason in (("tco.order", "waiting_for_sender"), ("provider.aws", "impossible"), ("tco.order", "")):
        with pytest.raises(Invalid):
            site.write(pausing.pause_in, staff.id, found[name].id, reason, "annex III, no. 4")
    with pytest.raises(Invalid):
        site.write(pausing.pause_in, staff.id, found["tco.order"].id, "defective", "")
    site.clock.advance(seconds=1800)
    site.write(pausing.pause_in, staff.id, found["tco.order"].id, "defective", "annex III, no. 4")
    site.clock.advance(days=2)
    site.run_jobs()
    site.write(pausing.resume_in, staff.id, found["tco.order"].id)
    after = clocks_of(site, staff, case_id)["tco.order"]
    assert after.due_at == site.clock.now_ms() + HOUR
    assert after.started_at == found["tco.order"].started_at
    (paused,) = site.read(rows, "SELECT * FROM audit_entry WHERE action = 'clock.pause'")
    assert paused.subject == f"case:{case_id}"


def test_a_house_clock_goes_on_with_the_time_that_was_left_however_often_it_stands(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    (first,) = clocks_of(site, staff, case_id).values()
    for _ in range(3):
        site.clock.advance(seconds=3600)
        site.write(pausing.pause_in, staff.id, first.id, "waiting_for_authority", "file 12")
        site.clock.advance(days=10)
        site.write(pausing.resume_in, staff.id, first.id)
    (last,) = clocks_of(site, staff, case_id).values()
    assert last.due_at == first.due_at + 30 * DAY
    assert last.half_at == first.half_at + 30 * DAY
    settle_all(site, staff, case_id)
    site.work()
    site.write(settling.reopen_in, staff.id, case_id, reason="new evidence")
    (again,) = clocks_of(site, staff, case_id).values()
    assert again.due_at == site.clock.now_ms() + DAY


def test_a_deadline_is_extended_only_by_whoever_may_and_before_it_passes(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    first = start(site, case_id, "provider.aws")
    start(site, case_id, "tco.order")
    assert first is not None
    found = clocks_of(site, staff, case_id)
    with pytest.raises(Invalid):
        site.write(pausing.extend_in, staff.id, found["tco.order"].id, first + DAY, "they said so")
    aws = found["provider.aws"].id
    for due, proof in ((first + DAY, " "), (first - 1, "mail")):
        with pytest.raises(Invalid):
            site.write(pausing.extend_in, staff.id, aws, due, proof)
    site.write(pausing.extend_in, staff.id, aws, first + DAY, "their mail of today")
    assert clocks_of(site, staff, case_id)["provider.aws"].due_at == first + DAY
    site.clock.advance(days=3)
    site.run_jobs()
    assert clocks_of(site, staff, case_id)["provider.aws"].state == "missed"
    with pytest.raises(Conflict):
        site.write(pausing.extend_in, staff.id, aws, first + 9 * DAY, "too late")


def test_a_decision_stops_what_it_stops_and_an_answer_the_rest(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    for key in ("tco.order", "provider.aws", "tco.threat_to_life"):
        start(site, case_id, key)
    site.write(_make_letter, case_id)
    settle_all(site, staff, case_id)
    found = {key: one.state for key, one in clocks_of(site, staff, case_id).items()}
    assert found == {
        "house.sev2.limit": "met",
        "tco.order": "met",
        "provider.aws": "running",
        "tco.threat_to_life": "running",
    }
    site.write(clocks.answered_in, case_id)
    site.write(clocks.meet_obligation_in, case_id, "tco.threat_to_life")
    assert {one.state for one in clocks_of(site, staff, case_id).values()} == {"met"}


def _make_letter(tx: Tx, case_id: int) -> None:
    tx.update(moderation_case, {"id": case_id}, cluster_key=f"letter:{case_id}")


def test_an_undo_gains_no_time_and_an_appeal_months_later_has_its_own(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    first = start(site, case_id, "dsa.trusted_flagger")
    settle_all(site, staff, case_id)
    site.work()
    site.write(settling.reopen_in, staff.id, case_id, reason="undone")
    assert clocks_of(site, staff, case_id)["dsa.trusted_flagger"].due_at == first
    settle_all(site, staff, case_id)
    site.work()
    site.clock.advance(days=90)
    site.write(settling.reopen_in, staff.id, case_id, reason="appeal")
    assert clocks_of(site, staff, case_id)["dsa.trusted_flagger"].due_at == site.clock.now_ms() + DAY
