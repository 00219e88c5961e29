"""Reports from every surface: a receipt at once, one case for an author, and an answer (safety.md §2, §4.3)."""

from typing import Any

import pytest

from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.moderation.service import leases, reading, settling
from perdure.moderation.service.settling import Outcome
from perdure.signals.events import Flagged
from tests.app.humans import proof
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site, rows


def report(site: Site, who: Person, target: Person, *post_ids: str, **more: Any) -> dict[str, Any]:
    """File a report; returns the answer."""
    answer = file(site, who, target, *post_ids, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def file(site: Site, who: Person, target: Person, *post_ids: str, **more: Any) -> Any:
    body = {"account_id": str(target.id), "status_ids": list(post_ids)} | more
    return site.post("/api/v1/reports", who.token, json=body)


def the_case(site: Site) -> Any:
    """The one case there is."""
    (found,) = site.read(rows, "SELECT * FROM moderation_case ORDER BY id")
    return found


def mod(site: Site, name: str = "mona", role: Any = "moderator") -> Person:
    """Somebody who looks after reports."""
    return person(site, name, role=role, scope="read write admin:read admin:write")


def settle_all(site: Site, staff: Person, case_id: int, state: Any = "actioned") -> None:
    """Give every pending item of a case one outcome, and deliver what follows."""

    def body(tx: Tx) -> None:
        view = reading.view_in(tx, staff.id, case_id)
        outcomes = [Outcome(item_id=item.id, state=state) for item in view.items if item.state == "pending"]
        settling.settle_in(tx, staff.id, case_id, outcomes, view.case.version)

    site.write(body)
    site.work()


def flag(site: Site, author: Person, post_id: str, *, severity: int = 1, score: float = 0.9, **more: Any) -> None:
    """What scoring says about a post."""
    event = Flagged("post", int(post_id), 1, author.id, "queue", severity, "incitement", score, (7,), "rule", **more)
    site.write(lambda tx: tx.emit(event))


def test_whoever_reports_sees_the_stage_the_deadline_and_then_the_outcome(site: Site) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    post = say(site, bob)["id"]
    filed = report(site, alice, bob, post, comment="this is bad", category="violation", harm="hate")
    assert filed["perdure"]["state"] == "received"
    assert filed["perdure"]["deadline"]
    assert (filed["action_taken"], filed["status_ids"], filed["target_account"]["username"]) == (False, [post], "bob")
    settle_all(site, staff, the_case(site).id)
    shown = site.get(f"/api/v1/reports/{filed['id']}", alice.token).json()
    assert (shown["action_taken"], shown["perdure"]["state"], shown["perdure"]["decision"]) == (
        True,
        "decided",
        "upheld",
    )
    told = site.get("/api/v1/notifications?supported_types[]=perdure.report_outcome", alice.token).json()
    assert [one["type"] for one in told] == ["perdure.report_outcome"]
    assert [one["id"] for one in site.get("/api/v1/reports?resolved=true", alice.token).json()] == [filed["id"]]
    assert site.get("/api/v1/reports?resolved=false", alice.token).json() == []
    assert site.get(f"/api/v1/reports/{filed['id']}", bob.token).status_code == 404
    told_staff = site.get("/api/v1/notifications", staff.token).json()
    assert [(one["type"], one["account"]["username"]) for one in told_staff] == [("admin.report", "alice")]


def test_reports_of_one_author_join_one_case_and_correlated_voices_count_once(site: Site) -> None:
    bob, alice, friend = person(site, "bob"), person(site, "alice"), person(site, "friend")
    first, second = say(site, bob)["id"], say(site, bob, text="another")["id"]
    site.write(graph.follow_in, friend.id, alice.id)
    report(site, alice, bob, first, harm="harassment")
    assert the_case(site).severity_by == "claim"
    for who in (alice, friend):  # the same person again, and somebody who comes along with them
        report(site, who, bob, first, harm="harassment")
    case = the_case(site)
    assert (case.intakes, case.reporters, case.severity_by) == (3, 1, "claim")
    report(site, person(site, "stranger"), bob, second, harm="harassment")
    case = the_case(site)
    assert (case.intakes, case.reporters, case.severity_by, case.pending_items) == (4, 2, "support", 2)


def test_a_report_of_an_account_joins_the_case_of_its_posts_and_is_in_review_once_somebody_works_on_it(
    site: Site,
) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    report(site, alice, bob, say(site, bob)["id"])
    assert report(site, person(site, "carol"), bob)["perdure"]["state"] == "received"
    assert [row.kind for row in site.read(rows, "SELECT kind FROM subject ORDER BY id")] == ["post", "account"]
    site.write(leases.claim_in, staff.id, the_case(site).id)
    assert report(site, person(site, "dave"), bob)["perdure"]["state"] == "in_review"
    (told,) = site.get("/api/v1/notifications", staff.token).json() if site.work() else ()
    assert told["account"]["username"] == "alice"


def test_a_report_starts_the_clocks_of_what_it_claims_and_a_graver_one_stricter_ones(site: Site) -> None:
    bob = person(site, "bob")
    post = say(site, bob)["id"]
    report(site, person(site, "alice"), bob, post, category="spam")
    assert the_case(site).due_at == site.clock.now_ms() + 24 * 3_600_000
    site.clock.advance(seconds=600)
    report(site, person(site, "carol"), bob, post, threat_to_life=True)
    case = the_case(site)
    assert (case.severity, case.due_at) == (0, site.clock.now_ms() + 15 * 60_000)


def test_what_a_machine_flags_joins_the_case_of_its_author(site: Site) -> None:
    bob = person(site, "bob")
    post = say(site, bob)["id"]
    report(site, person(site, "alice"), bob, post)
    flag(site, bob, post)
    case = the_case(site)
    assert (case.human, case.machine, case.severity, case.severity_by, case.policy) == (
        True,
        True,
        1,
        "support",
        "incitement",
    )
    (item,) = site.read(rows, "SELECT * FROM case_item")
    assert item.snapshot_id


def test_a_deleted_post_can_still_be_reported_and_judged(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, bob, text="something terrible")["id"]
    site.delete(f"/api/v1/statuses/{post}", bob.token)
    report(site, alice, bob, post)
    (item,) = site.read(rows, "SELECT snapshot_id FROM case_item")
    assert item.snapshot_id


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "Account id can't be blank"),
        ({"account_id": "99"}, 404, "Record not found"),
        ({"account_id": "me"}, 404, "Record not found"),
        ({"account_id": "ALICE"}, 422, "You cannot report your own account or posts"),
        ({"account_id": "BOB", "status_ids": ["99"]}, 404, "Record not found"),
        ({"account_id": "BOB", "status_ids": ["x"]}, 404, "Record not found"),
        ({"account_id": "BOB", "status_ids": ["OWN"]}, 404, "Record not found"),
        ({"account_id": "BOB", "status_ids": ["PRIVATE"]}, 404, "Record not found"),
        ({"account_id": "BOB", "status_ids": ["DIRECT"]}, 404, "Record not found"),
        ({"account_id": "BOB", "status_ids": [str(n) for n in range(10_000)]}, 422, "A report can name at most 100 posts"),
        ({"account_id": "BOB", "category": "rude"}, 422, "Category is not included in the list"),
        ({"account_id": "BOB", "harm": "rude"}, 422, "Harm is not included in the list"),
        ({"account_id": "BOB", "comment": "x" * 1001}, 422, "Comment is too long (maximum is 1000 characters)"),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_taken_is_refused_in_plain_words(
    site: Site, body: dict[str, Any], status: int, said: str
) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    names = {
        "ALICE": str(alice.id),
        "BOB": str(bob.id),
        "OWN": say(site, alice)["id"],
        "PRIVATE": say(site, bob, visibility="private")["id"],
        "DIRECT": say(site, bob, text="@carol psst", visibility="direct")["id"],
    }
    assert carol.id
    filled = {
        key: [names.get(one, one) for one in value] if isinstance(value, list) else names.get(value, value)
        for key, value in body.items()
    }
    answer = site.post("/api/v1/reports", alice.token, json=filled)
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]
    assert site.read(rows, "SELECT id FROM intake") == []


def test_a_message_is_reported_by_those_it_was_written_to_and_comes_with_what_was_said_before(site: Site) -> None:
    bob, carol, staff = person(site, "bob"), person(site, "carol"), mod(site)
    opening = say(site, carol, text="@bob hello", visibility="direct")["id"]
    post = say(site, bob, text="@carol go away", visibility="direct", in_reply_to_id=opening)["id"]
    report(site, carol, bob, post)
    content = opened(site, staff, the_case(site).id).content
    assert (content.text, [one.text for one in content.context]) == ("@carol go away", ["@bob hello"])


def opened(site: Site, staff: Person, case_id: int) -> Any:
    """The first snapshot of a case, opened by staff."""
    from perdure.moderation.service import snapshots

    def body(tx: Tx) -> Any:
        item = reading.view_in(tx, staff.id, case_id).items[0]
        assert item.snapshot_id
        return snapshots.open_in(tx, staff.id, item.snapshot_id, "case", case_id)

    return site.write(body)


NOTICE = {
    "reasons": "It threatens me.",
    "name": "Ada",
    "email": "ada@elsewhere.test",
    "good_faith": "true",
    "harm": "threat",
}


def test_whoever_has_no_account_reports_with_a_proof_and_follows_by_a_link(site: Site) -> None:
    bob, staff = person(site, "bob"), mod(site)
    post = say(site, bob)["id"]
    form = NOTICE | {"urls[]": [f"http://perdure.test/@bob/{post}", "https://elsewhere.test/x"]}
    refused = site.post("/api/perdure/v1/notices", data=form)
    assert (refused.status_code, "machines" in refused.json()["error"]) == (422, True)
    receipt = site.post("/api/perdure/v1/notices", data=form | proof(site)).json()
    state = site.get(f"/api/perdure/v1/notices/{receipt['token']}").json()
    assert (state["state"], [item["state"] for item in state["items"]]) == ("received", ["pending", "pending"])
    settle_all(site, staff, the_case(site).id, "no_violation")
    state = site.get(f"/api/perdure/v1/notices/{receipt['token']}")
    assert (state.json()["state"], state.json()["decision"]) == ("decided", "dismissed")
    assert "bob" not in state.text.replace("@bob", "")
    mails = sorted(file.read_text("utf-8") for file in (site.rt.settings.data / "mail").iterdir())
    assert len(mails) == 2
    assert all(receipt["token"] in mail.replace("=\n", "") for mail in mails)
    assert site.get("/api/perdure/v1/notices/" + "x" * 32).status_code == 404
    assert site.read(rows, "SELECT id FROM intake WHERE contact_sealed LIKE '%ada%' OR comment LIKE '%ada@%'") == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"urls[]": []}, "at least one address"), ({"reasons": " "}, "Say why"), ({"good_faith": ""}, "good faith"),
     ({"email": "nobody"}, "e-mail address is needed"), ({"name": ""}, "Your name is needed"),
     ({"urls[]": [f"http://perdure.test/{n}" for n in range(101)]}, "at most 100")],
)  # fmt: skip
def test_a_notice_without_what_the_law_asks_is_refused(site: Site, changed: dict[str, Any], said: str) -> None:
    form = NOTICE | {"urls[]": ["http://perdure.test/@bob"]} | changed
    answer = site.post("/api/perdure/v1/notices", data=form)
    assert (answer.status_code, said in answer.json()["error"]) == (422, True), answer.text


def test_for_the_safety_of_children_nobody_has_to_say_who_they_are(site: Site) -> None:
    person(site, "bob")
    form = {"urls[]": ["http://perdure.test/@bob"], "reasons": "look", "good_faith": "1", "harm": "child_safety"}
    assert site.post("/api/perdure/v1/notices", data=form | proof(site)).status_code == 200
    assert the_case(site).severity == 0


def test_reports_move_a_reporters_record_and_a_changed_decision_moves_it_back(site: Site) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    report(site, alice, bob, say(site, bob)["id"], category="spam")
    case_id = the_case(site).id
    settle_all(site, staff, case_id, "no_violation")
    records = "SELECT account_id, upheld, dismissed FROM reporter_record ORDER BY account_id"
    assert [tuple(one) for one in site.read(rows, records)] == [(0, 0, 1), (alice.id, 0, 1)]
    site.write(lambda tx: settling.reopen_in(tx, staff.id, case_id, reason="an appeal"))
    settle_all(site, staff, case_id, "actioned")
    assert [tuple(one) for one in site.read(rows, records)] == [(0, 1, 0), (alice.id, 1, 0)]
    told = site.get("/api/v1/notifications?supported_types[]=perdure.report_outcome", alice.token).json()
    assert len(told) == 1
