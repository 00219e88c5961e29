"""Accounts for the staff's apps (api.md §2, Admin)."""

import pytest

from perdure.accounts import service
from perdure.accounts.model import Site as SiteWords
from tests.app.people import Person, person
from tests.app.test_accounts_access import actions
from tests.app.test_accounts_api import GOOD, app_token, staff
from tests.app.test_oauth import sign_in
from tests.site import Site

ADMIN = "read admin:read admin:write"


def boss(site: Site) -> Person:
    return person(site, "boss", role="admin", scope=ADMIN)


def names(site: Site, who: Person, query: str, edition: int = 2) -> list[str]:
    answer = site.get(f"/api/v{edition}/admin/accounts?{query}", who.token)
    assert answer.status_code == 200, answer.text
    return [one["username"] for one in answer.json()]


def waiting(site: Site, admin: Person) -> str:
    """Somebody who waits for approval; returns the account's id."""
    site.run(service.change_site, site.rt, staff(admin, "admin"), SiteWords(registrations="approval"))
    site.post("/api/v1/accounts", app_token(site), data=GOOD | {"reason": "I love gardens"})
    (found,) = site.get("/api/v2/admin/accounts?status=pending", admin.token).json()
    assert (found["approved"], found["invite_request"]) == (False, "I love gardens")
    return str(found["id"])


def test_staff_sees_accounts_newest_first_in_pages(site: Site) -> None:
    admin = boss(site)
    for name in ("alice", "bob"):
        person(site, name)
    first = site.get("/api/v2/admin/accounts?limit=2", admin.token)
    assert [one["username"] for one in first.json()] == ["bob", "alice"]
    assert first.headers["Link"].index('rel="next"') < first.headers["Link"].index('rel="prev"')
    oldest = first.json()[-1]["id"]
    assert names(site, admin, f"limit=2&max_id={oldest}") == ["boss"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("username=al", ["alice"]), ("display_name=Bob B.", ["bob"]), ("email=alice@people.test", ["alice"]),
        ("permissions=staff", ["boss"]), ("staff=true", ["boss"]), ("role_ids[]=2", ["boss"]), ("status=suspended", ["bob"]),
        ("suspended=1", ["bob"]), ("status=silenced", []), ("origin=remote", []), ("by_domain=elsewhere.test", []),
        ("by_domain=perdure.test&username=bob", ["bob"]), ("origin=local", ["bob", "alice", "boss"]),
        ("ip=192.0.2.7", []), ("invited_by=1", []),
    ],
)  # fmt: skip
def test_staff_narrows_the_list_as_both_editions_do(site: Site, query: str, found: list[str]) -> None:
    admin = boss(site)
    person(site, "alice")
    bob = person(site, "bob", display_name="Bob B.")
    site.post(f"/api/v1/admin/accounts/{bob.id}/action", admin.token, json={"type": "suspend"})
    assert names(site, admin, query) == found


def test_staff_sees_mail_role_and_the_addresses_of_browsers(site: Site) -> None:
    admin, alice = boss(site), person(site, "alice", password="correct horse")
    sign_in(site)
    one = site.get(f"/api/v1/admin/accounts/{alice.id}", admin.token).json()
    assert (one["email"], one["role"]["permissions"], one["confirmed"]) == ("alice@people.test", "65536", True)
    assert one["ip"] == one["ips"][0]["ip"]
    assert one["account"]["acct"] == "alice"
    assert names(site, admin, f"ip={one['ip']}") == ["alice"]


def test_staff_lets_in_and_turns_away_and_both_are_in_the_log(site: Site) -> None:
    admin = boss(site)
    first = waiting(site, admin)
    assert site.post(f"/api/v1/admin/accounts/{first}/approve", admin.token).json()["approved"] is True
    assert site.post(f"/api/v1/admin/accounts/{first}/approve", admin.token).status_code == 404
    other = GOOD | {"username": "robin", "email": "robin@people.test", "reason": "me too"}
    site.post("/api/v1/accounts", app_token(site), data=other)
    second, unconfirmed = site.get("/api/v1/admin/accounts?pending=true", admin.token).json()
    assert (unconfirmed["id"], unconfirmed["approved"], unconfirmed["confirmed"]) == (first, True, False)
    assert site.post(f"/api/v1/admin/accounts/{second['id']}/reject", admin.token).json()["username"] == "robin"
    assert names(site, admin, "status=pending") == ["bob"]
    assert {"account.approve", "account.reject"} <= set(actions(site))


def test_staff_suspends_and_restores_and_cannot_reach_its_own_rank(site: Site) -> None:
    admin, bob = boss(site), person(site, "bob")
    path = f"/api/v1/admin/accounts/{bob.id}"
    assert site.post(f"{path}/action", admin.token, json={"type": "none"}).json() == {}
    assert site.post(f"{path}/action", admin.token, json={"type": "suspend"}).json() == {}
    assert site.get(path, admin.token).json()["suspended"] is True
    assert site.post(f"{path}/unsuspend", admin.token).json()["suspended"] is False
    assert site.post(f"{path}/action", admin.token, json={"type": "vanish"}).status_code == 422
    assert site.post(f"{path}/unsilence", admin.token).json()["silenced"] is False
    own = f"/api/v1/admin/accounts/{admin.id}/action"
    assert site.post(own, admin.token, json={"type": "suspend"}).status_code == 403
    assert {"decision.make", "decision.reverse"} <= set(actions(site))


def test_of_two_moderators_the_slower_one_is_told(site: Site) -> None:
    admin, bob = boss(site), person(site, "bob")
    path = f"/api/v1/admin/accounts/{bob.id}"
    seen = {"If-Match": site.get(path, admin.token).headers["etag"]}
    assert site.post(f"{path}/action", admin.token, json={"type": "suspend"}, headers=seen).status_code == 200
    assert site.post(f"{path}/unsuspend", admin.token, headers=seen).status_code == 409
    assert site.get(path, admin.token).json()["suspended"] is True


@pytest.mark.parametrize("verb", ["approve", "reject", "unsuspend", "enable", "unsilence", "unsensitive", "action"])
def test_neither_members_nor_narrow_tokens_act_on_accounts(site: Site, verb: str) -> None:
    bob = person(site, "bob")
    path = f"/api/v1/admin/accounts/{bob.id}"
    member = person(site, "alice", scope=ADMIN)
    reader = person(site, "chief", role="admin", scope="read write admin:read")
    for who in (member, reader):
        assert site.post(f"{path}/{verb}", who.token, json={"type": "suspend"}).status_code == 403
    assert site.get(path, member.token).status_code == 403
    assert site.get("/api/v2/admin/accounts", member.token).status_code == 403
    assert site.get(f"/api/v1/accounts/{bob.id}").json().get("suspended") is None
