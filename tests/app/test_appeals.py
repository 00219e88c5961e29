"""Appeals: read blind by a different person, whoever asks and by whatever path (I5, C17), and carried out whole (C13)."""

from typing import Any

import pytest

from perdure.kernel.db import sql
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.moderation.model.decisions import Act, AppealView, Decided
from perdure.moderation.service import appeal_outcomes, appeals, decisions, notices, reading_decisions, strikes
from tests.app.people import Person, person
from tests.app.test_decisions import but, decide, refused, reported
from tests.app.test_posts import say
from tests.app.test_reports import mod, report, the_case
from tests.site import Site, rows


class Story:
    """A post that was hidden by Mona, and its author's appeal, which Max may review."""

    def __init__(self, site: Site, *acts: Act) -> None:
        self.site = site
        self.alice, self.mona, self.max = person(site, "alice"), mod(site), mod(site, "max")
        self.post_id = reported(site, self.alice)
        site.work()
        self.page = f"/api/v1/statuses/{self.post_id}"
        self.before = site.get(self.page).content
        self.made: Decided = decide(site, self.mona, but(acts=acts) if acts else but())
        site.clock.advance(seconds=40)
        site.run_jobs()
        self.appeal: AppealView = site.run(
            appeals.file_own, site.rt, self.alice.id, self.made.batch_id, "It is a line of a song."
        )

    def take(self, who: Person) -> AppealView:
        return self.site.run(appeals.assign, self.site.rt, who.id, self.appeal.id)

    def read(self, who: Person) -> Any:
        return self.site.run(appeals.record_read, self.site.rt, who.id, self.appeal.id, "no_violation")

    def end(self, who: Person, outcome: str, *action_ids: int) -> AppealView:
        call = (appeal_outcomes.decide_appeal, self.site.rt, who.id, self.appeal.id, outcome, "Because.", action_ids)
        return self.site.run(*call)


def test_an_overturned_decision_leaves_no_trace_and_is_told_once(site: Site) -> None:
    story = Story(site)
    story.take(story.max)
    blind = site.read(appeals.read_in, story.max.id, story.appeal.id)
    assert (blind.decision, blind.appeal.text) == (None, "")
    assert blind.policy.key == "threat"
    refused(lambda: story.end(story.max, "overturned"), Conflict)
    seen = story.read(story.max)
    assert seen.appeal.text == "It is a line of a song."
    assert seen.decision.actor_id is None
    story.end(story.max, "overturned")
    refused(lambda: story.end(story.max, "upheld"), Conflict)
    site.work()
    assert site.get(story.page).content == story.before
    assert site.read(strikes.standing_in, story.alice.id).total == 0
    assert the_case(site).state == "closed"
    for _ in range(2):
        site.clock.advance(seconds=40)
        site.run_jobs()
    mails = [one for one in site.read(notices.notices_in, story.made.batch_id) if one.channel == "mail"]
    assert [(one.kind, one.state) for one in mails] == [("statement", "sent"), ("reversed", "sent")]
    own = site.read(reading_decisions.own_in, story.alice.id, story.made.batch_id)
    assert own.appeal is not None
    assert (own.appeal.state, own.appeal.reviewer_id, own.actor_id) == ("overturned", None, None)


def test_an_upheld_decision_stands_and_the_appellant_is_told_why(site: Site) -> None:
    story = Story(site)
    story.take(story.max)
    story.read(story.max)
    story.end(story.max, "upheld")
    site.work()
    assert site.get(story.page).status_code == 404
    site.clock.advance(seconds=5)
    site.run_jobs()
    mails = [one for one in site.read(notices.notices_in, story.made.batch_id) if one.kind == "appeal"]
    assert [(one.state, "Because." in one.body) for one in mails] == [("sent", True)]
    assert site.read(appeals.figures_in, 0).overturned == 0


def test_part_of_a_decision_is_taken_back(site: Site) -> None:
    story = Story(site, Act(kind="hide"), Act(kind="sensitive"))
    story.take(story.max)
    shown = story.read(story.max).decision.acts
    story.end(story.max, "partly", next(act.id for act in shown if act.kind == "hide"))
    assert site.get(story.page).json()["sensitive"] is True


def test_whoever_decided_first_reviews_by_no_path(site: Site) -> None:
    """C17: neither by the service, nor by a new decision or an undo, nor in SQL."""
    story = Story(site)
    refused(lambda: story.take(story.mona), Forbidden)
    refused(lambda: site.run(decisions.undo, site.rt, story.mona.id, story.made.batch_id), Conflict)
    for statement in (
        "UPDATE appeal SET reviewer_id = :mona",
        "UPDATE appeal SET original_decider_id = NULL",
        "UPDATE appeal SET excluded_ids = ','",
        "UPDATE appeal SET original_decider_id = 1, excluded_ids = ',1,', reviewer_id = :mona",
        "UPDATE appeal SET state = 'overturned', decided_at = 1",
        "DELETE FROM appeal",
        "UPDATE decision SET actor_id = 1",
    ):
        given = {"mona": story.mona.id} if ":mona" in statement else {}
        with pytest.raises(Exception, match=r"(?i)different_person|not_of_the_panel|read_blind|copied|never changed"):
            site.write(lambda tx, statement=statement, given=given: tx.run(sql(statement), **given))
    story.take(story.max)
    story.read(story.max)
    with pytest.raises(Exception, match="copied"):
        site.write(lambda tx: tx.run(sql("UPDATE appeal SET reviewer_id = 1")))
    story.end(story.max, "overturned")
    case = the_case(site)
    report(site, person(site, "dora"), story.alice, story.post_id)
    fresh = site.read(rows, "SELECT * FROM moderation_case ORDER BY id DESC")[0]
    assert fresh.id != case.id
    again = (site.rt, story.mona.id, fresh.id, fresh.version, but())
    refused(lambda: site.run(decisions.decide, *again), Forbidden)
    with pytest.raises(Exception, match="does not decide again"):
        site.write(lambda tx: tx.run(sql(_FORGED), mona=story.mona.id))


_FORGED = (
    "INSERT INTO decision SELECT 77, 77, NULL, case_id, item_id, subject_kind, subject_ref, subject_version, author_id, "
    "snapshot_id, outcome, :mona, carries_strike, panel_ids, policy_id, NULL, NULL, signal_ids_json, provider_clauses_json, "
    "surface_profile, decision_visibility_json, decision_visibility_other, decision_monetary, decision_monetary_other, "
    "decision_provision, decision_account, account_type, end_visibility_at, end_monetary_at, end_service_at, "
    "end_account_at, decision_ground, legal_ground, explanation, incompatible_content_illegal, "
    "decision_ground_reference_url, category, category_addition_json, category_specification_json, "
    "category_specification_other, content_type_json, content_type_other, content_date, application_date, "
    "content_language, territorial_scope_json, content_id_json, source_type, source_identity, automated_detection, "
    "automated_decision, facts, public_facts, 'forged', drill, created_at FROM decision WHERE outcome = 'restricted'"
)


def test_a_site_with_one_moderator_publishes_that_an_appeal_waits(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice)
    made = decide(site, mona)
    filed = site.run(appeals.file_own, site.rt, alice.id, made.batch_id, "No.")
    assert filed.exception == appeals.NOBODY
    assert site.read(appeals.exceptions_in)[0][:2] == (filed.id, appeals.NOBODY)
    max_ = mod(site, "max")
    site.run(appeals.assign, site.rt, max_.id, filed.id)
    assert site.read(appeals.exceptions_in)[0][3] is not None


def test_a_notice_opens_the_appeal_without_an_account(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice)
    made = decide(site, mona)
    site.clock.advance(seconds=31)
    site.run_jobs()
    letters = [path.read_text() for path in (site.rt.settings.data / "mail").glob("*") if path.is_file()]
    (letter,) = [text.replace("=\n", "") for text in letters if "/appeal/" in text]
    token = letter.split("/appeal/")[1].split()[0]
    assert site.read(appeals.by_token_in, token).id == made.batch_id
    filed = site.run(appeals.file_by_token, site.rt, token, "It is a song.")
    assert (filed.party, filed.appellant_id) == ("author", alice.id)
    refused(lambda: site.run(appeals.file_by_token, site.rt, token, "Again."), Conflict)
    refused(lambda: site.run(appeals.file_by_token, site.rt, "x" * 32, "No."), NotFound)


def test_appeals_are_for_those_concerned_and_for_six_months(site: Site) -> None:
    alice, mona, eve = person(site, "alice"), mod(site), person(site, "eve")
    post = say(site, alice, "quillwort")
    bob = person(site, "bob")
    report(site, bob, alice, post["id"])
    made = decide(site, mona)
    refused(lambda: site.run(appeals.file_own, site.rt, eve.id, made.batch_id, "Hm."), NotFound)
    refused(lambda: site.run(appeals.file_own, site.rt, alice.id, made.batch_id, " "), Invalid)
    refused(lambda: site.run(appeals.file_own, site.rt, alice.id, made.batch_id, "x" * 5001), Invalid)
    assert site.run(appeals.file_own, site.rt, bob.id, made.batch_id, "Too mild.").party == "notifier"
    site.clock.advance(days=184)
    refused(lambda: site.run(appeals.file_own, site.rt, alice.id, made.batch_id, "Late."), Conflict)
