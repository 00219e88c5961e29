from typing import Any

import pytest

from perdure.accounts import service
from perdure.accounts.model import Site as SiteWords
from perdure.accounts.model import Viewer
from perdure.kernel.db import sql
from tests.app.people import Person, person
from tests.site import Site

GOOD = {"username": "bob", "email": "bob@people.test", "password": "long enough", "agreement": "true", "locale": "fr"}


def app_token(site: Site) -> str:
    app = site.post(
        "/api/v1/apps", data={"client_name": "T", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write"}
    ).json()
    fields = {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}
    return str(site.post("/oauth/token", data=fields | {"scope": "read write"}).json()["access_token"])


def staff(someone: Person, role: Any = "owner") -> Viewer:
    return Viewer(someone.id, role, frozenset(), None, None, "en")


def set_mode(site: Site, mode: Any, **more: Any) -> Person:
    owner = person(site, "owner1", role="owner")
    site.run(service.change_site, site.rt, staff(owner), SiteWords(registrations=mode, **more))
    return owner


def test_a_sign_up_from_an_app_works_once_the_address_is_confirmed(site: Site) -> None:
    answer = site.post("/api/v1/accounts", app_token(site), data=GOOD)
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    assert answer.json()["scope"] == "read write"
    waiting = site.get("/api/v1/accounts/verify_credentials", token)
    assert (waiting.status_code, waiting.json()["error"]) == (403, "Your login is missing a confirmed e-mail address")
    site.write(lambda tx: tx.run(sql("UPDATE login SET confirmed_at = 1")))
    service.forget_viewers(site.rt)
    assert site.get("/api/v1/accounts/verify_credentials", token).json()["username"] == "bob"


def test_every_fault_of_a_sign_up_is_named_at_once(site: Site) -> None:
    person(site, "bob")
    bad = {"username": "BOB", "email": "nonsense", "password": "short", "agreement": "false"}
    answer = site.post("/api/v1/accounts", app_token(site), data=bad)
    assert answer.status_code == 422
    body = answer.json()
    assert body["error"].startswith("Validation failed: Username has already been taken, Email is invalid")
    assert {field: [one["error"] for one in found] for field, found in body["details"].items()} == {
        "username": ["ERR_TAKEN"],
        "email": ["ERR_INVALID"],
        "password": ["ERR_TOO_SHORT"],
        "agreement": ["ERR_ACCEPTED"],
    }


@pytest.mark.parametrize(
    ("name", "code"), [("", "ERR_BLANK"), ("a b", "ERR_INVALID"), ("x" * 31, "ERR_TOO_LONG"), ("Admin", "ERR_RESERVED")]
)
def test_user_names_follow_rules(site: Site, name: str, code: str) -> None:
    answer = site.post("/api/v1/accounts", app_token(site), data=GOOD | {"username": name})
    assert answer.json()["details"]["username"][0]["error"] == code


def test_one_mailbox_makes_one_account_however_it_is_written(site: Site) -> None:
    person(site, "bob")
    fields = GOOD | {"username": "carol", "email": "BOB+again@People.test"}
    answer = site.post("/api/v1/accounts", app_token(site), data=fields)
    assert answer.json()["details"]["email"][0]["error"] == "ERR_TAKEN"


def test_closed_sign_up_is_refused(site: Site) -> None:
    set_mode(site, "closed")
    answer = site.post("/api/v1/accounts", app_token(site), data=GOOD)
    assert (answer.status_code, answer.json()["error"]) == (403, "This action is not allowed")


def test_sign_up_by_approval_waits_for_staff(site: Site) -> None:
    owner = set_mode(site, "approval", require_invite_reason=True)
    token = app_token(site)
    unexplained = site.post("/api/v1/accounts", token, data=GOOD)
    assert unexplained.json()["details"]["reason"][0]["error"] == "ERR_BLANK"
    bob = site.post("/api/v1/accounts", token, data=GOOD | {"reason": "friends"}).json()["access_token"]
    site.write(lambda tx: tx.run(sql("UPDATE login SET confirmed_at = 1")))
    waiting = site.get("/api/v1/accounts/verify_credentials", bob)
    assert waiting.json()["error"] == "Your login is currently pending approval"
    (bob_id,) = site.read(service.waiting_in)
    assert site.get(f"/api/v1/accounts/{bob_id}").status_code == 404
    site.run(service.approve, site.rt, staff(owner), bob_id)
    assert site.get("/api/v1/accounts/verify_credentials", bob).status_code == 200
    assert site.get(f"/api/v1/accounts/{bob_id}").status_code == 200


def test_an_invite_lets_in_as_many_as_it_says(site: Site) -> None:
    owner = set_mode(site, "invite")
    invite = site.run(service.create_invite, site.rt, staff(owner), service.NewInvite(max_uses=1))
    token = app_token(site)
    assert site.post("/api/v1/accounts", token, data=GOOD).json()["details"]["invite_code"][0]["error"] == "ERR_INVALID"
    assert site.post("/api/v1/accounts", token, data=GOOD | {"invite_code": invite.code}).status_code == 200
    second = GOOD | {"username": "carol", "email": "carol@people.test", "invite_code": invite.code}
    assert site.post("/api/v1/accounts", token, data=second).status_code == 422


def test_a_person_changes_profile_and_defaults(site: Site) -> None:
    alice = person(site, "alice")
    fields = {
        "display_name": "Alice A.",
        "note": "Hello <b>\nhttps://example.org/a",
        "locked": "true",
        "bot": "1",
        "discoverable": "false",
        "fields_attributes[0][name]": "Home",
        "fields_attributes[0][value]": "https://example.org",
        "source[privacy]": "unlisted",
        "source[sensitive]": "true",
        "source[language]": "fr",
        "source[quote_policy]": "followers",
    }
    answer = site.patch("/api/v1/accounts/update_credentials", alice.token, data=fields)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["display_name"], body["locked"], body["bot"], body["discoverable"]) == ("Alice A.", True, True, False)
    assert body["note"].startswith('<p>Hello &lt;b&gt;<br /><a href="https://example.org/a"')
    assert body["fields"][0]["name"] == "Home"
    assert body["source"]["fields"] == [{"name": "Home", "value": "https://example.org", "verified_at": None}]
    source = body["source"]
    assert (source["privacy"], source["sensitive"], source["language"]) == ("unlisted", True, "fr")
    preferences = site.get("/api/v1/preferences", alice.token).json()
    assert preferences["posting:default:visibility"] == "unlisted"
    assert preferences["posting:default:quote_policy"] == "followers"
    assert preferences["reading:expand:media"] == "default"
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["display_name"] == "Alice A."


def test_profile_texts_have_limits(site: Site) -> None:
    alice = person(site, "alice")
    answer = site.patch("/api/v1/accounts/update_credentials", alice.token, json={"note": "x" * 501})
    assert answer.status_code == 422
    assert answer.json()["error"] == "Validation failed: Note is too long (maximum is 500 characters)"


def test_a_token_without_the_scope_is_refused(site: Site) -> None:
    alice = person(site, "alice", scope="read")
    answer = site.patch("/api/v1/accounts/update_credentials", alice.token, json={"note": "x"})
    assert (answer.status_code, answer.json()["error"]) == (403, "This action is outside the authorized scopes")


def test_accounts_are_found_by_id_by_name_and_by_several_ids(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["acct"] == "alice"
    for name in ("Alice", "@alice", "alice@perdure.test"):
        assert site.get("/api/v1/accounts/lookup", params={"acct": name}).json()["id"] == str(alice.id)
    assert site.get("/api/v1/accounts/lookup", params={"acct": "alice@other.test"}).status_code == 404
    several = site.get(f"/api/v1/accounts?id[]={bob.id}&id[]=7&id[]={alice.id}").json()
    assert [one["username"] for one in several] == ["bob", "alice"]


@pytest.mark.parametrize("wrong", ["1", "abc", "9" * 30, "%00"])
def test_an_unknown_account_is_not_found(site: Site, wrong: str) -> None:
    answer = site.get(f"/api/v1/accounts/{wrong}")
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


def test_a_suspended_account_shows_its_name_only_and_its_tokens_end(site: Site) -> None:
    owner, alice = person(site, "owner1", role="owner"), person(site, "alice", note="secret", display_name="A")
    site.run(service.suspend, site.rt, staff(owner), alice.id)
    site.work()
    shown = site.get(f"/api/v1/accounts/{alice.id}").json()
    assert (shown["suspended"], shown["note"], shown["display_name"]) == (True, "", "")
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 401


def test_the_instance_tells_versions_limits_and_rules(site: Site) -> None:
    owner = person(site, "owner1", role="owner")
    site.run(service.change_rules, site.rt, staff(owner), [(None, "Be kind", ""), (None, "No spam", "Really")])
    second = site.get("/api/v2/instance").json()
    assert second["version"].startswith("4.6.0 (compatible; Perdure ")
    assert second["domain"] == "perdure.test"
    assert second["configuration"]["urls"]["streaming"] == "ws://perdure.test"
    assert second["configuration"]["statuses"]["characters_reserved_per_url"] == 23
    assert len(second["configuration"]["vapid"]["public_key"]) == 87
    assert [rule["text"] for rule in second["rules"]] == ["Be kind", "No spam"]
    assert second["contact"]["account"]["username"] == "owner1"
    first = site.get("/api/v1/instance").json()
    assert first["uri"] == "perdure.test"
    assert first["stats"]["user_count"] == 1
    assert site.get("/api/v1/instance/rules").json() == second["rules"]
    assert site.get("/api/v1/custom_emojis").json() == []


def test_rules_keep_their_numbers_when_they_are_reordered(site: Site) -> None:
    owner = staff(person(site, "owner1", role="owner"))
    first, second = site.run(service.change_rules, site.rt, owner, [(None, "A", ""), (None, "B", "")])
    site.run(service.change_rules, site.rt, owner, [(second.id, "B", ""), (None, "C", ""), (first.id, "A", "")])
    assert [(rule.text, rule.id) for rule in site.read(service.rules_in)] == [("B", 2), ("C", 3), ("A", 1)]


def test_nodeinfo_leads_to_the_software_name(site: Site) -> None:
    link = site.get("/.well-known/nodeinfo").json()["links"][0]["href"]
    assert site.get(link).json()["software"]["name"] == "perdure"


@pytest.mark.parametrize(
    "path", ["peers", "activity", "domain_blocks", "extended_description", "privacy_policy", "languages"]
)
def test_texts_about_the_instance_answer(site: Site, path: str) -> None:
    assert site.get(f"/api/v1/instance/{path}").status_code == 200
