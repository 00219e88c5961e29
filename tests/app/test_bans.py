"""Frozen, limited, suspended, banned: what is left to each, and that it ends as it should."""

from typing import Any

import pytest

from perdure.accounts import service
from perdure.accounts.events import AccountActivated
from perdure.accounts.model import Restrictions
from perdure.accounts.service.sign_in import open_session_in
from perdure.kernel.db import sql
from perdure.moderation.model.decisions import Act
from perdure.moderation.service import decisions, evasion
from tests.app.browser import link
from tests.app.people import Person, person
from tests.app.test_accounts_api import GOOD, app_token
from tests.app.test_decisions import but, decide, reported
from tests.app.test_oauth import sign_in
from tests.app.test_posts import say
from tests.app.test_reports import mod
from tests.site import Site, rows

ADMIN = "read write admin:read admin:write"
DAY = 86_400_000


def act(site: Site, staff: Person, who: Person, kind: str, **more: Any) -> None:
    body = {"type": kind, **more}
    answer = site.post(f"/api/v1/admin/accounts/{who.id}/action", staff.token, json=body)
    assert answer.status_code == 200, answer.text


def lift(site: Site, staff: Person, who: Person, verb: str) -> dict[str, Any]:
    answer = site.post(f"/api/v1/admin/accounts/{who.id}/{verb}", staff.token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_who_is_frozen_reads_and_appeals_and_writes_nothing(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post = say(site, alice, "hello")
    act(site, mona, alice, "disable", text="Cool down for a day.")
    assert site.get("/api/v1/timelines/home", alice.token).status_code == 200
    assert site.get(f"/api/v1/statuses/{post['id']}").status_code == 200
    for path, body in (
        ("/api/v1/statuses", {"status": "no"}),
        (f"/api/v1/statuses/{post['id']}/favourite", {}),
        (f"/api/v1/accounts/{mona.id}/follow", {}),
    ):
        refused = site.post(path, alice.token, json=body)
        assert (refused.status_code, refused.json()["error"]) == (403, service.FROZEN)
    (one,) = site.get("/api/perdure/v1/decisions", alice.token).json()
    assert (one["action"], one["facts"]) == ("disable", "Cool down for a day.")
    appealed = site.post(f"/api/perdure/v1/decisions/{one['id']}/appeal", alice.token, json={"text": "I am calm."})
    assert (appealed.status_code, appealed.json()["state"]) == (200, "pending")
    shown = site.get(f"/api/perdure/v1/decisions/{one['id']}", alice.token)
    assert shown.json()["appeal"] == {"text": "I am calm.", "state": "pending"}
    assert "mona" not in shown.text
    max_ = mod(site, "max")
    assert lift(site, max_, alice, "enable")["disabled"] is False
    assert say(site, alice, "back")


def test_a_limited_account_is_where_it_was_and_strangers_do_not_come_across_it(site: Site) -> None:
    alice = person(site, "alice", discoverable=True, indexable=True)
    mona, bob = mod(site), person(site, "bob")
    say(site, alice, "quillwort")
    act(site, mona, alice, "silence")
    assert site.get("/api/v1/timelines/public", bob.token).json() == []
    assert site.get("/api/v2/search?q=quillwort&type=statuses", bob.token).json()["statuses"] == []
    assert "alice" not in site.get("/api/v1/directory?local=true", bob.token).text
    assert len(site.get(f"/api/v1/accounts/{alice.id}/statuses", bob.token).json()) == 1
    assert lift(site, mona, alice, "unsilence")["silenced"] is False
    assert len(site.get("/api/v1/timelines/public", bob.token).json()) == 1


def test_all_media_of_an_account_goes_behind_a_warning_and_back(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    act(site, mona, alice, "sensitive")
    assert site.read(service.restrictions_in, alice.id).sensitive is True
    assert lift(site, mona, alice, "unsensitive")["sensitized"] is False


def test_a_suspension_ends_by_itself_and_everything_is_as_before(site: Site) -> None:
    alice, mona = person(site, "alice", password="correct horse"), mod(site)
    post_id = reported(site, alice)
    before = site.get(f"/api/v1/statuses/{post_id}").content
    until = site.clock.now_ms() + 7 * DAY
    decide(site, mona, but(acts=(Act(kind="account_suspend", until=until),), scope="account"))
    assert site.get(f"/api/v1/statuses/{post_id}").status_code in {404, 410}
    assert site.get("/api/v1/timelines/home", alice.token).status_code == 401
    site.clock.advance(days=7, seconds=1)
    site.run_jobs()
    assert site.get(f"/api/v1/statuses/{post_id}").content == before
    assert site.read(service.restrictions_in, alice.id) == Restrictions()


def test_who_is_suspended_signs_in_to_notices_appeal_and_export_and_nothing_else(site: Site) -> None:
    alice, mona = person(site, "alice", password="correct horse"), mod(site)
    reported(site, alice)
    decide(site, mona, but(acts=(Act(kind="account_ban"),), scope="account"))
    answer = sign_in(site, "alice", "correct horse")
    assert answer.headers["location"] == "/auth/restricted"
    page = site.get("/auth/restricted").text
    assert 'href="/decisions"' in page
    assert (
        "The post says that a named person will be hurt."
        in site.get(link(site.get("/decisions").text, "/decisions/")).text
    )
    assert site.get("/settings/data/follows.csv").status_code == 200
    for path in ("/notifications", "/settings/profile", "/messages", "/bookmarks"):
        away = site.get(path, follow_redirects=False)
        assert (away.status_code, away.headers["location"]) == (303, "/auth/restricted")
    assert site.post("/settings/data", data={"kind": "follows"}, follow_redirects=False).status_code == 303


def test_a_ban_is_lifted_by_one_keystroke_and_the_person_is_back(site: Site) -> None:
    alice, mona = person(site, "alice", password="correct horse"), mod(site)
    post_id = reported(site, alice)
    made = decide(site, mona, but(acts=(Act(kind="account_ban"),), scope="account"))
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    assert site.get(f"/api/v1/statuses/{post_id}").status_code == 200
    assert sign_in(site, "alice", "correct horse").headers["location"] == "/"


@pytest.mark.parametrize("kind", ["sensitive", "disable", "silence", "suspend"])
def test_what_an_app_of_the_staff_does_is_a_decision_with_a_statement(site: Site, kind: str) -> None:
    alice, mona = person(site, "alice"), person(site, "mona", role="moderator", scope=ADMIN)
    act(site, mona, alice, kind, text="For this reason.")
    (one,) = site.read(rows, "SELECT * FROM decision")
    assert (one.facts, one.outcome, one.actor_id) == ("For this reason.", "restricted", mona.id)


def ban(site: Site, staff: Person, who: Person) -> None:
    reported(site, who)
    decide(site, staff, but(acts=(Act(kind="account_ban"),), scope="account"))


def test_who_comes_again_with_the_address_of_a_banned_account_waits_for_a_person(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    ban(site, mona, alice)
    site.write(lambda tx: tx.run(sql("DELETE FROM login WHERE account_id = :account_id"), account_id=alice.id))
    given = GOOD | {"username": "alicia", "email": "Alice+new@people.test"}
    answer = site.post("/api/v1/accounts", app_token(site), data=given)
    assert answer.status_code == 200, answer.text
    (waiting,) = site.read(rows, "SELECT approved FROM login WHERE email LIKE '%new@people.test'")
    assert not waiting.approved


def test_a_new_account_from_the_network_of_a_banned_one_is_linked_with_evidence_and_nothing_is_done(site: Site) -> None:
    alice, mona, bob = person(site, "alice"), mod(site), person(site, "bob")
    site.write(open_session_in, alice.id, "test", "2001:db8::1")
    ban(site, mona, alice)
    site.write(open_session_in, bob.id, "test", "2001:db8::2")
    site.write(lambda tx: tx.emit(AccountActivated(bob.id)))
    site.work()
    (link_,) = site.read(evasion.open_in, mona.id)
    assert (link_.account_id, link_.banned_id, link_.evidence) == (
        bob.id,
        alice.id,
        ({"kind": "device"}, {"kind": "network"}),
    )
    assert site.read(service.restrictions_in, bob.id) == Restrictions()
    site.write(evasion.settle_in, mona.id, link_.id, "dismissed")
    assert site.read(evasion.open_in, mona.id) == []
