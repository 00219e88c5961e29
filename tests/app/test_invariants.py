"""The invariants of moderation that no other test holds (safety.md §2.3); the others' tests are named in its order.

I1 test_projections · I2 test_audit, test_audit_ledger, here · I3 test_preservation, test_withholding, here · I4 here ·
I5 test_appeals · I6 test_moderation_rules, test_cases, here · I7 test_cases, test_moderation_rules · I8 test_cases ·
I9 the ledger's part: test_audit_ledger · I10 test_decisions, here · I11 test_scoring, here · I12 test_action_matrix ·
I13 test_audit_ledger, test_reporter_erased · I14 test_audit_proof, test_decisions · I15 test_decisions, here ·
I16 test_decisions, here.
"""

import re
from pathlib import Path
from typing import Any

import pytest

import perdure.moderation
from perdure.kernel.db import Tx, sql
from perdure.kernel.errors import Conflict
from perdure.moderation.model import QueueFilter
from perdure.moderation.model.decisions import Act, LabelInput
from perdure.moderation.service import decisions, projections, reading_decisions, snapshots
from perdure.schema import metadata
from tests.app.people import Person, person
from tests.app.test_decisions import but, decide, flag, refused, reported
from tests.app.test_posts import say
from tests.app.test_reports import mod, report, the_case
from tests.app.test_scoring import THREAT
from tests.site import Site, rows


def broken(site: Site, statement: str, match: str) -> None:
    """The database itself refuses a statement."""
    with pytest.raises(Exception, match=match):
        site.write(lambda tx: tx.run(sql(statement)))


def copy(tx: Tx, table: str, **changed: str) -> None:
    """A second row of a table, like the first but for some columns: what no code of ours would write."""
    names = [column.name for column in metadata.tables[table].c]
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    tx.run(sql(f'INSERT INTO "{table}" ({", ".join(names)}) SELECT {values} FROM "{table}" ORDER BY 1 LIMIT 1'))


def decided(site: Site, *acts: Act, **more: Any) -> tuple[Person, Person, str, int]:
    """Alice, who had a post, Mona, who decided about it, the post, and the decision."""
    alice, mona = person(site, "alice"), mod(site)
    post_id = reported(site, alice)
    made = decide(site, mona, but(acts=acts, **more) if acts else but(**more))
    return alice, mona, post_id, made.batch_id


def test_i1_a_label_of_an_account_that_somebody_took_off_by_hand_is_put_back(site: Site) -> None:
    label = LabelInput(value="disputed", reason="Often wrong", permanent=True)
    alice, *_ = decided(site, Act(kind="account_label", label=label), scope="account")
    site.write(lambda tx: tx.run(sql("UPDATE account SET labels_json = '[]'")))
    (found,) = site.run(projections.rebuild, site.rt)
    assert (found.about, found.columns) == (f"account:{alice.id}", ("labels",))
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["perdure"]["labels"][0]["value"] == "disputed"


@pytest.mark.parametrize("table", ["case_event", "snapshot", "signal", "audit_entry", "decision"])
def test_i2_what_happened_is_neither_changed_nor_deleted(site: Site, table: str) -> None:
    decided(site)
    site.work()
    if table == "signal":
        say(site, person(site, "bob"), THREAT)
        site.work()
    assert site.read(rows, f"SELECT id FROM {table}" if table != "audit_entry" else "SELECT seq FROM audit_entry")
    column = "seq" if table == "audit_entry" else "id"
    broken(site, f"UPDATE {table} SET {column} = {column}", "append-only|never changed")
    broken(site, f"DELETE FROM {table}", "append-only|never changed")


def test_i3_nothing_in_moderation_deletes_what_somebody_said_but_the_purge(site: Site) -> None:
    # a projection, a text of the staff's, a saved filter, an address that is called, a call that reached nobody
    allowed = {"strikes.py", "presets.py", "staff.py", "duty.py", "paging.py"}
    purge = "preservation.py"
    folder = Path(next(iter(perdure.moderation.__path__)))
    deleting = re.compile(r"\btx\.delete\(|\bdelete(_row)?_in\(|\bwithdraw_in\(|\bmedia\.delete\(|DELETE FROM")
    found = {one.name for one in folder.rglob("*.py") if deleting.search(one.read_text())}
    assert found == allowed | {purge}
    _, _, post_id, _ = decided(site)
    (kept,) = site.read(rows, f"SELECT state, text, deleted_at FROM post WHERE id = {post_id}")
    assert tuple(kept) == ("hidden", "quillwort", None)


def test_i4_no_restriction_without_a_snapshot_by_code_or_by_hand(
    site: Site,
) -> None:
    _, _, _, made = decided(site)
    (first,) = site.read(rows, "SELECT snapshot_id FROM decision")
    assert first.snapshot_id is not None
    given = {"id": "77", "batch_id": "77", "batch_key": "NULL", "puid": "'forged'", "snapshot_id": "NULL"}
    with pytest.raises(Exception, match="snapshot_first"):
        site.write(lambda tx: copy(tx, "decision", **given))
    taken = site.read(reading_decisions.view_in, made)
    assert site.read(snapshots.peek_in, taken.snapshot_id).text == "quillwort"


def test_i4_a_first_report_takes_the_look_before_anybody_acts(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "as it was")
    report(site, bob, alice, post["id"])
    site.put(f"/api/v1/statuses/{post['id']}", alice.token, json={"status": "as it is"})
    (item,) = site.read(rows, "SELECT snapshot_id FROM case_item")
    assert site.read(snapshots.peek_in, item.snapshot_id).text == "as it was"


def test_i6_no_filter_hides_by_score_and_the_least_certain_case_is_in_the_queue(site: Site) -> None:
    assert not {"score", "priority", "points", "min_score"} & set(QueueFilter.__struct_fields__)
    alice, mona = person(site, "alice"), mod(site)
    post = say(site, alice, "hm")
    flag(site, alice, post["id"], "queue")
    site.work()
    listed = site.get("/api/perdure/v1/moderation/cases", mona.token).json()
    listed = listed["cases"] if isinstance(listed, dict) else listed
    assert [one["id"] for one in listed] == [str(the_case(site).id)]
    for made_up in ("min_score=900", "score=900", "priority=99999"):
        again = site.get(f"/api/perdure/v1/moderation/cases?{made_up}", mona.token)
        assert again.status_code == 422 or str(the_case(site).id) in again.text


def test_i10_a_restriction_and_its_notice_stand_or_fall_together_and_only_an_order_holds_the_notice_back(
    site: Site,
) -> None:
    until = site.clock.now_ms() + 86_400_000
    alice, *_ = decided(site, suppressed_by="Order 12/2026", suppressed_until=until)
    site.work()
    warned = "/api/v1/notifications?types[]=moderation_warning"
    assert site.get(warned, alice.token).json() == []
    held = site.read(rows, "SELECT state, order_reference FROM notice_out ORDER BY id")
    assert {tuple(one) for one in held} == {("suppressed", "Order 12/2026")}
    broken(site, "UPDATE notice_out SET order_reference = NULL", "suppressed_by_order")
    site.clock.advance(days=1, seconds=1)
    for _ in range(2):
        site.run_jobs()
        site.work()
    assert len(site.get(warned, alice.token).json()) == 1
    told = site.read(rows, "SELECT channel, state FROM notice_out ORDER BY channel")
    assert [tuple(one) for one in told] == [("app", "delivered"), ("mail", "sent")]


def test_i10_a_machines_hold_without_a_notice_does_not_exist(site: Site) -> None:
    alice = person(site, "alice")
    flag(site, alice, say(site, alice, "quillwort")["id"])
    (made,) = site.read(rows, "SELECT id FROM decision")
    told = site.read(rows, f"SELECT channel FROM notice_out WHERE decision_id = {made.id} ORDER BY channel")
    assert [one.channel for one in told] == ["app", "mail"]


def test_i11_a_signal_names_what_found_it_in_which_view_and_how_surely(site: Site) -> None:
    say(site, person(site, "bob"), THREAT)
    site.work()
    for column in ("source", "name", "version", "digest", "view", "score_permille", "matrix_version"):
        with pytest.raises(Exception, match=column):
            site.write(lambda tx, column=column: copy(tx, "signal", id="77", **{column: "NULL"}))


def test_i15_what_has_no_end_is_permanent_on_purpose(site: Site) -> None:
    decided(site)
    forged = {"id": "77", '"key"': "'forged'"}
    for change in ("permanent = NOT permanent", "ends_at = 1"):
        broken(site, f"UPDATE moderation_action SET {change}", "ends_on_purpose")
    broken(site, "UPDATE strike SET permanent = NOT permanent", "ends_on_purpose")
    with pytest.raises(Exception, match="ends_on_purpose"):
        site.write(lambda tx: copy(tx, "moderation_action", id=forged["id"], key="'forged'", ends_at="1"))
    bare = but(acts=(Act(kind="label", label=LabelInput(value="hate", reason="x")),))
    assert "label" in refused(lambda: decide(site, mod(site, "max"), bare)).details


def test_i16_a_batch_happens_once_under_its_key_and_each_of_it_is_undone(site: Site) -> None:
    mona, people = mod(site), [person(site, name) for name in ("alice", "bob", "carol")]
    ids = [reported(site, one) for one in people]
    before = [site.get(f"/api/v1/statuses/{one}").content for one in ids]
    cases = [(one.id, one.version) for one in site.read(rows, "SELECT id, version FROM moderation_case ORDER BY id")]
    given = (site.rt, mona.id, cases, but(key="all"))
    made = site.run(decisions.decide_cluster, *given)
    assert site.run(decisions.decide_cluster, *given) == made
    assert len(site.read(rows, "SELECT id FROM moderation_action")) == 3
    assert [site.get(f"/api/v1/statuses/{one}").status_code for one in ids] == [404] * 3
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        site.write(lambda tx: copy(tx, "moderation_action", id="77"))
    for one in made:
        site.run(decisions.undo, site.rt, mona.id, one.batch_id)
        site.run(decisions.undo, site.rt, mona.id, one.batch_id)
    assert [site.get(f"/api/v1/statuses/{one}").content for one in ids] == before


def test_i16_a_batch_of_which_one_case_changed_meanwhile_does_nothing(site: Site) -> None:
    mona, alice, bob = mod(site), person(site, "alice"), person(site, "bob")
    ids = [reported(site, one) for one in (alice, bob)]
    cases = [(one.id, one.version) for one in site.read(rows, "SELECT id, version FROM moderation_case ORDER BY id")]
    report(site, person(site, "dora"), bob, ids[1])
    refused(lambda: site.run(decisions.decide_cluster, site.rt, mona.id, cases, but(key="all")), Conflict)
    assert site.read(rows, "SELECT id FROM decision") == []
    assert [site.get(f"/api/v1/statuses/{one}").status_code for one in ids] == [200, 200]
