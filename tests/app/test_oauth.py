import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.app.people import person
from tests.site import Site

OOB = "urn:ietf:wg:oauth:2.0:oob"
BACK = "https://app.example/callback"


def register(site: Site, scopes: str = "read write follow", uris: str = f"{OOB}\n{BACK}") -> dict[str, Any]:
    answer = site.post("/api/v1/apps", data={"client_name": "Tusky", "redirect_uris": uris, "scopes": scopes})
    assert answer.status_code == 200
    return dict(answer.json())


def sign_in(site: Site, name: str = "alice", password: str = "correct horse") -> httpx.Response:
    return site.post("/auth/sign_in", data={"user[email]": name, "user[password]": password}, follow_redirects=False)


def authorize(site: Site, app: dict[str, Any], **more: str) -> httpx.Response:
    asked = {"client_id": app["client_id"], "redirect_uri": BACK, "response_type": "code", "scope": "read", **more}
    return site.post("/oauth/authorize", data=asked, follow_redirects=False)


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(site: Site, app: dict[str, Any], code: str, **more: str) -> httpx.Response:
    fields = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
        "code": code,
    }
    return site.post("/oauth/token", data=fields | more)


@pytest.mark.parametrize("uris", [f"{OOB}\n{BACK}", [OOB, BACK]])
def test_an_app_registers_with_its_addresses_in_any_spelling(site: Site, uris: Any) -> None:
    answer = site.post(
        "/api/v1/apps", json={"client_name": "Tusky", "redirect_uris": uris, "website": "https://t.example"}
    )
    body = answer.json()
    assert answer.status_code == 200
    assert body["redirect_uris"] == [OOB, BACK]
    assert body["scopes"] == ["read"]
    assert body["client_secret_expires_at"] == 0
    assert {"id", "name", "website", "redirect_uri", "client_id", "client_secret", "vapid_key"} <= set(body)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"redirect_uris": OOB}, "Validation failed: Name can't be blank"),
        ({"client_name": "x"}, "Validation failed: Redirect uri can't be blank"),
        (
            {"client_name": "x", "redirect_uris": "javascript:alert(1)"},
            "Validation failed: Redirect uri must be an absolute URI.",
        ),
        (
            {"client_name": "x", "redirect_uris": OOB, "scopes": "fly"},
            "Validation failed: Scopes doesn't match configured on the server.",
        ),
    ],
)
def test_a_wrong_registration_says_why(site: Site, fields: dict[str, str], text: str) -> None:
    answer = site.post("/api/v1/apps", data=fields)
    assert (answer.status_code, answer.json()["error"]) == (422, text)


def test_the_whole_way_from_sign_in_to_a_token_without_javascript(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    app = register(site)
    query = {
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "read write",
        "state": "s&1",
    }
    asked = site.get("/oauth/authorize", params=query, follow_redirects=False)
    assert asked.status_code == 302
    page = site.get(asked.headers["location"])
    assert 'id="user_email"' in page.text
    assert 'id="user_password"' in page.text
    assert page.text.count('type="submit"') == 1
    return_to = re.search(r'name="return_to" value="([^"]+)"', page.text)
    assert return_to is not None
    fields = {
        "user[email]": "alice@people.test",
        "user[password]": "correct horse",
        "return_to": return_to[1].replace("&amp;", "&"),
    }
    consent = site.post("/auth/sign_in", data=fields)
    assert "Tusky wants to use your account @alice" in consent.text
    assert len(re.findall(r'<button type="submit">', consent.text)) == 1
    answer = authorize(site, app, scope="read write", state="s&1")
    location = urlsplit(answer.headers["location"])
    assert location.netloc == "app.example"
    assert parse_qs(location.query)["state"] == ["s&1"]
    token = exchange(site, app, code_of(answer)).json()
    assert token["token_type"] == "Bearer"
    assert token["scope"] == "read write"
    assert isinstance(token["created_at"], int)
    me = site.get("/api/v1/accounts/verify_credentials", token["access_token"])
    assert me.json()["id"] == str(alice.id)


def test_a_code_works_once_only_for_its_app_and_address_and_for_ten_minutes(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app, other = register(site), register(site)
    sign_in(site)
    code = code_of(authorize(site, app))
    assert exchange(site, app, code).status_code == 200
    assert exchange(site, app, code).json()["error"] == "invalid_grant"
    assert exchange(site, other, code_of(authorize(site, app))).status_code == 400
    assert exchange(site, app, code_of(authorize(site, app)), redirect_uri=OOB).status_code == 400
    late = code_of(authorize(site, app))
    site.clock.advance(seconds=601)
    assert exchange(site, app, late).json()["error"] == "invalid_grant"


def test_pkce_asks_for_the_verifier_of_the_challenge_and_knows_s256_only(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app = register(site)
    sign_in(site)
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert exchange(site, app, code_of(authorize(site, app, **pkce))).json()["error"] == "invalid_grant"
    wrong = exchange(site, app, code_of(authorize(site, app, **pkce)), code_verifier="w" * 50)
    assert wrong.status_code == 400
    right = exchange(site, app, code_of(authorize(site, app, **pkce)), code_verifier=verifier)
    assert right.status_code == 200
    plain = authorize(site, app, code_challenge="x", code_challenge_method="plain")
    assert plain.status_code == 422


def test_an_out_of_band_code_is_shown_on_a_page(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app = register(site)
    sign_in(site)
    answer = authorize(site, app, redirect_uri=OOB)
    page = site.get(answer.headers["location"])
    shown = re.search(r"<code>([^<]+)</code>", page.text)
    assert shown is not None
    assert exchange(site, app, shown[1], redirect_uri=OOB).status_code == 200


def test_denying_sends_access_denied_back(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app = register(site)
    sign_in(site)
    answer = authorize(site, app, decision="deny", state="x")
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


def test_an_unknown_address_or_scope_is_never_redirected_to(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app = register(site, scopes="read")
    sign_in(site)
    assert authorize(site, app, redirect_uri="https://evil.example").status_code == 422
    assert authorize(site, app, scope="write").status_code == 422


def test_a_form_from_another_site_is_refused(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app = register(site)
    sign_in(site)
    asked = {"client_id": app["client_id"], "redirect_uri": BACK, "response_type": "code"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = site.post("/oauth/authorize", data=asked, headers=headers, follow_redirects=False)
        assert answer.status_code == 403


def test_force_login_asks_for_the_password_again(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app = register(site)
    sign_in(site)
    query = {"client_id": app["client_id"], "redirect_uri": BACK, "response_type": "code", "force_login": "true"}
    page = site.get("/oauth/authorize", params=query)
    assert 'id="user_password"' in page.text


def test_an_app_gets_its_own_token_by_basic_authentication_too(site: Site) -> None:
    app = register(site)
    answer = site.client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "scope": "write:accounts  read"},
        auth=(app["client_id"], app["client_secret"]),
    )
    assert answer.status_code == 200
    assert answer.json()["scope"] == "write:accounts  read"
    token = answer.json()["access_token"]
    assert site.get("/api/v1/apps/verify_credentials", token).json()["name"] == "Tusky"
    refused = site.get("/api/v1/accounts/verify_credentials", token)
    assert (refused.status_code, refused.json()["error"]) == (422, "This method requires an authenticated user")


@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "telepathy"}, 400, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "alice", "password": "correct horse"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": "fly"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "admin:read"}, 400, "invalid_scope"),
        ({"grant_type": "authorization_code", "code": "nonsense"}, 400, "invalid_grant"),
    ],
)
def test_token_errors_use_the_words_that_clients_look_for(
    site: Site, change: dict[str, str], status: int, word: str
) -> None:
    app = register(site)
    fields = {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]}
    answer = site.post("/oauth/token", data=fields | change)
    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert answer.json()["error_description"]


def test_revoking_ends_a_token_at_once_and_only_for_its_own_app(site: Site) -> None:
    person(site, "alice", password="correct horse")
    app, other = register(site), register(site)
    sign_in(site)
    token = exchange(site, app, code_of(authorize(site, app))).json()["access_token"]
    assert site.get("/api/v1/accounts/verify_credentials", token).status_code == 200
    foreign = {"client_id": other["client_id"], "client_secret": other["client_secret"], "token": token}
    refused = site.post("/oauth/revoke", data=foreign)
    assert (refused.status_code, refused.json()["error"]) == (403, "unauthorized_client")
    own = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
    assert site.post("/oauth/revoke", data=own).json() == {}
    gone = site.get("/api/v1/accounts/verify_credentials", token)
    assert (gone.status_code, gone.json()["error"]) == (401, "The access token is invalid")
    assert site.post("/oauth/revoke", data=own).status_code == 200


def test_the_metadata_names_pkce_and_both_ways_to_authenticate(site: Site) -> None:
    found = site.get("/.well-known/oauth-authorization-server").json()
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert found["issuer"] == "http://perdure.test/"
    assert "password" not in found["grant_types_supported"]


def test_a_wrong_password_says_so_without_telling_whether_the_name_exists(site: Site) -> None:
    person(site, "alice", password="correct horse")
    for name in ("alice", "nobody", "nobody@x.test"):
        answer = sign_in(site, name, "wrong")
        assert answer.status_code == 422
        assert "The name or the password is not right." in answer.text


def test_guessing_is_stopped_after_ten_tries_for_ten_minutes(site: Site) -> None:
    person(site, "alice", password="correct horse")
    for _ in range(10):
        sign_in(site, "alice", "wrong")
    assert sign_in(site).status_code == 429
    site.clock.advance(seconds=601)
    assert sign_in(site).status_code == 302


def test_the_session_cookie_cannot_be_read_by_scripts_and_ends_with_sign_out(site: Site) -> None:
    person(site, "alice", password="correct horse")
    cookie = sign_in(site).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    app = register(site)
    query = {"client_id": app["client_id"], "redirect_uri": BACK, "response_type": "code"}
    assert "wants to use your account" in site.get("/oauth/authorize", params=query).text
    site.post("/auth/sign_out")
    assert 'id="user_password"' in site.get("/oauth/authorize", params=query).text


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_sign_in_never_leads_to_another_site(site: Site, target: str) -> None:
    person(site, "alice", password="correct horse")
    fields = {"user[email]": "alice", "user[password]": "correct horse", "return_to": target}
    assert site.post("/auth/sign_in", data=fields, follow_redirects=False).headers["location"] == "/"


def test_pages_speak_french_on_request(site: Site) -> None:
    assert "Mot de passe" in site.get("/auth/sign_in", headers={"Accept-Language": "fr-FR,fr;q=0.9"}).text


def test_every_scope_of_mastodon_can_be_registered(site: Site) -> None:
    read = "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses"
    write = f"{read} conversations media reports".replace("search ", "")
    wanted = " ".join([*(f"read:{name}" for name in read.split()), *(f"write:{name}" for name in write.split())])
    assert register(site, f"{wanted} push profile follow")["scopes"] == [*wanted.split(), "push", "profile", "follow"]
