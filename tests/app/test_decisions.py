"""Decisions: what they need, what they do, and that they are taken back without a trace (C13)."""

from collections.abc import Callable
from typing import Any

import pytest

from perdure.kernel.db import sql
from perdure.kernel.errors import AppError, Conflict, Forbidden, Invalid
from perdure.moderation.model.decisions import Act, Decided, DecisionInput, LabelInput
from perdure.moderation.service import decisions, notices, policies, reading_decisions, settling, strikes
from perdure.signals.events import Flagged
from perdure.signals.service import trends
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.app.test_reports import mod, report, the_case
from tests.site import Site, rows

GOOD = DecisionInput(
    policy="threat",
    acts=(Act(kind="hide"),),
    ground="incompatible",
    explanation="The post announces violence against a person who is named.",
    facts="The post says that a named person will be hurt.",
    scope="content",
    automated_detection=False,
    automated_decision="not",
)


def but(**more: Any) -> DecisionInput:
    """The good decision with something else in it."""
    fields: dict[str, Any] = {name: getattr(GOOD, name) for name in GOOD.__struct_fields__}
    return DecisionInput(**(fields | more))


def reported(site: Site, alice: Person, text: str = "quillwort") -> str:
    """A post of somebody that a neighbour reported; returns its id."""
    post = say(site, alice, text)
    report(site, person(site, f"neighbour{post['id'][-4:]}"), alice, post["id"], category="violation")
    return str(post["id"])


def decide(site: Site, staff: Person, given: DecisionInput = GOOD) -> Decided:
    case = the_case(site)
    return site.run(decisions.decide, site.rt, staff.id, case.id, case.version, given)


def refused(call: Callable[[], object], kind: type[AppError] = Invalid) -> Any:
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def test_a_hidden_post_is_gone_its_author_told_why_and_an_undo_leaves_no_trace(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post_id = reported(site, alice)
    site.work()
    pages = [
        f"/api/v1/statuses/{post_id}",
        f"/api/v1/accounts/{alice.id}/statuses",
        "/api/v2/search?q=quillwort&type=statuses",
    ]
    before = [site.get(page, alice.token).content for page in pages]
    notes = site.get("/api/v1/notifications", alice.token).content
    made = decide(site, mona)
    site.work()
    assert site.get(pages[0], alice.token).status_code == 404
    (warning,) = site.get("/api/v1/notifications?types[]=moderation_warning", alice.token).json()
    said = warning["moderation_warning"]
    assert (said["action"], said["status_ids"]) == ("delete_statuses", [post_id])
    assert said["text"].startswith("The post says that a named person will be hurt.")
    assert "mona" not in str(warning)
    assert site.read(strikes.standing_in, alice.id).total == 3
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    site.work()
    assert [site.get(page, alice.token).content for page in pages] == before
    assert site.get("/api/v1/notifications", alice.token).content == notes
    assert site.read(strikes.standing_in, alice.id).total == 0
    assert the_case(site).state == "open"
    site.clock.advance(seconds=60)
    site.run_jobs()
    assert {one.state for one in site.read(notices.notices_in, made.batch_id)} == {"withdrawn", "delivered"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (but(policy=""), "policy"), (but(policy="nothing"), "policy"), (but(ground=None), "ground"),
        (but(explanation=" "), "explanation"), (but(facts=""), "facts"), (but(scope=None), "scope"),
        (but(scope="account"), "scope"), (but(automated_detection=None), "automated_detection"),
        (but(automated_decision=None), "automated_decision"), (but(facts="x" * 5001), "facts"),
        (but(explanation="x" * 2001), "explanation"), (but(ground="illegal"), "legal_ground"),
        (but(category="NONE"), "category"), (but(keywords=("OTHER",)), "keyword_other"),
        (but(acts=(Act(kind="account_suspend"),), scope="account"), "until"),
        (but(acts=(Act(kind="label"),)), "label"), (but(acts=(Act(kind="hide", ref=("tag", 1)),)), "acts"),
        (but(acts=(Act(kind="label", label=LabelInput(value="x", reason="y")),)), "label"),
        (but(suppressed_until=9), "suppressed_by"),
    ],
)  # fmt: skip
def test_a_decision_that_lacks_something_is_refused_by_the_name_of_the_field(
    site: Site, given: DecisionInput, field: str
) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice)
    fault = refused(lambda: decide(site, mona, given))
    assert field in fault.details, fault.details
    assert the_case(site).state == "open"


def test_a_decision_on_a_case_that_changed_is_a_conflict_and_the_same_key_decides_once(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post_id = reported(site, alice)
    case = the_case(site)
    report(site, person(site, "carol"), alice, post_id)
    decision = (site.rt, mona.id, case.id, case.version, but(key="once"))
    refused(lambda: site.run(decisions.decide, *decision), Conflict)
    made = decide(site, mona, but(key="once"))
    assert decide(site, mona, but(key="once")) == made
    assert len(site.read(rows, "SELECT id FROM decision")) == 1


def test_nobody_decides_about_their_own_rank_or_above_or_without_the_right(site: Site) -> None:
    mona, max_ = mod(site), mod(site, "max")
    reported(site, max_)
    refused(lambda: decide(site, mona), Forbidden)
    refused(lambda: decide(site, person(site, "bob")), Forbidden)
    assert site.read(rows, "SELECT id FROM decision") == []


def test_an_undo_is_for_whoever_decided_and_for_half_a_minute(site: Site) -> None:
    alice, mona, max_ = person(site, "alice"), mod(site), mod(site, "max")
    reported(site, alice)
    made = decide(site, mona)
    refused(lambda: site.run(decisions.undo, site.rt, max_.id, made.batch_id), Forbidden)
    site.clock.advance(seconds=31)
    refused(lambda: site.run(decisions.undo, site.rt, mona.id, made.batch_id), Conflict)


def test_part_of_an_open_case_is_undone_and_waits_again(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    first, _ = reported(site, alice), reported(site, alice, "bindweed")
    one, other = site.read(rows, "SELECT id FROM case_item ORDER BY id")
    made = decide(site, mona, but(item_ids=(one.id,)))
    assert the_case(site).pending_items == 1
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    assert the_case(site).pending_items == 2
    assert site.get(f"/api/v1/statuses/{first}").status_code == 200
    states = site.read(rows, "SELECT state, decision_id FROM case_item")
    assert {(row.state, row.decision_id) for row in states} == {("pending", None)}
    missing = settling.Outcome(item_id=other.id, state="not_found")
    site.write(settling.settle_in, mona.id, the_case(site).id, [missing])
    site.write(settling.take_back_in, mona.id, the_case(site).id, [other.id])
    assert the_case(site).pending_items == 2
    site.write(settling.settle_in, mona.id, the_case(site).id, [missing])
    site.clock.advance(seconds=31)
    refused(lambda: site.write(settling.take_back_in, mona.id, the_case(site).id, [other.id]), Conflict)


def test_a_label_folds_a_post_away_for_every_client_and_ends_by_itself(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post_id = reported(site, alice)
    before = site.get(f"/api/v1/statuses/{post_id}").content
    label = LabelInput(value="graphic", reason="Shows wounds", until=site.clock.now_ms() + 60_000)
    decide(site, mona, but(policy="graphic", acts=(Act(kind="label", label=label),)))
    said = site.get(f"/api/v1/statuses/{post_id}").json()
    assert (said["sensitive"], said["spoiler_text"]) == (True, "Shows wounds")
    assert said["perdure"]["labels"] == [
        {"value": "graphic", "reason": "Shows wounds", "severity": "alert", "blur": "content"}
    ]
    site.clock.advance(seconds=61)
    site.run_jobs()
    assert site.get(f"/api/v1/statuses/{post_id}").content == before


def test_a_warning_restricts_nothing_and_inflates_no_count(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post_id = reported(site, alice)
    decide(site, mona, but(acts=(Act(kind="warn"),), scope="none"))
    assert site.get(f"/api/v1/statuses/{post_id}").status_code == 200
    assert site.read(strikes.standing_in, alice.id).strikes == ()


def flag(site: Site, author: Person, post_id: str, action: str = "auto_hold") -> None:
    event = Flagged("post", int(post_id), 1, author.id, action, 0, "threat", 0.99, (7,), "rule")
    site.write(lambda tx: tx.emit(event))


def test_a_machine_hold_is_a_decision_with_a_notice_until_a_person_decides(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post = say(site, alice, "quillwort")
    before = site.get(f"/api/v1/statuses/{post['id']}").content
    flag(site, alice, post["id"])
    flag(site, alice, post["id"])
    site.work()
    (held,) = site.read(rows, "SELECT * FROM decision")
    assert (held.actor_id, held.automated_decision, held.signal_ids_json) == (None, "fully", "[7]")
    assert site.get(f"/api/v1/statuses/{post['id']}").status_code == 404
    (warning,) = site.get("/api/v1/notifications?types[]=moderation_warning", alice.token).json()
    assert warning["moderation_warning"]["id"] == str(held.id)
    assert the_case(site).state == "open"
    made = decide(site, mona, DecisionInput(
        facts="A song title.", automated_detection=True, automated_decision="partially",
    ))  # fmt: skip
    assert site.get(f"/api/v1/statuses/{post['id']}").content == before
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    assert site.get(f"/api/v1/statuses/{post['id']}").status_code == 404


def test_the_statement_is_mailed_once_in_the_authors_language_and_names_nobody_of_the_staff(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    site.write(lambda tx: tx.run(_french(), account_id=alice.id))
    reported(site, alice)
    made = decide(site, mona)
    site.clock.advance(seconds=31)
    site.run_jobs()
    site.clock.advance(seconds=31)
    site.run_jobs()
    letters = [path.read_text() for path in (site.rt.settings.data / "mail").glob("*") if path.is_file()]
    (letter,) = [text for text in letters if "alice@people.test" in text]
    assert "mona" not in letter
    assert {one.state for one in site.read(notices.notices_in, made.batch_id)} == {"sent", "delivered"}
    (mail,) = [one for one in site.read(notices.notices_in, made.batch_id) if one.channel == "mail"]
    assert mail.body.startswith("Bonjour @alice,")
    assert "est masquée pour tout le monde" in mail.body
    assert "/appeal/" not in mail.body


def _french() -> Any:
    return sql("UPDATE login SET locale = 'fr' WHERE account_id = :account_id")


@pytest.mark.parametrize("statement", ["UPDATE decision SET facts = 'x'", "DELETE FROM decision"])
def test_the_database_itself_refuses_to_change_a_decision(site: Site, statement: str) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice)
    decide(site, mona)
    with pytest.raises(Exception, match="never changed"):
        site.write(lambda tx: tx.run(sql(statement)))


def test_an_author_reads_their_decision_without_the_names_of_staff_and_nobody_elses(site: Site) -> None:
    alice, bob, mona = person(site, "alice"), person(site, "bob"), mod(site)
    reported(site, alice)
    made = decide(site, mona)
    own = site.read(reading_decisions.own_in, alice.id, made.batch_id)
    assert (own.actor_id, own.visibility, own.territories[0]) == (None, ("CONTENT_REMOVED",), "AT")
    refused(lambda: site.read(reading_decisions.own_in, bob.id, made.batch_id), AppError)


def test_a_blocked_hashtag_trends_no_more_until_the_decision_falls(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice, "quillwort #herbs")
    (tag,) = site.read(rows, "SELECT id, name FROM tag")
    made = decide(site, mona, but(acts=(Act(kind="trend_block", ref=("tag", tag.id)),)))
    assert site.read(trends.reviews_in, "tag", ["herbs"])["herbs"].state == "rejected"
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    assert site.read(trends.reviews_in, "tag", ["herbs"])["herbs"].state == "waiting"


@pytest.mark.parametrize(("french", "said"), [(True, "Un contrôle automatique"), (False, "An automated check")])
def test_a_machines_statement_is_made_in_its_authors_language_and_stays_as_it_was_sent(
    site: Site, french: bool, said: str
) -> None:
    alice = person(site, "alice")
    if french:
        site.write(lambda tx: tx.run(_french(), account_id=alice.id))
    flag(site, alice, say(site, alice, "quillwort")["id"])
    site.work()
    (held,) = site.read(rows, "SELECT * FROM decision")
    rule = {rule.key: rule for rule in site.read(policies.current_in)}["threat"]
    language = "fr" if french else "en"
    assert held.facts.startswith(said)
    assert (held.explanation, held.legal_ground) == (rule.text(language), rule.title(language))
    assert held.public_facts.startswith("Content was found by an automated check")
    site.write(lambda tx: tx.run(sql("UPDATE login SET locale = 'de'")))
    page = site.get(f"/api/perdure/v1/decisions/{held.id}", alice.token).json()
    assert page["facts"] == held.facts
    site.clock.advance(seconds=31)
    site.run_jobs()
    (mailed,) = [one for one in site.read(notices.notices_in, held.id) if one.channel == "mail"]
    assert held.facts in mailed.body
