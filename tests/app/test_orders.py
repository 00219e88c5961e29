"""Removal orders: obeyed at once, the hour from receipt, answered, and taken back whole when they fall (C19, TCO)."""

from typing import Any

import pytest

from perdure.desk.service import orders_acting as acting
from perdure.desk.service import orders_answering as answering
from perdure.desk.service import orders_reading as reading
from perdure.kernel.errors import Conflict, Forbidden, Invalid
from perdure.moderation.service import appeal_outcomes, appeals
from perdure.moderation.service.reversing import KEPT
from perdure.web.words import Words
from tests.app.browser import sign_in
from tests.app.ordering import authority, of_letter, order, order_text
from tests.app.people import Person, person
from tests.app.test_accounts_access import mails
from tests.app.test_posts import say
from tests.app.test_reports import mod
from tests.site import Site, rows

BASE = "http://perdure.test"
HOUR = 3_600_000
STRIP = Words("en", 0)("held.strip")


def posted(site: Site, who: Person, text: str = "a plain text about nothing in particular") -> tuple[str, str]:
    made = say(site, who, text=text)["id"]
    return made, f"{BASE}/@{who.name}/{made}"


def shown(site: Site, post_id: str) -> bool:
    return site.get(f"/api/v1/statuses/{post_id}").status_code == 200


def test_an_order_is_obeyed_before_anybody_looked_and_annex_two_waits_to_be_sent(site: Site) -> None:
    bob = person(site, "bob")
    one, first = posted(site, bob)
    two, second = posted(site, bob, "another plain text, about bread")
    began = site.clock.now_ms()
    row = order(site, first, second, sender_id=authority(site))
    assert (row.state, row.kind, row.due_at) == ("in_force", "removal", began + HOUR)
    assert not shown(site, one)
    assert not shown(site, two)
    assert row.done_at is not None
    (clock,) = site.read(rows, "SELECT * FROM case_clock WHERE obligation = 'tco.order'")
    assert (clock.state, clock.started_at, clock.due_at, clock.late) == ("met", began, began + HOUR, False)
    held = site.read(rows, "SELECT * FROM preservation ORDER BY id")
    assert [(hold.reason, hold.reference) for hold in held] == [("tco", "AT-2026/17")] * 2
    assert {hold.until - hold.created_at for hold in held} == {183 * 86_400_000}
    opened = site.read(reading.order_in, mod(site).id, row.id)
    (answer,) = opened.answers
    assert (answer.annex, answer.state, answer.send_to) == (2, "draft", "o@authority.test")
    assert first in answer.body
    assert "disabled in all Member States" in answer.body
    assert opened.lacking == ()
    (made, _) = site.read(rows, "SELECT * FROM decision ORDER BY id")
    assert (made.decision_ground, made.automated_decision, made.carries_strike) == ("illegal", "fully", False)


def test_the_answer_goes_to_the_authority_with_its_paper(site: Site) -> None:
    _, url = posted(site, person(site, "bob"))
    row = order(site, url, sender_id=authority(site))
    chief = mod(site)
    (answer,) = site.read(reading.order_in, chief.id, row.id).answers
    site.run(answering.send, site.rt, chief.id, answer.id)
    with pytest.raises(Conflict):
        site.run(answering.send, site.rt, chief.id, answer.id)
    site.work()
    (sent,) = [one for one in mails(site) if "Annex II" in one["Subject"]]
    assert sent["To"] == "o@authority.test"
    assert "AT-2026/17" in sent["Subject"]
    (paper,) = list(sent.iter_attachments())
    assert paper.get_content().startswith(b"%PDF")
    assert site.read(reading.order_in, chief.id, row.id).answers[0].state == "sent"
    (letter,) = site.read(rows, "SELECT state, answered_at FROM letter")
    assert (letter.state, letter.answered_at) == ("answered", site.clock.now_ms())


def test_whoever_is_not_known_as_an_authority_orders_nothing(site: Site) -> None:
    bob = person(site, "bob")
    one, url = posted(site, bob)
    row = order(site, url, sender_id=None)
    assert (row.state, row.due_at, row.done_at) == ("unverified", None, None)
    assert shown(site, one)
    assert not site.read(rows, "SELECT 1 FROM case_clock WHERE obligation = 'tco.order'")
    chief = mod(site)
    site.clock.advance(seconds=1800)
    site.write(acting.verify_in, chief.id, row.id, "called back on the number of the authority's site")
    assert not shown(site, one)
    after = of_letter(site, row.letter_id)
    assert (after.state, after.due_at, after.verified_by) == ("in_force", row.received_at + HOUR, chief.id)
    with pytest.raises(Conflict):
        site.write(acting.reject_in, chief.id, row.id, "forged")


def test_a_forged_order_is_rejected_and_stays_a_notice(site: Site) -> None:
    one, url = posted(site, person(site, "bob"))
    row = order(site, url, sender_id=None)
    chief = mod(site)
    site.write(acting.reject_in, chief.id, row.id, "there is no such authority")
    assert shown(site, one)
    (case,) = site.read(rows, "SELECT * FROM moderation_case")
    assert case.pending_items == 1


def test_nobody_shows_again_what_an_order_in_force_keeps_out_of_sight(site: Site) -> None:
    one, url = posted(site, person(site, "bob"))
    row = order(site, url, sender_id=authority(site))
    chief = mod(site)
    case = site.read(rows, "SELECT id, version FROM moderation_case")[0]
    body: dict[str, Any] = {"policy": "terrorism", "acts": [], "automated_detection": False} | {
        "automated_decision": "not",
        "ground": "incompatible",
        "explanation": "It is a quotation.",
        "facts": "Read.",
        "scope": "none",
    }
    path = f"/api/perdure/v1/moderation/cases/{case.id}/decide"
    answer = site.post(path, chief.token, json=body, headers={"If-Match": f'"{case.version}"'})
    assert (answer.status_code, answer.json()["error"]) == (409, KEPT)
    assert not shown(site, one)
    site.write(acting.confirm_in, chief.id, row.id)
    (item,) = site.read(rows, "SELECT state, decision_id FROM case_item")
    assert (item.state, item.decision_id is not None) == ("actioned", True)
    assert not shown(site, one)


def test_when_the_order_falls_what_it_hid_is_there_again_and_kept_all_the_same(site: Site) -> None:
    bob = person(site, "bob")
    one, url = posted(site, bob)
    row = order(site, url, sender_id=authority(site))
    chief = mod(site)
    site.write(acting.confirm_in, chief.id, row.id)
    assert site.write(acting.fall_in, chief.id, row.id, "annulled by the court") == []
    site.work()
    assert shown(site, one)
    assert of_letter(site, row.letter_id).state == "fallen"
    (hold,) = site.read(rows, "SELECT state FROM preservation")
    assert hold.state == "active"


def test_a_silenced_author_learns_nothing_until_the_order_lets_them(site: Site) -> None:
    bob = person(site, "bob")
    _, url = posted(site, bob)
    row = order(site, url, sender_id=authority(site), silence=True, silence_reason="an inquiry")
    assert row.silent_until == row.received_at + 42 * 86_400_000 - _age(row)
    site.clock.advance(seconds=600)
    site.run_jobs()
    site.work()
    assert site.get("/api/perdure/v1/decisions", bob.token).json() == []
    sign_in(site, bob)
    own = site.get(url.removeprefix(BASE))
    assert own.status_code == 200
    assert STRIP not in own.text
    (made,) = site.read(rows, "SELECT id FROM decision")
    unknown = site.post("/api/perdure/v1/decisions/1/appeal", bob.token, json={"text": "why?"})
    hidden = site.post(f"/api/perdure/v1/decisions/{made.id}/appeal", bob.token, json={"text": "why?"})
    assert (hidden.status_code, hidden.json()) == (unknown.status_code, unknown.json())
    assert not [one for one in mails(site) if one["To"] == "bob@people.test"]
    chief = mod(site)
    until = site.write(acting.stay_silent_in, chief.id, row.id, "letter of 1 October")
    assert until == row.silent_until + 42 * 86_400_000
    with pytest.raises(Conflict):
        site.write(acting.stay_silent_in, chief.id, row.id, "and again")
    site.clock.advance(days=43)
    site.run_jobs()
    site.work()
    assert not [one for one in mails(site) if one["To"] == "bob@people.test"]
    site.clock.advance(days=43)
    site.run_jobs()
    site.work()
    assert [one for one in mails(site) if one["To"] == "bob@people.test"]
    assert STRIP in site.get(url.removeprefix(BASE)).text
    assert site.get("/api/perdure/v1/decisions", bob.token).json()


def _age(row: Any) -> int:
    """How long before its receipt an order was issued; none where it says an instant after it."""
    return 0 if row.silent_until == row.received_at + 42 * 86_400_000 else _issued(row)


def _issued(row: Any) -> int:
    from perdure.desk.rules.orders.instants import instant_of

    return row.received_at - (instant_of("21 September 2026, 12:00 UTC") or 0)


def test_orders_that_contradict_each_other_are_before_a_person_and_nothing_is_erased(site: Site) -> None:
    bob = person(site, "bob")
    one, url = posted(site, bob)
    court = authority(site, "Court of Appeal", authority="court", domains=("court.test",))
    kept = order(site, url, sender_id=court, kind="preservation", reference="CA-1")
    removal = order(site, url, sender_id=authority(site))
    assert (kept.state, removal.state) == ("in_force", "in_force")
    assert not shown(site, one)
    chief = mod(site)
    (found,) = site.read(reading.order_in, chief.id, removal.id).conflicts
    assert (found.other_authority, found.settled_at) == ("Court of Appeal", None)
    assert site.read(reading.open_conflicts_in) == 1
    site.delete(f"/api/v1/statuses/{one}", bob.token)
    held = site.read(rows, "SELECT reason FROM preservation WHERE state = 'active' ORDER BY id")
    assert [hold.reason for hold in held] == ["legal", "tco"]
    site.write(acting.settle_conflict_in, chief.id, found.id, "hidden and preserved: both are obeyed")
    assert site.read(reading.open_conflicts_in) == 0


def test_an_order_that_lacks_what_it_needs_stops_its_hour_with_a_proof(site: Site) -> None:
    row = order(site, f"{BASE}/about", sender_id=authority(site), redress="")
    assert row.done_at is None
    chief = mod(site)
    assert "redress" in site.read(reading.order_in, chief.id, row.id).lacking
    with pytest.raises(Invalid):
        site.write(acting.cannot_in, chief.id, row.id, "no mood", "we do not want to")
    site.clock.advance(seconds=1200)
    site.write(acting.cannot_in, chief.id, row.id, "information", "The address leads to no content.")
    opened = site.read(reading.order_in, chief.id, row.id)
    (clock,) = [one for one in opened.clocks if one.obligation == "tco.order"]
    assert (clock.state, clock.pause_reason) == ("paused", "defective")
    assert [(one.annex, one.reason) for one in opened.answers] == [(3, "information")]
    site.clock.advance(seconds=18_000)
    site.write(acting.resume_in, chief.id, row.id)
    (clock,) = [one for one in site.read(reading.order_in, chief.id, row.id).clocks if one.obligation == "tco.order"]
    assert (clock.state, clock.due_at) == ("running", site.clock.now_ms() + HOUR)


def test_an_appeal_about_something_silenced_is_answered_and_the_answer_tells_nothing(site: Site) -> None:
    bob = person(site, "bob")
    one, url = posted(site, bob)
    chief, other = mod(site), mod(site, "nora", role="admin")
    site.post("/api/v1/reports", person(site, "anna").token, json={"account_id": str(bob.id), "status_ids": [one]})
    case = site.read(rows, "SELECT id FROM moderation_case")[0]
    given = {
        "policy": "harassment",
        "acts": [{"kind": "limit"}],
        "ground": "incompatible",
        "explanation": "It is.",
        "facts": "Read.",
        "scope": "content",
        "automated_detection": False,
        "automated_decision": "not",
    }
    path = f"/api/perdure/v1/moderation/cases/{case.id}/decide"
    assert site.post(path, chief.token, json=given).status_code == 200
    site.clock.advance(seconds=60)
    site.run_jobs()
    site.work()
    (made,) = site.get("/api/perdure/v1/decisions", bob.token).json()
    order(site, url, sender_id=authority(site), silence=True)
    filed = site.post(f"/api/perdure/v1/decisions/{made['id']}/appeal", bob.token, json={"text": "It is not."})
    assert filed.status_code == 200
    site.write(appeals.assign_in, other.id, int(filed.json()["id"]))
    site.write(appeals.record_read_in, other.id, int(filed.json()["id"]), "violation")
    said = "An order of the Authority of Trials stands beside it."
    site.write(appeal_outcomes.decide_appeal_in, other.id, int(filed.json()["id"]), "upheld", said)
    site.clock.advance(seconds=60)
    site.run_jobs()
    heard = [one.get_content() for one in mails(site) if one["To"] == "bob@people.test"]
    assert len(heard) == 2
    seen = site.get("/api/perdure/v1/decisions", bob.token)
    assert "Authority of Trials" not in "".join([*heard, seen.text])
    assert len(seen.json()) == 1


def test_the_api_does_what_the_page_does(site: Site) -> None:
    one, url = posted(site, person(site, "bob"))
    row = order(site, url, sender_id=None)
    chief = mod(site)
    path = f"/api/perdure/v1/orders/{row.id}"
    assert [found["id"] for found in site.get("/api/perdure/v1/orders", chief.token).json()] == [str(row.id)]
    assert site.post(f"{path}/verify", chief.token, json={}).status_code == 422
    assert site.post(f"{path}/verify", chief.token, json={"text": "called back"}).status_code == 200
    assert not shown(site, one)
    (answer,) = site.get(path, chief.token).json()["answers"]
    sent = site.post(f"/api/perdure/v1/order_answers/{answer['id']}/send", chief.token, json={"to": "o@authority.test"})
    assert sent.status_code == 200
    assert site.post(f"{path}/dance", chief.token, json={}).status_code == 404
    assert site.post(f"{path}/confirm", chief.token, json={}).status_code == 200
    assert site.post(f"{path}/fall", chief.token, json={"text": "annulled"}).json()["order"]["state"] == "fallen"


def test_an_order_about_nothing_here_is_answered_on_annex_three(site: Site) -> None:
    person(site, "bob")
    row = order(site, f"{BASE}/@bob/999999999999", sender_id=authority(site))
    (answer,) = site.read(reading.order_in, mod(site).id, row.id).answers
    assert (answer.annex, answer.reason, answer.state) == (3, "information", "draft")


def test_only_whoever_may_manage_reports_sees_orders(site: Site) -> None:
    bob = person(site, "bob")
    row = order(site, posted(site, bob)[1], sender_id=None)
    for verb in (reading.order_in, acting.confirm_in):
        with pytest.raises(Forbidden):
            site.write(verb, bob.id, row.id)


def test_a_letter_that_cites_the_regulation_is_no_order(site: Site) -> None:
    from tests.app.letters import arrive

    letter_id = arrive(site, "We remind you of Regulation (EU) 2021/784, under which a removal order may be sent.")
    assert of_letter(site, letter_id) is None
    assert order_text().startswith("REMOVAL ORDER")
