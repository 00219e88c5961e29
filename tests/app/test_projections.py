"""What the console shows equals what decisions, actions and events say; a row that does not is put right (I1)."""

from typing import Any

import pytest

from perdure.moderation.model.decisions import Act, Decided
from perdure.moderation.service import decisions, leases, metrics, projections
from tests.app.people import Person, person
from tests.app.test_decisions import but, reported
from tests.app.test_moderation_metrics import asked, value
from tests.app.test_reports import mod
from tests.app.test_scoring import THREAT, say
from tests.site import Site, rows


def rebuilt(site: Site) -> dict[str, tuple[str, ...]]:
    return {one.about: one.columns for one in site.run(projections.rebuild, site.rt)}


def break_(site: Site, statement: str) -> None:
    from perdure.kernel.db import sql

    assert site.write(lambda tx: tx.run(sql(statement))) == 1


def rule(site: Site, staff: Person, author: Person, **more: Any) -> Decided:
    """Decide about the open case of somebody: the post is hidden, unless something else is said."""
    wanted = f"SELECT id, version FROM moderation_case WHERE author_id = {author.id} AND open_key IS NOT NULL"
    (case,) = site.read(rows, wanted)
    made = site.run(decisions.decide, site.rt, staff.id, case.id, case.version, but(**more))
    site.work()
    return made


def busy(site: Site) -> tuple[Person, str]:
    """Staff and a post that was hidden, beside a threat that a machine holds and a decision that was undone."""
    staff, bob, carol = mod(site), person(site, "bob"), person(site, "carol")
    say(site, person(site, "alice"), THREAT)
    reported(site, carol, "a word too many")
    undone = rule(site, staff, carol)
    site.run(decisions.undo, site.rt, staff.id, undone.batch_id)
    site.work()
    post = reported(site, bob, "a nasty word")
    rule(site, staff, bob)
    return staff, post


def test_where_nothing_was_touched_nothing_differs(site: Site) -> None:
    staff, _ = busy(site)
    (case,) = site.read(rows, "SELECT id FROM moderation_case WHERE open_key IS NOT NULL ORDER BY id LIMIT 1")
    site.write(leases.claim_in, staff.id, case.id)
    assert rebuilt(site) == {}
    site.clock.advance(seconds=600)
    site.run_jobs()
    site.work()
    site.clock.advance(days=2)
    site.run_jobs()
    site.work()
    assert rebuilt(site) == {}
    assert site.read(projections.differences_in) == ()


def test_a_post_that_somebody_brought_back_by_hand_is_hidden_again(site: Site) -> None:
    staff, post = busy(site)
    break_(site, f"UPDATE post SET state = 'published', version = version + 1 WHERE id = {post}")
    assert site.get(f"/api/v1/statuses/{post}").status_code == 200
    site.run_jobs()
    site.work()
    assert site.get(f"/api/v1/statuses/{post}").status_code == 404
    (alarm,) = [one for one in site.read(metrics.metrics_in, staff.id).alarms if one.kind == "projection"]
    assert (alarm.about, alarm.figure) == (f"post:{post}", 1)
    assert value(asked(site, "/metrics", "127.0.0.1").text, "perdure_projection_repairs") == 1
    audited = site.read(rows, "SELECT subject FROM audit_entry WHERE action = 'projection.repair'")
    assert [row.subject for row in audited] == [f"post:{post}"]
    site.clock.advance(days=8)
    assert rebuilt(site) == {}
    assert site.read(projections.differences_in) == ()


def test_the_states_of_an_account_are_those_of_the_decisions_in_force(site: Site) -> None:
    staff, bob = mod(site), person(site, "bob")
    reported(site, bob, "a nasty word")
    rule(site, staff, bob, acts=(Act(kind="account_freeze"),), scope="account")
    break_(site, f"UPDATE account SET frozen = FALSE, limited = TRUE WHERE id = {bob.id}")
    assert rebuilt(site) == {f"account:{bob.id}": ("frozen", "limited")}
    (row,) = site.read(rows, f"SELECT frozen, limited FROM account WHERE id = {bob.id}")
    assert (bool(row.frozen), bool(row.limited)) == (True, False)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE strike SET weight = weight + 1, until = 1 WHERE reversed_by IS NULL",
        "DELETE FROM strike WHERE reversed_by IS NULL",
        "UPDATE strike SET reversed_by = NULL WHERE reversed_by IS NOT NULL",
    ],
)
def test_strikes_are_those_that_decisions_carry(site: Site, statement: str) -> None:
    busy(site)
    before = site.read(rows, "SELECT * FROM strike ORDER BY decision_id")
    assert len(before) == 2
    break_(site, statement)
    assert list(rebuilt(site)) != []
    assert site.read(rows, "SELECT * FROM strike ORDER BY decision_id") == before


def test_a_strike_that_no_decision_carries_is_taken_away(site: Site) -> None:
    busy(site)
    before = site.read(rows, "SELECT * FROM strike ORDER BY decision_id")
    (machine,) = site.read(rows, "SELECT id FROM decision WHERE actor_id IS NULL AND outcome = 'restricted'")
    break_(site, f"UPDATE strike SET decision_id = {machine.id} WHERE reversed_by IS NULL")
    assert f"strike:{machine.id}" in rebuilt(site)
    assert site.read(rows, "SELECT * FROM strike ORDER BY decision_id") == before


def test_the_stage_counts_and_place_of_a_case_are_those_of_its_events(site: Site) -> None:
    staff, _ = busy(site)
    (case,) = site.read(rows, "SELECT id FROM moderation_case WHERE open_key IS NOT NULL ORDER BY id LIMIT 1")
    site.write(leases.claim_in, staff.id, case.id)
    wanted = f"SELECT state, pending_items, intakes, sort_key, due_at FROM moderation_case WHERE id = {case.id}"
    before = site.read(rows, wanted)
    break_(
        site,
        "UPDATE moderation_case SET state = 'closed', pending_items = 0, intakes = 9, sort_key = 5, due_at = NULL, "
        f"closed_at = 1 WHERE id = {case.id}",
    )
    found = rebuilt(site)
    assert set(found) == {f"case:{case.id}"}
    assert {"state", "pending_items", "intakes", "sort_key", "due_at", "closed_at"} <= set(found[f"case:{case.id}"])
    assert site.read(rows, wanted) == before
    assert before[0].state == "leased"
