"""Who may be somebody that was banned: the evidence stands in the case, and a person says what it means."""

import re

from perdure.accounts.service.sign_in import open_session_in
from perdure.moderation.model.decisions import Act
from perdure.moderation.service import evasion
from tests.app.browser import sign_in, words
from tests.app.people import Person, person
from tests.app.test_bans import ban
from tests.app.test_decisions import but, decide
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.site import Site, rows

LINKS = "/api/perdure/v1/moderation"


def returned(site: Site, mona: Person) -> Person:
    """Somebody who came back from the network, and with the browser, of a banned account, and was reported."""
    alice = person(site, "alice")
    site.write(open_session_in, alice.id, "Quill 7", "2001:db8::1")
    ban(site, mona, alice)
    bob = person(site, "bob")
    site.write(open_session_in, bob.id, "Quill 7", "2001:db8::2")
    post = say(site, bob, "moss again")
    report(site, person(site, "carol"), bob, post["id"], category="violation")
    return bob


def case_page(site: Site, mona: Person, author: Person) -> str:
    (case,) = site.read(rows, f"SELECT id FROM moderation_case WHERE author_id = {author.id}")
    sign_in(site, mona)
    return site.get(f"/moderation/cases/{case.id}").text


def test_the_case_shows_what_links_its_author_to_a_banned_account_and_a_person_confirms_it(site: Site) -> None:
    mona = mod(site)
    bob = returned(site, mona)
    page = case_page(site, mona, bob)
    assert "@alice score 54% · the same browser, the same network · nobody has looked yet" in words(page)
    (verdict,) = re.findall(r'action="(/moderation/links/\d+/confirmed)"', page)
    assert site.post(verdict, data={}).status_code == 200
    assert "the same person" in words(case_page(site, mona, bob))
    assert site.get(f"/api/v1/accounts/{bob.id}").status_code == 200  # nothing was done to anybody
    (logged,) = site.read(rows, "SELECT subject FROM audit_entry WHERE action = 'evasion.confirmed'")
    assert logged.subject == f"account:{bob.id}"


def test_what_was_dismissed_stays_dismissed_whoever_opens_the_case_and_is_settled_once(site: Site) -> None:
    mona = mod(site)
    bob = returned(site, mona)
    case_page(site, mona, bob)
    (found,) = site.get(f"{LINKS}/links", mona.token).json()
    assert [one["kind"] for one in found["evidence"]] == ["device", "network"]
    assert (found["account_id"], found["state"]) == (str(bob.id), "open")
    settle = f"{LINKS}/links/{found['id']}/settle"
    assert site.post(settle, mona.token, json={"state": "perhaps"}).status_code == 422
    assert site.post(settle, person(site, "dora").token, json={"state": "dismissed"}).status_code == 403
    assert site.post(settle, mona.token, json={"state": "dismissed"}).status_code == 200
    assert site.post(settle, mona.token, json={"state": "confirmed"}).status_code == 409
    assert "somebody else" in words(case_page(site, mona, bob))
    assert site.get(f"{LINKS}/links", mona.token).json() == []
    (kept,) = site.get(f"{LINKS}/accounts/{bob.id}/links", mona.token).json()
    assert kept["state"] == "dismissed"


def test_a_copy_of_what_was_removed_from_a_banned_account_is_evidence_too(site: Site) -> None:
    alice, mona, bob = person(site, "alice"), mod(site), person(site, "bob")
    text = "The old bucket by the wall will be sorry, said the pump, and so will every bucket in this town tonight."
    gone = say(site, alice, text)
    report(site, person(site, "carol"), alice, gone["id"], category="violation")
    site.work()
    decide(site, mona, but(acts=(Act(kind="hide"), Act(kind="account_ban")), scope="both"))
    site.work()
    say(site, bob, text)
    site.work()
    site.write(evasion.compare_in, bob.id)
    site.write(evasion.compare_in, bob.id)
    (found,) = site.get(f"{LINKS}/accounts/{bob.id}/links", mona.token).json()
    assert ([one["kind"] for one in found["evidence"]], found["score_permille"]) == (["copy"], 450)
