"""Cases: snapshots, clocks, queue, leases (safety.md §2.2, §6.1; C2, C14)."""

import asyncio
from typing import Any

import pytest

from perdure.kernel.clock import ManualClock
from perdure.kernel.errors import Conflict, Forbidden, Invalid
from perdure.moderation.model import QueueFilter
from perdure.moderation.service import leases, pausing, queue, reading, settling, snapshots, working
from perdure.moderation.service.settling import Outcome
from perdure.posts.service import upkeep
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.app.test_reports import flag, mod, opened, report, settle_all, the_case
from tests.site import Site, rows

MINUTE = 60


def a_case(site: Site, name: str = "bob", **more: Any) -> int:
    """A case about somebody's post; returns its id."""
    author = person(site, name)
    reporter = person(site, f"reporter_of_{name}")
    report(site, reporter, author, say(site, author, text=f"a post by {name}")["id"], **more)
    found: int = site.read(rows, f"SELECT id FROM moderation_case WHERE author_id = {author.id}")[0].id
    return found


def test_a_post_deleted_right_after_the_report_is_still_there_for_whoever_decides(site: Site) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    post = say(site, bob, text="you will regret this")["id"]
    other = say(site, bob, text="nobody minds this")["id"]
    report(site, alice, bob, post)
    site.clock.advance(seconds=1)
    for one in (post, other):
        site.delete(f"/api/v1/statuses/{one}", bob.token)
    site.clock.advance(days=40)
    site.run(upkeep.purge, site.rt)
    assert [str(row.id) for row in site.read(rows, "SELECT id FROM post")] == [post]
    case_id = the_case(site).id
    assert opened(site, staff, case_id).content.text == "you will regret this"
    (access,) = site.read(rows, "SELECT * FROM snapshot_access")
    assert (access.account_id, access.purpose, access.case_id) == (staff.id, "case", case_id)
    settle_all(site, staff, case_id)
    site.run(upkeep.purge, site.rt)
    assert site.read(rows, "SELECT id FROM post") == []
    assert opened(site, staff, case_id).content.text == "you will regret this"


def test_a_snapshot_is_sealed_keeps_the_first_look_and_cannot_be_changed(site: Site) -> None:
    bob, staff = person(site, "bob"), mod(site)
    post = say(site, bob, text="first words")["id"]
    report(site, person(site, "alice"), bob, post)
    site.put(f"/api/v1/statuses/{post}", bob.token, json={"status": "second words"})
    report(site, person(site, "carol"), bob, post)
    found = site.read(rows, "SELECT id, sealed, digest FROM snapshot ORDER BY id")
    assert len(found) == 2
    assert all(b"words" not in bytes(row.sealed) for row in found)
    first = site.read(snapshots.peek_in, found[0].id)
    assert (first.text, first.author_name, site.read(snapshots.peek_in, found[1].id).text) == (
        "first words",
        "bob",
        "second words",
    )
    assert opened(site, staff, the_case(site).id).digest == found[0].digest
    for verb in ("UPDATE snapshot SET digest = 'x'", "DELETE FROM snapshot", "DELETE FROM case_event"):
        with pytest.raises(Exception, match="append-only"):
            site.write(rows, verb)


def test_a_clock_warns_at_half_and_four_fifths_is_missed_once_and_mails_staff(site: Site) -> None:
    staff = mod(site)
    case_id = a_case(site, threat_to_life=True)
    seen = []
    for minutes in (8, 13, 16):
        site.clock.advance(seconds=minutes * MINUTE - (site.clock.now_ms() - the_case(site).opened_at) / 1000)
        site.run_jobs()
        site.work()
        seen.append(states(site, staff, case_id)["house.sev0.goal"])
    assert seen == ["warned50", "warned80", "missed"]
    assert "deadline has passed" in "".join(file.read_text() for file in (site.rt.settings.data / "mail").iterdir())
    parts = {part.name: part.points for part in site.read(reading.case_in, staff.id, case_id).priority.parts}
    assert parts["deadline"] == 2600
    settle_all(site, staff, case_id)
    found = {clock.obligation: clock.late for clock in site.write(reading.view_in, staff.id, case_id).clocks}
    assert found == {"house.sev0.goal": True, "house.sev0.limit": False}


def states(site: Site, staff: Person, case_id: int) -> dict[str, str]:
    """The state of each clock of a case."""
    return {clock.obligation: clock.state for clock in site.write(reading.view_in, staff.id, case_id).clocks}


def test_a_grave_case_nobody_looked_at_is_held_unless_one_person_alone_says_so(site: Site, clock: ManualClock) -> None:
    bob, carol = person(site, "bob"), person(site, "carol")
    claimed, supported = say(site, bob, text="a song title")["id"], say(site, carol, text="a real threat")["id"]
    report(site, person(site, "alice"), bob, claimed, harm="threat")
    for name in ("dave", "erin"):
        report(site, person(site, name), carol, supported, harm="threat")
    clock.advance(seconds=16 * MINUTE)
    site.run_jobs()
    site.work()
    assert site.get(f"/api/v1/statuses/{claimed}").status_code == 200
    assert site.get(f"/api/v1/statuses/{supported}").status_code == 404
    (held,) = site.read(rows, "SELECT * FROM decision")
    assert (held.author_id, held.actor_id, held.automated_decision) == (carol.id, None, "fully")
    pending = site.read(rows, "SELECT state, pending_items FROM moderation_case ORDER BY id")
    assert [tuple(row) for row in pending] == [("open", 1), ("open", 1)]


def test_a_clock_nobody_looked_at_for_days_takes_every_step(site: Site) -> None:
    case_id = a_case(site)
    site.clock.advance(days=3)
    site.run_jobs()
    kinds = [row.kind for row in site.read(rows, f"SELECT kind FROM case_event WHERE case_id = {case_id} ORDER BY id")]
    assert kinds == ["received", "clock.warned50", "clock.warned80", "clock.missed"]


def test_a_pause_needs_a_reason_and_a_proof_and_moves_the_deadline(site: Site) -> None:
    staff = mod(site)
    case_id = a_case(site)
    (clock,) = site.write(reading.view_in, staff.id, case_id).clocks
    with pytest.raises(Invalid):
        site.write(pausing.pause_in, staff.id, clock.id, "waiting_for_authority", " ")
    site.write(pausing.pause_in, staff.id, clock.id, "waiting_for_authority", "letter 17")
    site.clock.advance(days=5)
    site.run_jobs()
    assert states(site, staff, case_id) == {"house.sev2.limit": "paused"}
    site.write(pausing.resume_in, staff.id, clock.id)
    (after,) = site.write(reading.view_in, staff.id, case_id).clocks
    assert (after.state, after.due_at - clock.due_at) == ("running", 5 * 86_400_000)
    with pytest.raises(Conflict):
        site.write(pausing.resume_in, staff.id, clock.id)


def test_the_next_case_is_the_gravest_then_what_waits_longest(site: Site, clock: ManualClock) -> None:
    staff = mod(site)
    spam = a_case(site, "spammer", category="spam")
    clock.advance(seconds=600)
    mild = a_case(site, "mild", category="violation")
    later = a_case(site, "later", category="violation")
    threat = a_case(site, "threatener", harm="threat")
    listed = site.read(queue.list_in, staff.id, QueueFilter())
    assert [one.id for one in listed] == [threat, mild, later, spam]
    assert [one.id for one in site.read(queue.list_in, staff.id, QueueFilter(order="oldest"))] == [
        spam,
        mild,
        later,
        threat,
    ]
    assert [part.name for part in listed[0].priority.parts] == [
        "severity",
        "deadline",
        "reach",
        "score",
        "reliability",
        "ageing",
    ]
    assert listed[0].priority.total == sum(part.points for part in listed[0].priority.parts)
    clock.advance(seconds=20 * 3600)
    site.run_jobs()
    assert next(one.id for one in site.read(queue.list_in, staff.id, QueueFilter()) if one.severity) == mild


def test_many_who_claim_at_once_get_different_cases(site: Site) -> None:
    crew = [mod(site, f"mod{number}") for number in range(4)]
    cases = {a_case(site, f"author{number}") for number in range(4)}

    async def claim_all() -> list[Any]:
        return await asyncio.gather(*(site.rt.db.write("claim", queue.claim_next_in, one.id) for one in crew))

    claimed = site.run(claim_all)
    assert {found[0].id for found in claimed} == cases
    assert site.write(queue.claim_next_in, crew[0].id) is None


def test_a_lease_holds_others_off_until_it_runs_out_and_the_heartbeat_renews_it(site: Site, clock: ManualClock) -> None:
    mona, nils = mod(site), mod(site, "nils")
    case_id = a_case(site)
    lease = site.write(leases.claim_in, mona.id, case_id)
    for attempt in (leases.claim_in, leases.renew_in, leases.release_in):
        with pytest.raises(Conflict):
            site.write(attempt, nils.id, case_id)
    clock.advance(seconds=200)
    assert site.write(leases.renew_in, mona.id, case_id).until == lease.until + 200_000
    clock.advance(seconds=301)
    with pytest.raises(Conflict):
        site.write(leases.renew_in, mona.id, case_id)
    site.run_jobs()
    assert the_case(site).state == "open"
    found = site.write(queue.claim_next_in, nils.id)
    assert found is not None
    assert (found[0].id, found[0].holder_id) == (case_id, nils.id)


def test_a_lead_takes_a_case_over_and_nobody_else_does(site: Site) -> None:
    mona, nils, lead = mod(site), mod(site, "nils"), mod(site, "lead", "admin")
    case_id = a_case(site)
    site.write(leases.claim_in, mona.id, case_id)
    with pytest.raises(Forbidden):
        site.write(leases.take_over_in, nils.id, case_id, "I am faster")
    assert site.write(leases.take_over_in, lead.id, case_id, "mona went home").holder_id == lead.id
    taken = site.read(rows, "SELECT state, taken_by FROM case_lease ORDER BY id")
    assert [tuple(row) for row in taken] == [("taken_over", lead.id), ("granted", None)]
    assert site.read(rows, "SELECT action FROM audit_entry WHERE action = 'case.lease_taken_over'")


def test_deciding_about_a_version_that_changed_is_refused_and_clobbers_nothing(site: Site) -> None:
    staff, bob = mod(site), person(site, "bob")
    post = say(site, bob)["id"]
    report(site, person(site, "alice"), bob, post)
    view = site.write(reading.view_in, staff.id, the_case(site).id)
    report(site, person(site, "carol"), bob, say(site, bob, text="worse")["id"])
    outcome = [Outcome(item_id=view.items[0].id, state="actioned")]
    with pytest.raises(Conflict, match="changed this case"):
        site.write(settling.settle_in, staff.id, view.case.id, outcome, view.case.version)
    assert the_case(site).pending_items == 2


def test_a_case_closes_when_every_item_has_its_outcome_and_not_before(site: Site) -> None:
    staff, bob = mod(site), person(site, "bob")
    report(site, person(site, "alice"), bob, say(site, bob)["id"], say(site, bob, text="two")["id"])
    case_id = the_case(site).id
    first, second = site.write(reading.view_in, staff.id, case_id).items
    site.write(settling.settle_in, staff.id, case_id, [Outcome(item_id=first.id, state="actioned")])
    site.work()
    assert the_case(site).state == "open"
    with pytest.raises(Conflict):
        site.write(settling.settle_in, staff.id, case_id, [Outcome(item_id=first.id, state="no_violation")])
    with pytest.raises(Invalid):
        site.write(settling.settle_in, staff.id, case_id, [Outcome(item_id=second.id, state="passed_on")])  # type: ignore[arg-type]
    duplicate = Outcome(item_id=second.id, state="duplicate_of", duplicate_of=first.id)
    site.write(settling.settle_in, staff.id, case_id, [duplicate])
    site.work()
    case = the_case(site)
    assert (case.state, case.open_key, case.decided_by) == ("closed", None, staff.id)
    report(site, person(site, "carol"), bob, say(site, bob, text="three")["id"])
    assert len(site.read(rows, "SELECT id FROM moderation_case")) == 2


def test_staff_grades_hands_over_notes_and_what_it_said_stands_against_claims(site: Site) -> None:
    staff, lead, bob = mod(site), mod(site, "lead", "admin"), person(site, "bob")
    post = say(site, bob)["id"]
    report(site, person(site, "alice"), bob, post, harm="threat")
    case_id = the_case(site).id
    site.write(lambda tx: working.grade_in(tx, staff.id, case_id, severity=3, policy="spam"))
    assert states(site, staff, case_id) == {
        "house.sev0.goal": "paused",
        "house.sev0.limit": "paused",
        "house.sev3.limit": "running",
    }
    report(site, person(site, "carol"), bob, post, harm="threat")
    assert (the_case(site).severity, the_case(site).severity_by) == (3, "staff")
    flag(site, bob, post, severity=0)
    assert (the_case(site).severity, the_case(site).severity_by) == (0, "support")
    site.write(working.note_in, staff.id, case_id, "looks like a song title")
    site.write(working.escalate_in, staff.id, case_id, "lead", "needs a second pair of eyes")
    assert site.write(queue.claim_next_in, staff.id) is None
    found = site.write(queue.claim_next_in, lead.id)
    assert found is not None
    assert found[0].id == case_id
    view = site.write(reading.view_in, lead.id, case_id)
    assert [note.text for note in view.notes] == ["looks like a song title"]
    with pytest.raises(Invalid):
        site.write(working.assign_in, lead.id, case_id, bob.id)


def test_human_and_machine_cases_are_told_apart_and_copies_stand_together(site: Site) -> None:
    staff, alice = mod(site), person(site, "alice")
    for name in ("bob", "carol"):
        author = person(site, name)
        post = say(site, author, text="The same long sentence, again and again!")["id"]
        if name == "bob":
            report(site, alice, author, post)
        else:
            flag(site, author, post)
    human = site.read(queue.list_in, staff.id, QueueFilter(source="human"))
    machine = site.read(queue.list_in, staff.id, QueueFilter(source="machine"))
    assert (len(human), len(machine)) == (1, 1)
    assert {one.id for one in site.read(queue.copies_in, staff.id, human[0].group_key)} == {human[0].id, machine[0].id}
    assert site.write(reading.view_in, staff.id, human[0].id).copies == 1


def test_a_moderator_keeps_filters_opts_out_of_categories_and_is_told_to_rest(site: Site, clock: ManualClock) -> None:
    staff = mod(site)
    case_id = a_case(site, harm="hate")
    site.write(queue.opt_out_in, staff.id, ("hate",))
    assert site.write(queue.claim_next_in, staff.id) is None
    assert [one.id for one in site.read(queue.list_in, staff.id, QueueFilter())] == [case_id]
    with pytest.raises(Invalid):
        site.write(queue.opt_out_in, staff.id, ("weather",))
    kept = QueueFilter(severities=(0, 1), order="deadline", policies=("hate",), language="en", assigned="me")
    site.write(queue.save_filter_in, staff.id, "mine", kept)
    (saved,) = site.read(queue.filters_in, staff.id)
    assert (saved.name, saved.filter) == ("mine", kept)
    assert site.read(queue.list_in, staff.id, saved.filter) == []
    for _ in range(6):
        site.write(reading.view_in, staff.id, case_id)
        clock.advance(seconds=590)
    site.write(reading.view_in, staff.id, case_id)
    tired = site.read(queue.exposure_in, staff.id)
    assert (tired.items, tired.rest) == (7, True)
    clock.advance(seconds=601)
    assert not site.read(queue.exposure_in, staff.id).rest


@pytest.mark.parametrize("who", ["member", "without_factor"])
def test_nobody_without_the_right_and_a_second_factor_sees_or_does_anything(site: Site, who: str) -> None:
    case_id = a_case(site)
    other = person(site, "eve", role="member" if who == "member" else "moderator", factor=False)
    attempts: list[Any] = [
        lambda tx: reading.view_in(tx, other.id, case_id),
        lambda tx: queue.list_in(tx, other.id, QueueFilter()),
        lambda tx: queue.claim_next_in(tx, other.id),
        lambda tx: leases.claim_in(tx, other.id, case_id),
        lambda tx: settling.settle_in(tx, other.id, case_id, []),
        lambda tx: working.note_in(tx, other.id, case_id, "hi"),
        lambda tx: working.grade_in(tx, other.id, case_id, severity=3),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            site.write(attempt)


def test_workload_tells_who_holds_and_decided_what(site: Site, clock: ManualClock) -> None:
    staff = mod(site)
    case_id = a_case(site)
    site.write(leases.claim_in, staff.id, case_id)
    (before,) = site.read(queue.workload_in, staff.id)
    clock.advance(seconds=90)
    settle_all(site, staff, case_id)
    (after,) = site.read(queue.workload_in, staff.id)
    assert (before.holding, before.decided, after.holding, after.decided, after.median_handling_s) == (1, 0, 0, 1, 90)
