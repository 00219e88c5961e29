from collections.abc import Iterator

import msgspec
import pytest

from perdure.graph import service as graph
from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from tests.app.people import person
from tests.app.test_accounts_api import GOOD, app_token
from tests.app.test_oauth import register, sign_in
from tests.site import Site, open_site


@pytest.fixture
def peer_site(settings: Settings, clock: ManualClock) -> Iterator[Site]:
    """The site in its mode for foreign test suites."""
    with open_site(msgspec.structs.replace(settings, peer_test=True), clock) as opened:
        yield opened


def test_connected_apps_are_listed_and_ended(site: Site) -> None:
    alice = person(site, "alice")
    (token,) = site.get("/api/v1/tokens", alice.token).json()
    assert token["application"]["name"] == "Test app"
    assert site.post("/api/v1/tokens/7/invalidate", alice.token).status_code == 404
    assert site.post(f"/api/v1/tokens/{token['id']}/invalidate", alice.token).json()["id"] == token["id"]
    assert site.get("/api/v1/tokens", alice.token).status_code == 401


def test_signed_in_browsers_are_listed_and_ended(site: Site) -> None:
    alice, bob = person(site, "alice", password="correct horse"), person(site, "bob")
    sign_in(site)
    (session,) = site.get("/api/perdure/v1/sessions", alice.token).json()
    path = f"/api/perdure/v1/sessions/{session['id']}"
    assert site.delete(path, bob.token).status_code == 404
    assert site.delete(path, alice.token).json() == {}
    assert site.get("/api/perdure/v1/sessions", alice.token).json() == []
    assert 'id="user_email"' in site.get("/auth/sign_in").text


def test_a_profile_picture_is_taken_away(site: Site) -> None:
    alice = person(site, "alice", avatar_key="a.png", avatar_description="me")
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["avatar"].endswith("/media/a.png")
    body = site.delete("/api/v1/profile/avatar", alice.token).json()
    assert (body["avatar"], body["avatar_description"]) == ("http://perdure.test/static/avatar.svg", "")


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("name", ["alice", "alice@people.test"])
def test_test_mode_knows_the_password_grant(peer_site: Site, name: str, as_json: bool) -> None:
    person(peer_site, "alice", password="correct horse")
    app = register(peer_site, scopes="read")
    fields = {
        "grant_type": "password",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "username": name,
        "password": "correct horse",
        "scope": "read admin:read",
    }
    body = {"json": fields} if as_json else {"data": fields}
    assert peer_site.post("/oauth/token", **body).json()["scope"] == "read admin:read"
    wrong = peer_site.post("/oauth/token", data=fields | {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")


def test_test_mode_confirms_a_sign_up_at_once(peer_site: Site) -> None:
    token = peer_site.post("/api/v1/accounts", app_token(peer_site), data=GOOD).json()["access_token"]
    assert peer_site.get("/api/v1/accounts/verify_credentials", token).status_code == 200
    assert peer_site.post("/api/v1/emails/confirmations", token).status_code == 200


def test_one_s_own_account_counts_who_waits_to_follow(site: Site) -> None:
    alice, bob = person(site, "alice", locked=True), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    source = site.get("/api/v1/accounts/verify_credentials", alice.token).json()["source"]
    assert source["follow_requests_count"] == 1
