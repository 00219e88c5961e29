"""Settings in a browser: each change takes effect, each refusal says where, and nobody touches what is not theirs."""

import re
from typing import Any

import pyotp
import pytest

from perdure.accounts import service
from perdure.accounts.service.sign_in import open_session_in
from perdure.graph import service as graph
from perdure.graph.service import filters
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_accounts_access import link_in, mails
from tests.app.test_posts import say
from tests.site import Site

PAGES = ("", "/profile", "/posting", "/account", "/account/email", "/account/name", "/account/password", "/account/deactivate",
         "/account/delete", "/security", "/security/codes", "/access", "/filters", "/filters/new", "/hidden", "/invites", "/data", "/move")  # fmt: skip
PASSWORD = {"current_password": "correct horse"}


def signed_in(site: Site, name: str = "alice", **more: Any) -> Person:
    """Somebody whose browser is signed in."""
    someone = person(site, name, password="correct horse", **more)
    browse_as(site, someone)
    return someone


def browse_as(site: Site, someone: Person) -> None:
    about = (someone.id, "Mozilla/5.0 (X11; Linux) Firefox/128.0", "192.0.2.1")
    token = site.run(site.rt.db.write, "session.open", open_session_in, *about)
    site.client.cookies.clear()
    site.client.cookies.set("perdure_session", token)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_both_languages_and_is_for_members_only(site: Site, path: str) -> None:
    person(site, "olga", role="owner")
    assert site.get(f"/settings{path}").url.path == "/auth/sign_in"
    signed_in(site)
    for language in ("en", "fr"):
        page = site.get(f"/settings{path}?lang={language}")
        assert (page.status_code, f'lang="{language}"' in page.text) == (200, True)
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page.text)


def test_the_profile_is_changed_with_its_pictures(site: Site) -> None:
    alice = signed_in(site)
    fields = {
        "display_name": "Alice <A>",
        "note": "Hello",
        "field_name": ["Home", "", ""],
        "field_value": ["https://example.org", "", ""],
        "locked": "1",
        "avatar_description": "me",
    }
    page = site.post("/settings/profile", data=fields, files={"avatar": ("a", picture("png"))})
    assert "Saved." in page.text
    assert "Alice &lt;A&gt;" in page.text
    body = site.get(f"/api/v1/accounts/{alice.id}").json()
    assert (body["display_name"], body["locked"], body["discoverable"]) == ("Alice <A>", True, False)
    assert body["fields"][0]["name"] == "Home"
    assert "/media/" in body["avatar"]
    assert site.get(body["avatar"]).status_code == 200
    site.post("/settings/profile", data={"display_name": "A", "remove_avatar": "1"})
    assert "/static/" in site.get(f"/api/v1/accounts/{alice.id}").json()["avatar"]
    assert site.get(body["avatar"]).status_code == 404


def test_a_refused_profile_keeps_what_was_typed_and_changes_nothing(site: Site) -> None:
    alice = signed_in(site)
    long = site.post("/settings/profile", data={"display_name": "x" * 31, "note": "kept"})
    assert (long.status_code, 'id="display_name-fault"' in long.text, "kept" in long.text) == (422, True, True)
    broken = site.post("/settings/profile", data={"note": "kept"}, files={"avatar": ("a", b"no picture")})
    assert (broken.status_code, 'id="avatar-fault"' in broken.text) == (422, True)
    assert site.read(service.view_in, alice.id).note == ""


def test_defaults_for_posting_and_reading_are_kept(site: Site) -> None:
    alice = signed_in(site)
    site.post("/settings/posting", data={"privacy": "private", "default_language": "fr", "expand_media": "show_all"})
    wishes = site.get("/api/v1/preferences", alice.token).json()
    assert (wishes["posting:default:visibility"], wishes["posting:default:language"]) == ("private", "fr")
    assert wishes["reading:expand:media"] == "show_all"
    assert site.post("/settings/posting", data={"privacy": "nonsense", "expand_media": "default"}).status_code == 422


def test_another_address_counts_once_confirmed_and_the_old_one_is_told(site: Site) -> None:
    alice = signed_in(site)
    wrong = site.post("/settings/account/email", data={"email": "new@people.test", "current_password": "no"})
    assert (wrong.status_code, 'id="current_password-fault"' in wrong.text, "new@people.test" in wrong.text) == (
        422,
        True,
        True,
    )
    site.post("/settings/account/email", data=PASSWORD | {"email": "new@people.test"})
    assert {mail["To"] for mail in mails(site)} == {"alice@people.test", "new@people.test"}
    secret = link_in(next(mail for mail in mails(site) if mail["To"] == "new@people.test")).rpartition("=")[2]
    site.post("/auth/confirmation", data={"confirmation_token": secret})
    assert site.read(service.login_in, alice.id).email == "new@people.test"


def test_a_new_name_leaves_a_way_from_the_old_one(site: Site) -> None:
    alice = signed_in(site)
    post = say(site, alice, "hello from alice")
    assert site.post("/settings/account/name", data=PASSWORD | {"username": "admin"}).status_code == 422
    site.post("/settings/account/name", data=PASSWORD | {"username": "alicia"})
    assert "hello from alice" in site.get("/@alicia").text
    assert site.get("/@ALICE").url.path == "/@alicia"
    assert site.get(f"/@alice/{post['id']}").url.path == f"/@alicia/{post['id']}"


def test_a_new_password_ends_every_other_session_and_app(site: Site) -> None:
    alice = signed_in(site)
    other = site.write(open_session_in, alice.id, "", "")
    page = site.post("/settings/account/password", data=PASSWORD | {"password": "battery staple"})
    assert page.url.path == "/settings/account"
    assert site.run(service.viewer_for_session, site.rt, other) is None
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 401


def test_deleting_asks_for_the_name_and_the_password(site: Site) -> None:
    alice = signed_in(site)
    for wrong in (PASSWORD | {"username": "bob"}, {"username": "alice", "current_password": "no"}):
        assert site.post("/settings/account/delete", data=wrong).status_code == 422
    gone = site.post("/settings/account/delete", data=PASSWORD | {"username": "@Alice"})
    assert gone.url.path == "/auth/sign_in"
    assert "erased in 30 days" in gone.text
    assert site.read(service.view_in, alice.id).state == "deactivated"


def test_pausing_hides_the_account_and_signs_out(site: Site) -> None:
    alice = signed_in(site)
    assert site.post("/settings/account/deactivate", data=PASSWORD).url.path == "/auth/sign_in"
    assert site.read(service.view_in, alice.id).state == "deactivated"
    assert site.get("/settings").url.path == "/auth/sign_in"


def test_codes_are_turned_on_with_a_picture_and_recovery_codes_shown_once(site: Site) -> None:
    alice = signed_in(site)
    page = site.get("/settings/security/codes").text
    assert 'class="qr"' in page
    secret = re.search(r'name="secret" value="(\w+)"', page)
    assert secret is not None
    wrong = site.post("/settings/security/codes", data=PASSWORD | {"secret": secret[1], "code": "000000"})
    assert (wrong.status_code, secret[1] in wrong.text, 'id="code-fault"' in wrong.text) == (422, True, True)
    code = pyotp.TOTP(secret[1]).at(site.clock.now_ms() // 1000)
    done = site.post("/settings/security/codes", data=PASSWORD | {"secret": secret[1], "code": code})
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", done.text)
    assert len(codes) == 10
    assert codes[0] not in site.get("/settings/security").text
    assert site.run(service.recovery_codes_left, site.rt, alice.id) == 10
    assert (
        site.post("/settings/security/codes", data=PASSWORD | {"secret": "<script>", "code": code}).status_code == 422
    )
    site.post("/settings/security/codes/off", data=PASSWORD)
    assert site.read(service.login_in, alice.id).totp_secret is None


def test_browsers_and_apps_are_named_and_ended_by_their_owner_only(site: Site) -> None:
    alice = signed_in(site)
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile Safari/604.1"
    site.write(open_session_in, alice.id, phone, "198.51.100.9")
    page = site.get("/settings/access").text
    assert "Firefox · Linux" in page
    assert "Safari · iOS" in page
    assert "Test app" in page
    ending = re.search(r"/settings/access/sessions/\d+/end", page)
    app = re.search(r"/settings/access/apps/\d+/end", page)
    assert ending is not None
    assert app is not None
    browse_as(site, person(site, "bob"))
    for address in (ending[0], app[0], "/settings/access/apps/x/end"):
        assert site.post(address).status_code == 404
    browse_as(site, alice)
    assert "Safari · iOS" not in site.post(ending[0]).text
    site.post(app[0])
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 401


def test_a_filter_is_made_changed_and_deleted(site: Site) -> None:
    alice = signed_in(site)
    blank = site.post(
        "/settings/filters/new", data={"title": "", "keywords": "kept words", "action": "warn", "context": "home"}
    )
    assert (blank.status_code, "kept words" in blank.text) == (422, True)
    fields = {
        "title": "Series",
        "keywords": "season three\nfinale",
        "whole_word": "1",
        "context": ["home", "public"],
        "action": "hide",
        "expires": "day",
    }
    site.post("/settings/filters/new", data=fields)
    (made,) = site.read(filters.filters_in, alice.id)
    assert ([one.keyword for one in made.keywords], made.contexts, made.action) == (
        ["season three", "finale"],
        ("home", "public"),
        "hide",
    )
    assert made.expires_at == site.clock.now_ms() + 86_400_000
    assert "season three\nfinale" in site.get(f"/settings/filters/{made.id}").text
    site.post(f"/settings/filters/{made.id}", data=fields | {"keywords": "finale\nprequel", "expires": ""})
    (changed,) = site.read(filters.filters_in, alice.id)
    assert [one.keyword for one in changed.keywords] == ["finale", "prequel"]
    assert changed.expires_at == made.expires_at
    browse_as(site, person(site, "bob"))
    assert site.get(f"/settings/filters/{made.id}").status_code == 404
    assert site.post(f"/settings/filters/{made.id}/delete").status_code == 404
    browse_as(site, alice)
    site.post(f"/settings/filters/{made.id}/delete")
    assert site.read(filters.filters_in, alice.id) == []


def test_mutes_blocks_and_sites_are_listed_and_undone(site: Site) -> None:
    alice, bob, carol = signed_in(site), person(site, "bob"), person(site, "carol")
    site.write(graph.mute_in, alice.id, bob.id, duration_s=3600)
    site.write(graph.block_in, alice.id, carol.id)
    site.post("/settings/hidden/domains", data={"domain": "spam.example"})
    assert site.post("/settings/hidden/domains", data={"domain": "no domain"}).status_code == 422
    page = site.get("/settings/hidden").text
    for shown in ("@bob", "1 hour left", "@carol", "spam.example"):
        assert shown in page
    site.post(f"/settings/hidden/mutes/{bob.id}/end")
    site.post(f"/settings/hidden/blocks/{carol.id}/end")
    site.post("/settings/hidden/domains/end", data={"domain": "spam.example"})
    page = site.get("/settings/hidden").text
    for shown in ("@bob", "@carol", "spam.example"):
        assert shown not in page


def test_an_invitation_is_made_and_taken_back_by_who_made_it(site: Site) -> None:
    alice = signed_in(site)
    page = site.post(
        "/settings/invites", data={"max_uses": "5", "expires_in": "7", "comment": "choir", "autofollow": "1"}
    ).text
    (made,) = site.run(service.invites, site.rt, alice.id)
    assert (made.max_uses, made.comment, made.autofollow) == (5, "choir", True)
    assert f"http://perdure.test/invite/{made.code}" in page
    for wrong in ("0", "1001", "x"):
        assert site.post("/settings/invites", data={"max_uses": wrong}).status_code == 422
    browse_as(site, person(site, "bob"))
    assert site.post(f"/settings/invites/{made.id}/revoke").status_code == 404
    browse_as(site, alice)
    site.post(f"/settings/invites/{made.id}/revoke")
    assert site.get(f"/invite/{made.code}").status_code == 404


def test_lists_go_out_as_files_and_come_in_again(site: Site) -> None:
    alice, bob = signed_in(site), person(site, "bob")
    site.write(graph.follow_in, alice.id, bob.id)
    file = site.get("/settings/data/follows.csv")
    assert "attachment" in file.headers["content-disposition"]
    assert "bob@perdure.test" in file.text
    assert site.get("/settings/data/secrets.csv").status_code == 404
    browse_as(site, person(site, "carol"))
    assert (
        "Every row was taken."
        in site.post("/settings/data", data={"kind": "follows"}, files={"file": ("f.csv", file.content)}).text
    )
    partly = site.post("/settings/data", data={"kind": "blocks"}, files={"file": ("f.csv", b"nobody\n<b>@x\n")})
    assert "Nobody here has this name." in partly.text
    assert "&lt;b&gt;" in partly.text
    assert site.post("/settings/data", data={"kind": "follows"}).status_code == 422
    assert site.post("/settings/data", data={"kind": "x"}, files={"file": ("f", b"a")}).status_code == 422
    assert site.post("/settings/data", data={"kind": "follows"}, files={"file": ("f", b"\xff\xfe")}).status_code == 422


def test_another_site_changes_nothing_through_the_browser(site: Site) -> None:
    alice = signed_in(site)
    for path, data in (
        ("/settings/profile", {"display_name": "evil"}),
        ("/settings/account/language", {"locale": "fr"}),
        ("/settings/data", {"kind": "follows"}),
        ("/settings/security/passkeys/options", PASSWORD),
    ):
        assert site.post(path, data=data, headers={"Origin": "https://evil.test"}).status_code == 403
    assert site.read(service.view_in, alice.id).display_name == ""


def test_staff_without_a_second_factor_is_led_to_set_one_up(site: Site) -> None:
    signed_in(site, "olga", role="owner", factor=False)
    site.client.cookies.clear()
    page = site.post("/auth/sign_in", data={"user[email]": "olga", "user[password]": "correct horse"})
    assert page.url.path == "/settings/security"
    assert "staff rights rest" in page.text
    assert site.get("/operations", headers={"Accept": "text/html"}).url.path == "/settings/security"
    assert site.get("/").url.path == "/"
