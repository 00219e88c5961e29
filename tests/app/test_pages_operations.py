"""The operators' pages: for staff with a second factor, every figure true, every step in the record."""

import os
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from perdure.accounts import service
from perdure.accounts.service import Proof
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import sql
from perdure.kernel.settings import Settings
from tests.app.people import person
from tests.app.pictures import picture
from tests.app.test_accounts_access import actions, link_in, mails
from tests.app.test_accounts_api import set_mode
from tests.app.test_accounts_gate import sign_up
from tests.app.test_pages_settings import browse_as, signed_in
from tests.app.test_posts import say
from tests.site import Site, open_site

PAGES = ("", "/members", "/waiting", "/invites", "/copies", "/site", "/record")
HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_for_staff_with_the_right_and_a_second_factor(site: Site, path: str) -> None:
    page = f"/operations{path}"
    person(site, "olga", role="owner")
    assert site.get(page, headers=HTML).url.path == "/auth/sign_in"
    browse_as(site, person(site, "bob"))
    assert site.get(page, headers=HTML).status_code == 403
    browse_as(site, person(site, "ada", role="admin", factor=False))
    assert site.get(page, headers=HTML).url.path == "/settings/security"
    browse_as(site, person(site, "carl", role="admin"))
    for language in ("en", "fr"):
        found = site.get(f"{page}?lang={language}")
        assert (found.status_code, f'lang="{language}"' in found.text) == (200, True)
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", found.text)


def test_a_moderator_sees_members_and_numbers_but_not_the_machinery(site: Site) -> None:
    signed_in(site, "mod1", role="moderator")
    start = site.get("/operations").text
    assert "Numbers" in start
    assert "SQLite" not in start
    assert "PostgreSQL" not in start
    for path, status in (("/members", 200), ("/waiting", 200), ("/record", 200), ("/site", 403), ("/invites", 403)):
        assert site.get(f"/operations{path}").status_code == status
    assert 'href="/operations/site"' not in start


@pytest.fixture
def mailing_site(settings: Settings, clock: ManualClock) -> Iterator[Site]:
    """A site with a mail server, which no test asks."""
    with open_site(msgspec.structs.replace(settings, mail_url="smtp://mail.test:25"), clock) as opened:
        yield opened


def test_mails_that_reach_nobody_are_named_first(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    site.run_jobs()
    page = site.get("/operations").text
    assert "One thing needs you." in page
    assert "Mails are kept as files and reach nobody." in page
    assert "mail_url" in page


def test_the_start_page_promises_only_what_holds(mailing_site: Site) -> None:
    site = mailing_site
    signed_in(site, "olga", role="owner")
    site.work()
    site.run_jobs()
    well = site.get("/operations").text
    assert "Everything works." in well
    assert ("SQLite 3" in well) or ("PostgreSQL 1" in well)
    site.clock.advance(seconds=3600)
    late = site.get("/operations").text
    assert "One thing needs you." in late
    assert "Look whether perdure serve is running" in late
    site.run_jobs()
    say(site, person(site, "bob"), "hello @olga")
    site.clock.advance(seconds=130)
    site.run_jobs()
    assert "deliveries wait, the oldest from 2 minutes ago" in site.get("/operations").text
    site.write(lambda tx: tx.run(sql("UPDATE outbox_delivery SET dead_at = 1, attempts = 12")))
    assert "perdure outbox replay" in site.get("/operations").text


def test_numbers_compare_with_the_week_before(site: Site) -> None:
    alice = signed_in(site, "alice", role="owner")
    for day in range(14):
        site.clock.advance(seconds=86_400)
        for _ in range(1 if day < 7 else 2):
            say(site, alice, f"day {day}")
    page = site.get("/operations").text
    assert "<b>14</b> in the last 7 days" in re.sub(r"\s+", " ", page)
    assert "7 in the 7 days before (200 % of that now)" in page
    assert page.count('class="past"') == 14
    browse_as(site, alice)
    joined = [int(one) for one in re.findall(r'<td class="number">(\d+)</td>', page)]
    assert sum(joined[:14]) == 21


def test_members_are_found_by_name_and_address_role_and_state_page_by_page(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    for number in range(45):
        person(site, f"member{number:02}")
    person(site, "mod1", role="moderator")
    first = site.get("/operations/members").text
    assert first.count('href="/operations/members/') == 40
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = site.get(older[1].replace("&amp;", "&")).text
    assert "@member00" in second
    assert "@olga" in second
    for query, found in (
        ("q=member07", "@member07"),
        ("q=%40MOD1", "@mod1"),
        ("q=mod1%40people", "@mod1"),
        ("role=moderator", "@mod1"),
    ):
        page = site.get(f"/operations/members?{query}").text
        assert found in page
        assert "@member01" not in page
    assert "Nobody fits" in site.get("/operations/members?q=%25").text
    assert "Nobody fits" in site.get("/operations/members?state=suspended").text


def test_a_member_gets_a_role_is_suspended_and_restored_and_all_stands_in_the_record(site: Site) -> None:
    signed_in(site, "olga", role="owner")
    bob = person(site, "bob")
    page = f"/operations/members/{bob.id}"
    assert "bob@people.test" in site.get(page).text
    site.post(f"{page}/role", data={"role": "moderator"})
    assert site.read(service.view_in, bob.id).role == "moderator"
    for wrong in ("king", ""):
        assert site.post(f"{page}/role", data={"role": wrong}).status_code == 403
    assert "The account is suspended." in site.post(f"{page}/suspend").text
    assert site.read(service.view_in, bob.id).state == "suspended"
    site.post(f"{page}/restore")
    assert site.read(service.view_in, bob.id).state == "active"
    done = {"decision.reverse", "decision.make", "enforce.suspension", "enforce.lift", "account.role"}
    assert set(actions(site)) == done
    record = site.get("/operations/record").text
    assert "5 entries, unbroken" in record
    assert "decision.make" in record
    assert "@bob" in record
    assert site.get("/operations/members/1").status_code == 404


def test_an_admin_cannot_reach_the_owner_or_make_admins(site: Site) -> None:
    owner, bob = person(site, "olga", role="owner"), person(site, "bob")
    signed_in(site, "ada", role="admin")
    assert "Suspend" not in site.get(f"/operations/members/{owner.id}").text
    assert site.post(f"/operations/members/{owner.id}/suspend").status_code == 403
    assert site.post(f"/operations/members/{bob.id}/role", data={"role": "admin"}).status_code == 403
    assert site.read(service.view_in, bob.id).role == "member"


def test_sign_ups_are_let_in_and_turned_away_with_a_mail_and_an_entry(site: Site) -> None:
    owner = set_mode(site, "approval")
    people = {
        name: sign_up(site, username=name, email=f"{name}@people.test", reason=f"<{name}>") for name in ("nina", "paul")
    }
    for mail in mails(site):
        site.run(service.confirm, site.rt, link_in(mail).rpartition("=")[2], Proof())
    browse_as(site, owner)
    assert "2 people ask to be let in" in site.get("/operations").text
    queue = site.get("/operations/waiting").text
    assert "&lt;nina&gt;" in queue
    assert "They are in" in site.post(f"/operations/waiting/{people['nina']}/approve").text
    site.post(f"/operations/waiting/{people['paul']}/reject", data={"note": "We do not know you."})
    assert "Nobody waits." in site.get("/operations/waiting").text
    assert site.post(f"/operations/waiting/{people['paul']}/approve").status_code == 404
    told = [mail for mail in mails(site) if "Confirm" not in mail["Subject"]]
    texts = {str(mail["To"]): mail.get_content() for mail in told}
    assert "approved" in texts["nina@people.test"]
    assert "We do not know you." in texts["paul@people.test"]
    assert actions(site)[:2] == ["account.reject", "account.approve"]


SITE: dict[str, Any] = {
    "title": "Harbour",
    "description": "By the sea",
    "registrations": "approval",
    "live_feeds": "public",
    "hashtag_feeds": "authenticated",
    "contact_name": "@olga",
    "contact_email": "desk@people.test",
    "blocked_mail_domains": "Spam.example\n@other.example",
    "reserved_names": "mayor",
    "rule_id": ["", ""],
    "rule_text": ["Be kind", ""],
    "rule_hint": ["Really", ""],
    "members_invite": "1",
}


def test_the_site_changes_its_words_rules_and_mode_at_once(site: Site) -> None:
    olga = signed_in(site, "olga", role="owner")
    page = site.post("/operations/site", data=SITE, files={"thumbnail": ("t", picture("png"))})
    assert "Saved." in page.text
    found = site.get("/api/v2/instance").json()
    assert (found["title"], found["registrations"]["approval_required"]) == ("Harbour", True)
    assert found["rules"][0]["text"] == "Be kind"
    assert found["contact"]["account"]["id"] == str(olga.id)
    assert site.get(found["thumbnail"]["url"]).status_code == 200
    words = site.read(service.site_in)
    assert (words.blocked_mail_domains, words.hashtag_feeds) == (("spam.example", "other.example"), "authenticated")
    assert actions(site) == ["site.rules", "site.change"]
    site.post(
        "/operations/site",
        data=SITE | {"rule_id": [found["rules"][0]["id"]], "rule_text": ["Be kind"], "rule_hint": ["Really"]},
    )
    assert actions(site) == ["site.rules", "site.change"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("contact_email", "nonsense"),
        ("contact_name", "nobody"),
        ("blocked_mail_domains", "a b"),
        ("registrations", "x"),
    ],
)
def test_a_refused_site_changes_nothing_and_keeps_what_was_typed(site: Site, field: str, value: str) -> None:
    signed_in(site, "olga", role="owner")
    page = site.post("/operations/site", data=SITE | {field: value}, files={"thumbnail": ("t", picture("png"))})
    assert page.status_code == 422
    assert f'id="{field}-fault"' in page.text
    assert "By the sea" in page.text
    assert "Be kind" in page.text
    assert site.read(service.site_in).title == "Perdure"
    assert site.read(service.rules_in) == []
    kept = [name for _folder, _folders, files in os.walk(site.rt.settings.data / "media") for name in files]
    assert kept == []


def test_anybody_s_invitation_is_taken_back_by_staff(site: Site) -> None:
    alice = signed_in(site, "alice")
    site.post("/settings/invites", data={"max_uses": "1"})
    (made,) = site.run(service.invites, site.rt, alice.id)
    signed_in(site, "olga", role="owner")
    assert made.code in site.get("/operations/invites").text
    site.post(f"/operations/invites/{made.id}/revoke")
    assert site.get(f"/invite/{made.code}").status_code == 404
    assert actions(site)[0] == "invite.revoke"
