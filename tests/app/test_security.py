"""Who may do what, from where, how often; and what strangers' text can become."""

import io
import re
import sys
from typing import Any

import pytest

from perdure.accounts.rules import markup as notes
from perdure.accounts.service import credentials
from perdure.accounts.service.proof import prove_password
from perdure.accounts.service.sign_in import open_session_in
from perdure.kernel import log
from perdure.kernel.errors import Invalid, RateLimited
from perdure.posts.rules import markup
from tests.app import hostile
from tests.app.hostile import Route
from tests.app.humans import proof
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.site import Site

# What a browser must never make of somebody's text.
ACTIVE = re.compile(
    r"<\s*(?:script|img|iframe|svg|style|object|embed|form|input|base|meta|link)\b|\bon\w+\s*=", re.IGNORECASE
)
HREF = re.compile(r'href="([^"]*)"')
SAMPLES = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '"><svg/onload=alert(1)>',
    "javascript:alert(1)",
    "JaVaScRiPt://%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    'https://example.org/"onmouseover="alert(1)',
    "https://example.org/'onmouseover='alert(1)",
    "https://example.org/<script>alert(1)</script>",
    "https://example.org/?q=`><script>",
    "http://javascript:alert(1)@example.org/",
    'https://example.org"><b>',
    "@alice<script>",
    '@alice@perdure.test"><img src=x onerror=alert(1)>',
    "#tag<img src=x onerror=alert(1)>",
    '#"onclick="alert(1)',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href='javascript:alert(1)'>x</a>",
    "<!--<script>-->alert(1)",
    "\u202e<script>\u2066",
    "<\0script>alert(1)</script>",
    "https://example.org/\tx\n//evil.example",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
)


def harmless(html: str) -> None:
    """Between the tags nothing but text, in the tags no attribute but ours, in a link nothing but the web."""
    tags = re.sub(r'"[^"]*"', '""', re.sub(r">[^<]*<", "><", f">{html}<"))
    assert not ACTIVE.search(tags), html
    for address in HREF.findall(html):
        assert address.startswith(("http://", "https://")), html
    assert set(re.findall(r"<\s*/?\s*([a-z]+)", html)) <= {"p", "br", "a", "span"}, html


@pytest.mark.parametrize("sample", SAMPLES)
def test_unit_a_post_cannot_become_active_content(sample: str) -> None:
    for text in (sample, f"before {sample} after", f"{sample}\n\n{sample}"):
        found = markup.tokens(text, "perdure.test")
        harmless(markup.render(text, found, "https://perdure.test", {"alice": "alice"}))


@pytest.mark.parametrize("sample", SAMPLES)
def test_unit_a_bio_cannot_become_active_content(sample: str) -> None:
    harmless(notes.note_html(sample))
    harmless(notes.field_html(sample))


def test_a_page_shows_hostile_text_as_text(site: Site) -> None:
    alice = person(site, "alice", role="owner", display_name="<script>alert(0)</script>", note=SAMPLES[1])
    for sample in SAMPLES:
        site.post("/api/v1/statuses", alice.token, json={"status": sample, "spoiler_text": sample[:50]})
    for path in ("/", "/public", "/@alice", "/tags/tag"):
        html = site.get(path, headers={"Accept": "text/html"}, follow_redirects=True).text
        assert "<script>alert" not in html
        assert not re.search(r"<img[^>]+onerror", html)
        assert "javascript:alert" not in " ".join(HREF.findall(html)).lower()


@pytest.mark.parametrize("path", ["/", "/public", "/auth/sign_in", "/setup", "/nothing/here/at/all"])
def test_every_page_is_sent_with_the_strict_policy(site: Site, path: str) -> None:
    answer = site.get(path, headers={"Accept": "text/html"})
    policy = answer.headers["content-security-policy"] if answer.status_code != 302 else ""
    if answer.status_code in {302, 303, 307}:
        return
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src", 1)[-1].split(";", 1)[0] if "script-src" in policy else True
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_stored_file_is_never_a_page_or_a_script(site: Site) -> None:
    alice = person(site, "alice")
    for name, body in (
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.png", b"<script>alert(1)</script>"),
        ("a.js", b"alert(1)"),
        ("a.pdf", b"%PDF-1.7"),
    ):
        sent = site.post("/api/v2/media", alice.token, files={"file": (name, body, "image/png")})
        assert sent.status_code == 422, name
    sent = site.post("/api/v2/media", alice.token, files={"file": ("x.html", picture("png", 40, 30), "text/html")})
    url = sent.json()["url"]
    kept = site.get(url.removeprefix("http://perdure.test"))
    assert kept.headers["content-type"] == "image/png"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in kept.headers["content-security-policy"]


FORMS = [route for route in hostile.PAGES if route.method == "POST"]


@pytest.mark.parametrize("route", FORMS, ids=lambda route: route.path)
@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://perdure.test.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://other.perdure.test"},
    ],
    ids=str,
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_page_takes_a_form_from_another_site(site: Site, route: Route, foreign: dict[str, str]) -> None:
    answer = site.post(route.at("1"), headers=foreign, data={"x": "y"}, follow_redirects=False)
    assert answer.status_code == 403


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_site_s_own_forms_are_taken(site: Site) -> None:
    for own in ({"Origin": "http://perdure.test"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {}):
        answer = site.post("/auth/sign_in", headers=own, data={"user[email]": "a", "user[password]": "b"})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\tevil", "javascript:alert(1)",
     "/\r\nSet-Cookie: a=b", "http:evil.example", "///evil.example"],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_signing_in_leads_nowhere_else(site: Site, target: str) -> None:
    person(site, "alice", password="correct horse")
    form = {"user[email]": "alice", "user[password]": "correct horse", "return_to": target}
    answer = site.post("/auth/sign_in", data=form, follow_redirects=False)
    assert answer.status_code in {302, 303}
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    person(site, "alice", password="correct horse")
    form = {"user[email]": "alice", "user[password]": "correct horse"}
    cookie = site.post("/auth/sign_in", data=form, follow_redirects=False).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def many(site: Site, times: int, path: str, **kwargs: Any) -> list[int]:
    return [site.post(path, follow_redirects=False, **kwargs).status_code for _ in range(times)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_wrong_passwords_for_many_names_from_one_address_are_stopped(site: Site) -> None:
    answers = [
        site.post("/auth/sign_in", data={"user[email]": f"name{n}", "user[password]": "x"}).status_code
        for n in range(62)
    ]
    assert answers == [422] * 60 + [429] * 2
    site.clock.advance(seconds=601)
    assert many(site, 1, "/auth/sign_in", data={"user[email]": "a", "user[password]": "x"}) == [422]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_page_that_comes_too_often_is_told_when_to_come_back(site: Site) -> None:
    many(site, 60, "/auth/confirmation", data={"confirmation_token": "x"})
    answer = site.post("/auth/confirmation", data={"confirmation_token": "x"}, headers={"Accept": "text/html"})
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/html")
    assert 0 < int(answer.headers["retry-after"]) <= 300


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nobody_has_the_site_send_mail_without_end(site: Site) -> None:
    answers = many(site, 12, "/auth/password/new", data={"user[email]": "a@people.test"})
    assert answers.count(429) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_forged_token_buys_no_limit_of_its_own(site: Site) -> None:
    app = {"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    answers = [
        site.post("/api/v1/apps", json=app, headers={"Authorization": f"Bearer forged{n}"}).status_code
        for n in range(302)
    ]
    assert answers.count(429) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sign_ups_are_counted_by_address_whatever_app_sends_them(site: Site) -> None:
    answers = []
    for number in range(7):
        app = site.post(
            "/api/v1/apps",
            json={"client_name": "x", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write"},
        ).json()
        grant = {
            "grant_type": "client_credentials",
            "scope": "read write",
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
        }
        token = site.post("/oauth/token", data=grant).json()["access_token"]
        who = {
            "username": f"n{number}",
            "email": f"n{number}@x.test",
            "password": "correct horse",
            "agreement": True,
            "locale": "en",
        }
        answers.append(site.post("/api/v1/accounts", token, json=who).status_code)
    assert answers[5:] == [429, 429]


def test_a_password_is_not_guessed_on_a_stolen_session(site: Site) -> None:
    alice = person(site, "alice", password="correct horse")
    for _ in range(10):
        with pytest.raises(Invalid):
            site.run(prove_password, site.rt, alice.id, "guess")
    with pytest.raises(RateLimited):
        site.run(prove_password, site.rt, alice.id, "correct horse")
    site.clock.advance(seconds=601)
    site.run(prove_password, site.rt, alice.id, "correct horse")


def test_a_mailbox_gets_three_links_and_no_more_while_they_work(site: Site) -> None:
    person(site, "alice")
    for _ in range(6):
        site.write(credentials._ask_reset_in, "alice@people.test")
        site.work()
    assert len(list((site.rt.settings.data / "mail").iterdir())) == 3


def test_the_answer_to_a_reset_does_not_tell_whether_there_is_an_account(site: Site) -> None:
    person(site, "alice", role="owner")
    known, unknown = (
        site.post("/auth/password/new", data={"user[email]": f"{name}@people.test"} | proof(site))
        for name in ("alice", "nobody")
    )
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert known.text == unknown.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_secret_reaches_the_log(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    log.configure(level="debug", as_json=True)
    try:
        person(site, "alice", password="correct horse battery")
        form = {"user[email]": "alice", "user[password]": "wrong horse battery"}
        site.post("/auth/sign_in", data=form)
        answer = site.post(
            "/auth/sign_in", data={**form, "user[password]": "correct horse battery"}, follow_redirects=False
        )
        cookie = answer.cookies["perdure_session"]
        site.get("/api/v1/timelines/home", "forged-token-text")
        site.get("/api/v1/timelines/home?access_token=forged-query-token&limit=x")
        site.post("/auth/password/new", data={"user[email]": "alice@people.test"} | proof(site))
        site.work()
        log.logger("test").info("shown", password="correct horse battery", nothing="else")
    finally:
        log.configure(level="info", as_json=False)
    said = written.getvalue()
    assert "shown" in said
    for secret in ("horse battery", cookie, "forged-token-text", "forged-query-token", "reset_password_token="):
        assert secret not in said


class Things:
    """What alice has and bob does not."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.alice, self.bob = person(site, "alice", role="owner"), person(site, "bob")
        token = self.alice.token
        self.post = self._made("/api/v1/statuses", {"status": "to followers", "visibility": "private"})
        self.public = self._made("/api/v1/statuses", {"status": "to all"})
        self.later = self._made("/api/v1/statuses", {"status": "later", "scheduled_at": "2030-01-01T00:00:00Z"})
        self.list = self._made("/api/v1/lists", {"title": "mine"})
        self.filter = self._made(
            "/api/v2/filters", {"title": "mine", "context": ["home"], "keywords_attributes": [{"keyword": "x"}]}
        )
        self.keyword = site.get(f"/api/v2/filters/{self.filter}/keywords", token).json()[0]["id"]
        self.old_filter = self.keyword
        file = {"file": ("a.png", picture("png", 40, 30), "image/png")}
        self.media = site.post("/api/v2/media", token, files=file).json()["id"]
        site.post(f"/api/v1/accounts/{self.alice.id}/follow", self.bob.token)
        site.work()
        site.post("/api/v1/statuses", self.bob.token, json={"status": "@alice hello", "visibility": "direct"})
        site.work()
        self.notification = site.get("/api/v1/notifications", token).json()[0]["id"]
        self.conversation = site.get("/api/v1/conversations", token).json()[0]["id"]
        site.post(f"/api/v1/accounts/{self.alice.id}/unfollow", self.bob.token)
        self.tag = self._made("/api/v1/featured_tags", {"name": "mine"})
        self.token_id = site.get("/api/v1/tokens", token).json()[0]["id"]
        site.write(open_session_in, self.alice.id, "browser", "127.0.0.1")
        self.session = site.get("/api/perdure/v1/sessions", token).json()[0]["id"]

    def _made(self, path: str, body: dict[str, Any]) -> str:
        answer = self.site.post(path, self.alice.token, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])


# Method, path, body: each against something of alice's that bob may not touch.
OTHERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("PUT", "/api/v1/statuses/{public}", {"status": "mine now"}),
    ("DELETE", "/api/v1/statuses/{public}", {}),
    ("GET", "/api/v1/statuses/{public}/source", {}),
    ("POST", "/api/v1/statuses/{public}/pin", {}),
    ("GET", "/api/v1/statuses/{post}", {}),
    ("PUT", "/api/v1/statuses/{post}", {"status": "mine now"}),
    ("DELETE", "/api/v1/statuses/{post}", {}),
    ("GET", "/api/v1/statuses/{post}/context", {}),
    ("GET", "/api/v1/statuses/{post}/history", {}),
    ("GET", "/api/v1/statuses/{post}/favourited_by", {}),
    ("POST", "/api/v1/statuses/{post}/favourite", {}),
    ("POST", "/api/v1/statuses/{post}/reblog", {}),
    ("POST", "/api/v1/statuses/{post}/bookmark", {}),
    ("POST", "/api/v1/statuses/{post}/mute", {}),
    ("POST", "/api/v1/statuses", {"status": "x", "in_reply_to_id": "{post}"}),
    ("POST", "/api/v1/statuses", {"status": "x", "media_ids": ["{media}"]}),
    ("GET", "/api/v1/scheduled_statuses/{later}", {}),
    ("PUT", "/api/v1/scheduled_statuses/{later}", {"scheduled_at": "2031-01-01T00:00:00Z"}),
    ("DELETE", "/api/v1/scheduled_statuses/{later}", {}),
    ("GET", "/api/v1/lists/{list}", {}),
    ("PUT", "/api/v1/lists/{list}", {"title": "mine now"}),
    ("DELETE", "/api/v1/lists/{list}", {}),
    ("GET", "/api/v1/lists/{list}/accounts", {}),
    ("POST", "/api/v1/lists/{list}/accounts", {"account_ids": ["1"]}),
    ("DELETE", "/api/v1/lists/{list}/accounts", {"account_ids": ["1"]}),
    ("GET", "/api/v1/timelines/list/{list}", {}),
    ("GET", "/api/v2/filters/{filter}", {}),
    ("PUT", "/api/v2/filters/{filter}", {"title": "mine now"}),
    ("DELETE", "/api/v2/filters/{filter}", {}),
    ("GET", "/api/v2/filters/{filter}/keywords", {}),
    ("POST", "/api/v2/filters/{filter}/keywords", {"keyword": "y"}),
    ("POST", "/api/v2/filters/{filter}/statuses", {"status_id": "{public}"}),
    ("GET", "/api/v2/filters/keywords/{keyword}", {}),
    ("PUT", "/api/v2/filters/keywords/{keyword}", {"keyword": "y"}),
    ("DELETE", "/api/v2/filters/keywords/{keyword}", {}),
    ("GET", "/api/v1/filters/{old_filter}", {}),
    ("PUT", "/api/v1/filters/{old_filter}", {"phrase": "y", "context": ["home"]}),
    ("DELETE", "/api/v1/filters/{old_filter}", {}),
    ("GET", "/api/v1/media/{media}", {}),
    ("PUT", "/api/v1/media/{media}", {"description": "mine now"}),
    ("DELETE", "/api/v1/media/{media}", {}),
    ("GET", "/api/v1/notifications/{notification}", {}),
    ("POST", "/api/v1/conversations/{conversation}/read", {}),
    ("DELETE", "/api/v1/conversations/{conversation}", {}),
    ("DELETE", "/api/v1/featured_tags/{tag}", {}),
    ("POST", "/api/v1/tokens/{token_id}/invalidate", {}),
    ("DELETE", "/api/perdure/v1/sessions/{session}", {}),
    ("POST", "/api/v1/follow_requests/{alice_id}/authorize", {}),
)  # fmt: skip


def test_nobody_reaches_what_belongs_to_somebody_else(site: Site) -> None:
    things = Things(site)
    ids = {name: value for name, value in vars(things).items() if isinstance(value, str)} | {
        "alice_id": things.alice.id
    }
    for method, path, body in OTHERS:
        url = path.format(**ids)
        filled = {key: _filled(value, ids) for key, value in body.items()}
        for who in (things.bob, None):
            answer = site.request(method, url, who.token if who else None, json=filled)
            allowed = {404, 403, 422} if who else {401, 403, 404}
            assert answer.status_code in allowed, f"{method} {path} as {who and who.name}: {answer.status_code}"
    _unharmed(site, things, ids)


def _filled(value: Any, ids: dict[str, Any]) -> Any:
    return [part.format(**ids) for part in value] if isinstance(value, list) else str(value).format(**ids)


def _unharmed(site: Site, things: Things, ids: dict[str, Any]) -> None:
    """Everything is still there, and as it was."""
    for path, field, value in (
        ("/api/v1/statuses/{public}/source", "text", "to all"),
        ("/api/v1/statuses/{post}/source", "text", "to followers"),
        ("/api/v1/scheduled_statuses/{later}", "id", things.later),
        ("/api/v1/lists/{list}", "title", "mine"),
        ("/api/v2/filters/{filter}", "title", "mine"),
        ("/api/v2/filters/keywords/{keyword}", "keyword", "x"),
        ("/api/v1/media/{media}", "description", None),
        ("/api/v1/notifications/{notification}", "id", things.notification),
    ):
        assert site.get(path.format(**ids), things.alice.token).json()[field] == value, path


STAFF = [route for route in hostile.API if "/admin/" in route.path]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_member_may_do_nothing_that_belongs_to_staff(site: Site) -> None:
    bob = person(site, "bob")
    for route in STAFF:
        for who in (bob.token, None):
            assert site.request(route.method, route.at("1"), who).status_code in {401, 403, 404, 422}, route


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_token_that_may_only_read_changes_nothing(site: Site) -> None:
    reader: Person = person(site, "reader", scope="read")
    # Open to everybody, or about the client itself: whoever sends a notice needs no account.
    ours = {"/api/v1/apps", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/api/perdure/v1/notices"}
    for route in hostile.API:
        if route.method in {"GET", "HEAD", "OPTIONS"} or route.path in ours:
            continue
        site.clock.advance(seconds=300)
        status = site.request(route.method, route.at(str(reader.id)), reader.token).status_code
        assert status in {403, 404, 405}, f"{route.method} {route.path}: {status}"
