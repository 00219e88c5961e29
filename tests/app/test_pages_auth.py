"""Signing in and consent in a browser: second factors on the way of apps too, resets, what pages never tell."""

import re
from typing import Any
from urllib.parse import urlencode

import pyotp

from tests.app.humans import proof
from tests.app.people import TOTP_SECRET, person
from tests.app.test_accounts_access import mails
from tests.app.test_accounts_passkeys import enrol
from tests.app.test_oauth import BACK, register
from tests.site import Site


def code(site: Site) -> str:
    return pyotp.TOTP(TOTP_SECRET).at(site.clock.now_ms() // 1000)


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_an_app_s_sign_in_asks_the_second_factor_and_comes_back_to_consent(site: Site) -> None:
    person(site, "mod1", role="moderator", password="correct horse")
    app = register(site, scopes="read admin:read")
    asked = {
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "read admin:read",
    }
    first = site.get(f"/oauth/authorize?{urlencode(asked)}")
    assert first.url.path == "/auth/sign_in"
    fields = {"return_to": hidden(first, "return_to"), "user[email]": "mod1", "user[password]": "correct horse"}
    second = site.post("/auth/sign_in", data=fields)
    assert "authenticator app" in second.text
    again = {"return_to": hidden(second, "return_to"), "factor_token": hidden(second, "factor_token"), "by_code": "1"}
    wrong = site.post("/auth/sign_in", data=again | {"user[otp_attempt]": "000000"})
    assert (wrong.status_code, "authenticator app" in wrong.text) == (422, True)
    consent = site.post("/auth/sign_in", data=again | {"user[otp_attempt]": code(site)})
    assert consent.url.path == "/oauth/authorize"
    assert "@mod1" in consent.text


def test_with_a_passkey_alone_the_second_step_asks_for_it_or_a_recovery_code(site: Site) -> None:
    enrol(site, person(site, "alice", password="correct horse"))
    page = site.post("/auth/sign_in", data={"user[email]": "alice", "user[password]": "correct horse"})
    assert "Confirm with your passkey" in page.text
    assert "Recovery code" in page.text
    assert 'src="/static/passkey.js' in page.text


def test_a_reset_wants_a_proof_and_tells_nobody_who_has_an_account(site: Site) -> None:
    person(site, "alice", password="correct horse")
    refused = site.post("/auth/password/new", data={"user[email]": "alice@people.test"})
    assert (refused.status_code, "alice@people.test" in refused.text) == (422, True)
    answers = {
        site.post("/auth/password/new", data={"user[email]": address} | proof(site)).text
        for address in ("alice@people.test", "nobody@people.test")
    }
    assert len(answers) == 1
    assert [mail["To"] for mail in mails(site)] == ["alice@people.test"]


def test_a_weak_new_password_is_refused_beside_its_field(site: Site) -> None:
    page = site.post("/auth/password/edit", data={"reset_password_token": "x", "user[password]": "short"})
    assert (page.status_code, 'id="password-fault"' in page.text) == (422, True)


def test_the_first_owner_is_led_to_a_second_factor(site: Site) -> None:
    fields = {"username": "olga", "email": "olga@people.test", "password": "a long password"}
    page = site.post("/setup", data=fields)
    assert page.url.path == "/settings/security"
    assert "The site is yours." in page.text
    assert "Set up codes" in page.text
    assert site.get("/operations", headers={"Accept": "text/html"}).url.path == "/settings/security"
