"""Measures against misuse: a warning first, then a suspension that ends, weighed, told, and never about lives (Art 23)."""

from typing import Any

import pytest

from perdure.moderation.service import misuse
from tests.app.people import Person, person
from tests.app.test_decisions import but, decide, reported
from tests.app.test_posts import say
from tests.app.test_reports import file, mod, report, settle_all
from tests.app.test_senders import boss, registered
from tests.site import Site, rows

BASE = "/api/perdure/v1/moderation/misuse"
DAY_MS = 86_400_000
WHY = {"gravity": "Harmless posts", "intent": "Sent by the hundred", "reasons": "None of them broke a rule."}


def measured(site: Site, staff: Person, verb: str, who: int, status: int = 200, **more: Any) -> Any:
    """Warn or suspend somebody through the API."""
    made = site.post(f"{BASE}/{verb}s", staff.token, json=WHY | {"party_id": str(who), "role": "notifier"} | more)
    assert made.status_code == status, made.text
    return made.json()


def later(site: Site, days: int = 30) -> int:
    return site.clock.now_ms() + days * DAY_MS


def mails(site: Site) -> list[str]:
    return [path.read_text() for path in sorted((site.rt.settings.data / "mail").glob("*"))]


def test_a_suspension_follows_a_warning_and_both_weigh_number_and_share(site: Site) -> None:
    mona, eve = mod(site), person(site, "eve")
    for name in ("ann", "ben"):
        author = person(site, name)
        report(site, eve, author, say(site, author)["id"])
        case = site.read(rows, "SELECT id FROM moderation_case WHERE decided_at IS NULL")[0]
        settle_all(site, mona, case.id, "no_violation")
    measured(site, mona, "suspension", eve.id, 409, until=later(site))
    warned = measured(site, mona, "warning", eve.id)
    assert (warned["kind"], warned["counted"], warned["of_all"]) == ("warning", 2, 2)
    made = measured(site, mona, "suspension", eve.id, until=later(site))
    assert made["warning_id"] == warned["id"]
    measured(site, mona, "suspension", eve.id, 409, until=later(site))
    site.work()
    assert [one for one in mails(site) if "This is a warning" in one]
    assert [one for one in mails(site) if "you were warned" in one]


def test_reports_of_a_suspended_notifier_are_refused_but_never_one_about_a_life(site: Site) -> None:
    mona, eve, ann = mod(site), person(site, "eve"), person(site, "ann")
    post = say(site, ann)["id"]
    measured(site, mona, "warning", eve.id)
    measured(site, mona, "suspension", eve.id, until=later(site))
    refused = file(site, eve, ann, post)
    assert (refused.status_code, "not looked at" in refused.json()["error"]) == (403, True)
    assert file(site, eve, ann, post, threat_to_life=True).status_code == 200
    assert file(site, eve, ann, post, harm="child_safety").status_code == 200
    site.clock.advance(seconds=31 * 86_400)
    site.run_jobs()
    assert file(site, eve, ann, post).status_code == 200
    (row,) = site.read(rows, "SELECT state FROM misuse_measure WHERE kind = 'suspension'")
    assert row.state == "ended"


def test_appeals_of_a_suspended_complainant_are_refused(site: Site) -> None:
    mona, alice = mod(site), person(site, "alice")
    reported(site, alice)
    made = decide(site, mona)
    site.work()
    measured(site, mona, "warning", alice.id, role="complainant")
    measured(site, mona, "suspension", alice.id, role="complainant", until=later(site))
    sent = site.post(f"/api/perdure/v1/decisions/{made.decision_ids[0]}/appeal", alice.token, json={"text": "No."})
    assert sent.status_code == 403, sent.text
    assert file(site, alice, mona).status_code == 200


def test_a_posters_suspension_names_the_decision_that_suspends_the_account(site: Site) -> None:
    mona, alice = mod(site), person(site, "alice")
    reported(site, alice)
    made = decide(site, mona, but(ground="illegal", legal_ground="A law"))
    measured(site, mona, "warning", alice.id, role="poster")
    refused = measured(site, mona, "suspension", alice.id, 422, role="poster", until=later(site))
    assert "decision_id" in refused["details"]
    wrong = {"decision_id": str(made.decision_ids[0])}
    assert (
        "decision_id"
        in measured(site, mona, "suspension", alice.id, 422, role="poster", until=later(site), **wrong)["details"]
    )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"gravity": " "}, "gravity"),
        ({"intent": ""}, "intent"),
        ({"reasons": ""}, "reasons"),
        ({"reasons": "x" * 2001}, "reasons"),
        ({"until": None}, "until"),
        ({"until": 1}, "until"),
        ({"until": 9 * 10**15}, "until"),
    ],
)
def test_nothing_is_decided_without_a_weighing_and_an_end(site: Site, more: dict[str, Any], field: str) -> None:
    mona, eve = mod(site), person(site, "eve")
    measured(site, mona, "warning", eve.id)
    given = {"until": later(site)} | more
    assert field in measured(site, mona, "suspension", eve.id, 422, **given)["details"]


def test_staff_is_not_measured_nobody_measures_themselves_and_members_measure_nobody(site: Site) -> None:
    mona, ned, eve = mod(site), mod(site, "ned"), person(site, "eve", scope="read write admin:read admin:write")
    measured(site, mona, "warning", ned.id, 403)
    measured(site, mona, "warning", mona.id, 403)
    measured(site, mona, "warning", 12345, 404)
    measured(site, eve, "warning", mona.id, 403)


def test_a_sender_who_writes_without_ground_is_suspended_and_their_letters_wait(site: Site) -> None:
    staff, mona = boss(site), mod(site)
    known = registered(site, staff, name="Copyright Robots", answer_to="desk@north.example")["sender"]
    token = site.post(f"/api/perdure/v1/senders/{known['id']}/tokens", staff, json={"name": "r"}).json()["token"]
    measured(site, mona, "warning", int(known["id"]), party="sender")
    made = measured(site, mona, "suspension", int(known["id"]), party="sender", until=later(site))
    (shown,) = site.get("/api/perdure/v1/senders", staff).json()
    assert shown["state"] == "suspended"
    sent = site.post("/api/perdure/v1/notices", token, content=b"Look at http://perdure.test/@nobody/1")
    assert sent.status_code in {200, 202}, sent.text
    (row,) = site.read(rows, "SELECT state, refusal FROM letter")
    assert (row.state, row.refusal) == ("refused", "suspended")
    lifted = site.post(f"{BASE}/{made['id']}/lift", mona.token, json={"reason": "They mended their robot"})
    assert (lifted.status_code, lifted.json()["state"]) == (200, "lifted")
    (shown,) = site.get("/api/perdure/v1/senders", staff).json()
    assert shown["state"] == "active"
    site.work()
    assert [one for one in mails(site) if "desk@north.example" in one and "taken back" in one]


def test_an_authority_is_never_suspended(site: Site) -> None:
    known = registered(site, boss(site), name="Police", authority="member_state")["sender"]
    measured(site, mod(site), "warning", int(known["id"]), 403, party="sender")


def test_a_measure_is_taken_back_with_a_reason_once(site: Site) -> None:
    mona, eve = mod(site), person(site, "eve")
    made = measured(site, mona, "warning", eve.id)
    assert site.post(f"{BASE}/{made['id']}/lift", mona.token, json={"reason": " "}).status_code == 422
    assert site.post(f"{BASE}/{made['id']}/lift", mona.token, json={"reason": "A mistake"}).status_code == 200
    assert site.post(f"{BASE}/{made['id']}/lift", mona.token, json={"reason": "Again"}).status_code == 409
    measured(site, mona, "suspension", eve.id, 409, until=later(site))
    assert [one["state"] for one in site.get(BASE, mona.token).json()] == ["lifted"]
    assert site.read(misuse.of_in, "account", eve.id)[0].end_reason == "A mistake"
