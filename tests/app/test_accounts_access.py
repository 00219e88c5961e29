import email
import re
from email import policy
from typing import Any

import pyotp
import pytest

from perdure.accounts import service
from perdure.audit import service as audit
from perdure.kernel.db import sql
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from tests.app.humans import proof
from tests.app.people import Person, person
from tests.app.test_accounts_api import GOOD, app_token, staff
from tests.site import Site

DAY = 86_400


def mails(site: Site) -> list[Any]:
    site.work()
    folder = site.rt.settings.data / "mail"
    return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(folder.glob("*.eml"))]


def link_in(mail: Any) -> str:
    found = re.search(r"http://perdure\.test(/\S+)", mail.get_content())
    assert found is not None
    return found[1]


def sign_in(site: Site, name: str, password: str) -> Any:
    return site.post("/auth/sign_in", data={"user[email]": name, "user[password]": password}, follow_redirects=False)


def actions(site: Site) -> list[str]:
    return [entry.action for entry in site.run(audit.newest, site.rt)]


def test_following_the_mailed_link_and_pressing_the_button_activates_the_account(site: Site) -> None:
    token = site.post("/api/v1/accounts", app_token(site), data=GOOD).json()["access_token"]
    (mail,) = mails(site)
    assert mail["To"] == "bob@people.test"
    assert "Confirmez votre adresse" in mail["Subject"]
    page = site.get(link_in(mail))
    secret = re.search(r'name="confirmation_token" value="([^"]+)"', page.text)
    assert secret is not None
    assert site.get("/api/v1/accounts/verify_credentials", token).status_code == 403
    fields = {"confirmation_token": secret[1]}
    assert site.post("/auth/confirmation", data=fields).status_code == 422
    assert site.post("/auth/confirmation", data=fields | proof(site)).status_code == 200
    assert site.get("/api/v1/accounts/verify_credentials", token).status_code == 200
    assert site.post("/auth/confirmation", data=fields).status_code == 422


def test_the_confirmation_mail_can_be_asked_for_again_with_a_corrected_address(site: Site) -> None:
    token = site.post("/api/v1/accounts", app_token(site), data=GOOD).json()["access_token"]
    assert site.get("/api/v1/emails/check_confirmation", token).json() is False
    site.clock.advance(seconds=1)
    assert site.post("/api/v1/emails/confirmations", token, data={"email": "robert@people.test"}).json() == {}
    assert {mail["To"] for mail in mails(site)} == {"bob@people.test", "robert@people.test"}
    alice = person(site, "alice")
    assert site.post("/api/v1/emails/confirmations", alice.token).status_code == 403


def test_a_reset_sets_the_password_ends_every_session_and_works_once(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    site.post("/auth/password/new", data={"user[email]": "alice@people.test"} | proof(site))
    (mail,) = mails(site)
    secret = link_in(mail).rpartition("=")[2]
    fields = {"reset_password_token": secret, "user[password]": "battery staple"}
    assert site.post("/auth/password/edit", data=fields).status_code == 200
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 401
    assert sign_in(site, "alice", "correct horse").status_code == 422
    assert sign_in(site, "alice", "battery staple").status_code == 302
    assert site.post("/auth/password/edit", data=fields).status_code == 422


def test_a_reset_link_dies_after_two_hours_and_an_unknown_address_gets_no_mail(site: Site) -> None:
    person(site, "alice")
    site.post("/auth/password/new", data={"user[email]": "nobody@people.test"} | proof(site))
    assert mails(site) == []
    site.post("/auth/password/new", data={"user[email]": "alice@people.test"} | proof(site))
    secret = link_in(mails(site)[0]).rpartition("=")[2]
    site.clock.advance(seconds=7201)
    fields = {"reset_password_token": secret, "user[password]": "battery staple"}
    assert site.post("/auth/password/edit", data=fields).status_code == 422


def enrol(site: Site, alice: Person) -> tuple[str, list[str]]:
    secret, uri = service.new_totp(site.rt, "alice")
    assert uri.startswith("otpauth://totp/")
    code = pyotp.TOTP(secret).at(site.clock.now_ms() // 1000)
    codes = site.run(service.enable_totp, site.rt, alice.id, "correct horse", secret, code)
    site.clock.advance(seconds=60)
    return secret, codes


def answer_factor(site: Site, code: str) -> Any:
    page = sign_in(site, "alice", "correct horse")
    assert page.status_code == 200
    token = re.search(r'name="factor_token" value="([^"]+)"', page.text)
    assert token is not None
    return site.post(
        "/auth/sign_in", data={"factor_token": token[1], "user[otp_attempt]": code}, follow_redirects=False
    )


def test_with_totp_a_password_alone_does_not_sign_in_and_a_code_works_once(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    secret, _codes = enrol(site, alice)
    code = pyotp.TOTP(secret).at(site.clock.now_ms() // 1000)
    assert answer_factor(site, "000000").status_code == 422
    assert answer_factor(site, code).status_code == 302
    assert answer_factor(site, code).status_code == 422


def test_a_recovery_code_opens_once(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    _secret, codes = enrol(site, alice)
    assert len(set(codes)) == 10
    assert answer_factor(site, codes[0]).status_code == 302
    assert answer_factor(site, codes[0]).status_code == 422
    assert site.run(service.recovery_codes_left, site.rt, alice.id) == 9


def test_guessing_codes_is_stopped_too(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    secret, _codes = enrol(site, alice)
    for _ in range(10):
        answer_factor(site, "000000")
    assert sign_in(site, "alice", "correct horse").status_code == 429
    site.clock.advance(seconds=601)
    assert answer_factor(site, pyotp.TOTP(secret).at(site.clock.now_ms() // 1000)).status_code == 302


def test_changes_of_factors_are_logged_and_mailed(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    enrol(site, alice)
    with pytest.raises(Invalid, match="not right"):
        site.run(service.disable_totp, site.rt, alice.id, "wrong")
    site.run(service.disable_totp, site.rt, alice.id, "correct horse")
    assert sign_in(site, "alice", "correct horse").status_code == 302
    assert actions(site) == ["factor.totp_off", "factor.totp_on"]
    texts = " ".join(mail.get_content() for mail in mails(site))
    assert "codes were turned on" in texts
    assert "codes were turned off" in texts


def test_sessions_and_apps_are_listed_and_ended_by_their_owner_only(site: Site) -> None:
    alice, bob = person(site, "alice", password="correct horse"), person(site, "bob")
    sign_in(site, "alice", "correct horse")
    (session,) = site.run(service.sessions, site.rt, alice.id)
    with pytest.raises(NotFound):
        site.run(service.end_session, site.rt, bob.id, session.id)
    site.run(service.end_session, site.rt, alice.id, session.id)
    assert site.run(service.sessions, site.rt, alice.id) == []
    (token,) = site.read(service.tokens_in, alice.id)
    assert token.app_name == "Test app"
    with pytest.raises(NotFound):
        site.run(service.revoke_own, site.rt, bob.id, token.id)


def test_changing_the_password_ends_everything_but_this_session(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    sign_in(site, "alice", "correct horse")
    (kept,) = site.run(service.sessions, site.rt, alice.id)
    site.run(service.change_password, site.rt, alice.id, "correct horse", "battery staple", session_id=kept.id)
    assert site.run(service.sessions, site.rt, alice.id) == [kept]
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 401


def test_a_new_address_counts_once_its_link_is_followed(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    site.run(service.change_email, site.rt, alice.id, "correct horse", "new@people.test")
    assert site.read(service.login_in, alice.id).email == "alice@people.test"
    (mail,) = [one for one in mails(site) if one["To"] == "new@people.test"]
    site.post("/auth/confirmation", data={"confirmation_token": link_in(mail).rpartition("=")[2]})
    assert site.read(service.login_in, alice.id).email == "new@people.test"


def test_a_person_takes_another_name(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    person(site, "bob")
    site.run(service.change_name, site.rt, alice.id, "correct horse", "alicia")
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["acct"] == "alicia"
    with pytest.raises(Invalid, match="Username has already been taken"):
        site.run(service.change_name, site.rt, alice.id, "correct horse", "BOB")


def test_a_deactivated_account_is_hidden_until_its_owner_signs_in(site: Site) -> None:
    alice = person(site, "alice", password="correct horse", note="hello")
    site.run(service.deactivate, site.rt, alice.id, "correct horse")
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["note"] == ""
    assert sign_in(site, "alice", "correct horse").status_code == 302
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["note"] == "<p>hello</p>"


def test_a_deleted_account_is_erased_after_thirty_days_and_its_name_stays_taken(site: Site) -> None:
    alice = person(site, "alice", password="correct horse", note="hello")
    site.run(service.delete, site.rt, alice.id, "correct horse")
    site.clock.advance(seconds=29 * DAY)
    site.run_jobs()
    assert site.read(service.login_in, alice.id).email == "alice@people.test"
    site.clock.advance(seconds=2 * DAY)
    site.run_jobs()
    assert site.get(f"/api/v1/accounts/{alice.id}").status_code == 404
    assert site.read(lambda tx: tx.column(sql("SELECT email FROM login"))) == []
    with pytest.raises(Invalid):
        person(site, "alice")
    roots = {"audit.root", "audit.key"}  # signed each day, whatever happens
    assert [one for one in actions(site) if one not in roots] == ["account.purge", "audit.erase", "account.delete"]


def test_signing_in_within_the_grace_period_saves_the_account(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    site.run(service.delete, site.rt, alice.id, "correct horse")
    site.clock.advance(seconds=29 * DAY)
    assert sign_in(site, "alice", "correct horse").status_code == 302
    site.clock.advance(seconds=2 * DAY)
    site.run_jobs()
    assert site.read(service.view_in, alice.id).state == "active"


def test_staff_acts_on_lower_ranks_only_and_every_step_is_logged(site: Site) -> None:
    owner, admin = person(site, "owner1", role="owner"), person(site, "admin1", role="admin")
    moderator, member = person(site, "mod1", role="moderator"), person(site, "alice", password="correct horse")
    for actor, target in ((member, moderator), (moderator, admin), (admin, owner), (moderator, moderator)):
        with pytest.raises(Forbidden):
            site.run(service.suspend, site.rt, staff(actor, site.read(service.view_in, actor.id).role), target.id)
    with pytest.raises(Forbidden):
        site.run(service.set_role, site.rt, staff(admin, "admin"), member.id, "admin")
    site.run(service.set_role, site.rt, staff(admin, "admin"), member.id, "moderator")
    site.run(service.suspend, site.rt, staff(admin, "admin"), member.id)
    assert sign_in(site, "alice", "correct horse").headers["location"] == "/auth/restricted"
    site.run(service.restore, site.rt, staff(admin, "admin"), member.id)
    assert sign_in(site, "alice", "correct horse").status_code == 302
    assert actions(site) == ["account.restore", "account.suspend", "account.role"]


def test_the_first_owner_is_made_once(site: Site) -> None:
    fields = {"username": "admin", "email": "o@people.test", "password": "correct horse"}
    site.run(service.create_owner, site.rt, **fields)
    assert sign_in(site, "admin", "correct horse").status_code == 302
    with pytest.raises(Forbidden):
        site.run(service.create_owner, site.rt, **fields)
