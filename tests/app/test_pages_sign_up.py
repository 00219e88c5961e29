"""Signing up in a browser: by mode, by invite, stopped machines, what is still missing afterwards."""

import re
from typing import Any

import pytest

from perdure.accounts import service
from perdure.accounts.model import Site as SiteWords
from tests.app.humans import proof, solution
from tests.app.people import person
from tests.app.test_accounts_access import link_in, mails
from tests.app.test_accounts_api import set_mode, staff
from tests.site import Site

FIELDS = {"username": "nina", "email": "nina@people.test", "password": "long enough", "agreement": "1"}


def send(site: Site, **more: Any) -> Any:
    return site.post("/auth/sign_up", data=FIELDS | proof(site) | more)


def test_somebody_signs_up_confirms_and_is_in(site: Site) -> None:
    set_mode(site, "open")
    page = site.get("/auth/sign_up")
    challenge = re.search(r'data-puzzle="([^"]+)"', page.text)
    assert challenge is not None
    solved = solution(challenge[1].replace("&#34;", '"').replace("&amp;", "&"))
    waiting = site.post("/auth/sign_up", data=FIELDS | {"altcha": solved})
    assert waiting.url.path == "/auth/waiting"
    assert "nina@people.test" in waiting.text
    assert site.get("/you").url.path == "/auth/sign_in"
    secret = link_in(mails(site)[-1]).rpartition("=")[2]
    assert "data-puzzle" not in site.get(f"/auth/confirmation?confirmation_token={secret}").text
    done = site.post("/auth/confirmation", data={"confirmation_token": secret})
    assert "Your e-mail address is confirmed." in done.text
    assert "@nina" in site.get("/you").text


def test_every_fault_stands_beside_its_field_and_nothing_typed_is_lost(site: Site) -> None:
    set_mode(site, "approval", require_invite_reason=True)
    person(site, "nina")
    bad = {"email": "nonsense", "password": "short", "reason": "", "agreement": ""}
    page = site.post("/auth/sign_up", data={key: value for key, value in (FIELDS | bad).items() if value})
    assert page.status_code == 422
    for field in ("username", "email", "password", "agreement", "reason"):
        assert f'id="{field}-fault"' in page.text
        assert f'href="#{field}"' in page.text
    assert 'value="nina"' in page.text
    assert 'value="nonsense"' in page.text


def test_a_machine_is_stopped_and_a_patient_person_without_scripts_is_not(site: Site) -> None:
    set_mode(site, "open")
    page = site.get("/auth/sign_up")
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert ticket is not None
    assert "<noscript>" in page.text
    quick = site.post("/auth/sign_up", data=FIELDS | {"ticket": ticket[1]})
    assert quick.status_code == 422
    assert "wait 20 seconds" in quick.text
    assert site.post("/auth/sign_up", data=FIELDS).status_code == 422
    site.clock.advance(seconds=20)
    assert site.post("/auth/sign_up", data=FIELDS | {"ticket": ticket[1]}).url.path == "/auth/waiting"


def test_closed_sign_up_says_why(site: Site) -> None:
    set_mode(site, "closed", registrations_message="We are full until spring.")
    page = site.get("/auth/sign_up")
    assert "We are full until spring." in page.text
    assert "<form" not in page.text
    assert send(site).status_code == 403
    assert "takes no new members" in site.get("/auth/sign_up").text


def test_an_invite_leads_in_and_a_used_one_says_so(site: Site) -> None:
    owner = set_mode(site, "invite")
    invite = site.run(service.create_invite, site.rt, staff(owner), service.NewInvite(max_uses=1))
    assert 'name="invite_code"' in site.get("/auth/sign_up").text
    page = site.get(f"/invite/{invite.code}")
    assert "@owner1" in page.text
    assert f'value="{invite.code}"' in page.text
    assert send(site, invite_code="wrong").status_code == 422
    assert send(site, invite_code=invite.code).url.path == "/auth/waiting"
    gone = site.get(f"/invite/{invite.code}")
    assert (gone.status_code, "used up" in gone.text) == (404, True)


def test_the_rules_are_shown_and_agreed_to(site: Site) -> None:
    owner = set_mode(site, "open")
    site.run(service.change_rules, site.rt, staff(owner), [(None, "Be <kind>", "Really")])
    page = site.get("/auth/sign_up").text
    assert "Be &lt;kind&gt;" in page
    refused = site.post("/auth/sign_up", data={k: v for k, v in (FIELDS | proof(site)).items() if k != "agreement"})
    assert 'id="agreement-fault"' in refused.text


def test_whoever_waits_corrects_the_address_and_sees_when_staff_reads(site: Site) -> None:
    set_mode(site, "approval")
    send(site, reason="friends")
    assert "nina@people.test" in site.get("/auth/waiting").text
    site.clock.advance(seconds=5)
    assert "on its way" in site.post("/auth/waiting", data={"email": "n2@people.test"}).text
    taken = site.post("/auth/waiting", data={"email": "owner1@people.test"})
    assert (taken.status_code, 'id="email-fault"' in taken.text) == (422, True)
    secret = link_in(next(mail for mail in mails(site) if mail["To"] == "n2@people.test")).rpartition("=")[2]
    done = site.post("/auth/confirmation", data={"confirmation_token": secret})
    assert "reads your request" in done.text
    assert "Your request is being read" in site.get("/auth/waiting").text


def test_the_confirmation_link_is_mailed_again_five_times_an_hour(site: Site) -> None:
    set_mode(site, "open")
    send(site)
    answers = [site.post("/auth/waiting", data={"email": "nina@people.test"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("mode", ["open", "approval", "invite", "closed"])
def test_the_page_speaks_in_every_mode(site: Site, language: str, mode: Any) -> None:
    owner = set_mode(site, "open")
    site.run(service.change_site, site.rt, staff(owner), SiteWords(registrations=mode))
    page = site.get(f"/auth/sign_up?lang={language}")
    assert page.status_code == 200
    assert f'lang="{language}"' in page.text
