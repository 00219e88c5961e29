"""Whoever reported may appeal too, with an account or by the token of a receipt, and is told how it ended."""

from email import message_from_bytes
from email.policy import default
from typing import Any

from tests.app.browser import link, sign_in, words
from tests.app.humans import proof
from tests.app.people import Person, person
from tests.app.test_decisions import decide
from tests.app.test_posts import say
from tests.app.test_reports import NOTICE, mod, report, the_case
from tests.site import Site, rows

APPEALS = "/api/perdure/v1/moderation/appeals"


def letters(site: Site, to: str) -> list[str]:
    """The texts of the mails to an address, oldest first."""
    found = []
    for path in sorted((site.rt.settings.data / "mail").glob("*"), key=lambda one: one.stat().st_mtime_ns):
        if path.is_file():
            mail = message_from_bytes(path.read_bytes(), policy=default)
            if to in str(mail["to"]):
                found.append(f"{mail['subject']}\n{mail.get_content()}")
    return found


def dismissed(site: Site, staff: Person) -> None:
    """Staff finds, in an app, that what was reported keeps to the rules."""
    (row,) = site.read(rows, "SELECT id FROM intake")
    assert site.post(f"/api/v1/admin/reports/{row.id}/resolve", staff.token).status_code == 200
    site.work()


def answer(site: Site, staff: Person, outcome: str) -> None:
    (waiting,) = site.get(APPEALS, staff.token).json()
    number = waiting["appeal"]["id"]
    assert waiting["may_review"]
    assert site.post(f"{APPEALS}/{number}/take", staff.token).status_code == 200
    site.post(f"{APPEALS}/{number}/read", staff.token, json={"verdict": "violation"})
    given = {"outcome": outcome, "text": "Here is why."}
    assert site.post(f"{APPEALS}/{number}/decide", staff.token, json=given).status_code == 200
    site.work()


def noticed(site: Site, staff: Person, **more: Any) -> str:
    """A notice without an account that was dismissed; returns its token."""
    post = say(site, person(site, "bea"), "quillwort")["id"]
    form = NOTICE | {"urls[]": [f"http://perdure.test/@bea/{post}"]} | more
    token: str = site.post("/api/perdure/v1/notices", data=form | proof(site)).json()["token"]
    dismissed(site, staff)
    return token


def test_a_member_appeals_from_the_report_and_an_overturned_dismissal_is_decided_anew_by_others(site: Site) -> None:
    alice, bob, mona, max_ = person(site, "alice"), person(site, "bob"), mod(site), mod(site, "max")
    filed = report(site, alice, bob, say(site, bob)["id"], category="violation")
    own, appeal = f"/api/v1/reports/{filed['id']}", f"/api/perdure/v1/reports/{filed['id']}/appeal"
    early = site.post(appeal, alice.token, json={"text": "Hurry."})
    assert (early.status_code, "nothing yet to appeal against" in early.json()["error"]) == (409, True)
    dismissed(site, mona)
    (one,) = site.get(own, alice.token).json()["perdure"]["may_appeal"]
    assert site.post(appeal, bob.token, json={"text": "Me too."}).status_code == 404
    assert site.post(appeal, alice.token, json={"text": " "}).status_code == 422
    assert site.post(appeal, alice.token, json={"text": "No.", "decision_ids": [filed["id"]]}).status_code == 404
    (made,) = site.post(appeal, alice.token, json={"text": "Look again."}).json()
    assert (made["decision_id"], made["state"]) == (one["decision_id"], "pending")
    assert site.post(appeal, alice.token, json={"text": "Again."}).status_code == 409
    assert site.post(f"{APPEALS}/{made['id']}/take", mona.token).status_code == 403
    answer(site, max_, "overturned")
    assert the_case(site).state == "open"
    (seen,) = site.get(own, alice.token).json()["perdure"]["appeals"]
    assert (seen["state"], seen["answer"]) == ("approved", "Here is why.")
    decide(site, max_)
    site.work()
    shown = site.get(own, alice.token).json()["perdure"]
    assert (shown["decision"], len(shown["may_appeal"])) == ("upheld", 1)
    assert "max" not in str(shown)


def test_whoever_has_no_account_appeals_by_the_link_and_is_mailed_the_answer_once(site: Site) -> None:
    mona, max_ = mod(site), mod(site, "max")
    token = noticed(site, mona)
    (told,) = [one for one in letters(site, "ada@elsewhere.test") if "decided" in one]
    assert f"/report/state/{token}" in told
    page = site.get(f"/report/state/{token}")
    form = link(page.text, "/appeal")
    assert "bea" not in words(site.get(form).text)
    empty = site.post(form, data={"text": ""})
    assert (empty.status_code, "Why is the decision wrong?" in words(empty.text)) == (422, True)
    assert site.get(form).text.count("<h1>") == 1
    sent = site.post(form, data={"text": "It names me."})
    assert "Waiting for somebody to take it" in words(sent.text)
    assert "There is nothing that you could appeal against" in words(site.get(form).text)
    answer(site, max_, "upheld")
    site.work()
    (mail,) = [one for one in letters(site, "ada@elsewhere.test") if "answered your appeal" in one]
    assert "The decision stands" in mail
    assert "Here is why." in mail
    assert token in mail
    assert not any(name in mail for name in ("mona", "max", "bea"))
    state = site.get(f"/api/perdure/v1/notices/{token}").json()
    assert (state["appeals"][0]["state"], state["may_appeal"]) == ("rejected", [])
    assert site.get("/report/state/guessed/appeal").status_code == 404
    assert site.post("/api/perdure/v1/notices/guessed/appeal", json={"text": "x"}).status_code == 404


def test_the_mails_to_whoever_has_no_account_are_in_their_language(site: Site) -> None:
    mona, max_ = mod(site), mod(site, "max")
    token = noticed(site, mona, locale="fr")
    assert site.post(f"/api/perdure/v1/notices/{token}/appeal", json={"text": "Non."}).status_code == 200
    answer(site, max_, "overturned")
    found = letters(site, "ada@elsewhere.test")
    assert any("a répondu à votre contestation" in one and "jugé à nouveau" in one for one in found)


def test_six_months_after_the_decision_there_is_no_appeal_any_more(site: Site) -> None:
    alice, bob, mona = person(site, "alice"), person(site, "bob"), mod(site)
    filed = report(site, alice, bob, say(site, bob)["id"], category="violation")
    dismissed(site, mona)
    sign_in(site, alice)
    assert f"/reports/{filed['id']}/appeal" in site.get(f"/reports/{filed['id']}").text
    site.clock.advance(days=182)
    sign_in(site, alice)
    assert f"/reports/{filed['id']}/appeal" in site.get(f"/reports/{filed['id']}").text
    site.clock.advance(days=2)
    sign_in(site, alice)
    assert f"/reports/{filed['id']}/appeal" not in site.get(f"/reports/{filed['id']}").text
    late = site.post(f"/api/perdure/v1/reports/{filed['id']}/appeal", alice.token, json={"text": "Late."})
    assert (late.status_code, "six months" in late.json()["error"]) == (409, True)


def test_a_report_about_several_posts_is_appealed_in_part(site: Site) -> None:
    alice, bob, mona = person(site, "alice"), person(site, "bob"), mod(site)
    filed = report(site, alice, bob, say(site, bob)["id"], say(site, bob, "moss")["id"], category="violation")
    dismissed(site, mona)
    sign_in(site, alice)
    page = f"/reports/{filed['id']}/appeal"
    assert site.get(page).text.count('type="checkbox"') == 2
    first, second = site.get(f"/api/v1/reports/{filed['id']}", alice.token).json()["perdure"]["may_appeal"]
    done = site.post(page, data={"decision": second["decision_id"], "text": "This one."})
    assert done.url.path == f"/reports/{filed['id']}"
    left = site.get(f"/api/v1/reports/{filed['id']}", alice.token).json()["perdure"]
    assert [one["decision_id"] for one in left["may_appeal"]] == [first["decision_id"]]
    assert [one["decision_id"] for one in left["appeals"]] == [second["decision_id"]]
