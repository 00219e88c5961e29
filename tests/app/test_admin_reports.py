"""Reports for the staff's apps (api.md §2, Admin)."""

from perdure.moderation.service import settling
from tests.app.people import person
from tests.app.test_posts import say
from tests.app.test_reports import mod, report, the_case
from tests.site import Site


def test_staff_lists_takes_resolves_and_opens_again_as_other_servers_do(site: Site) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    post = say(site, bob)["id"]
    filed = report(site, alice, bob, post, comment="spam", category="spam")
    (one,) = site.get("/api/v1/admin/reports", staff.token).json()
    assert (one["id"], one["account"]["username"], one["target_account"]["username"]) == (filed["id"], "alice", "bob")
    assert ([status["id"] for status in one["statuses"]], one["assigned_account"], one["action_taken"]) == (
        [post],
        None,
        False,
    )
    base = f"/api/v1/admin/reports/{one['id']}"
    assert site.post(f"{base}/assign_to_self", staff.token).json()["assigned_account"]["username"] == "mona"
    assert site.post(f"{base}/unassign", staff.token).json()["assigned_account"] is None
    assert site.put(base, staff.token, json={"category": "violation"}).json()["category"] == "violation"
    resolved = site.post(f"{base}/resolve", staff.token).json()
    assert (resolved["action_taken"], resolved["action_taken_by_account"]["username"]) == (True, "mona")
    site.work()
    assert site.get("/api/v1/admin/reports", staff.token).json() == []
    assert [each["id"] for each in site.get("/api/v1/admin/reports?resolved=1", staff.token).json()] == [one["id"]]
    assert site.get(f"/api/v1/reports/{filed['id']}", alice.token).json()["perdure"]["decision"] == "dismissed"
    assert site.post(f"{base}/reopen", staff.token).json()["action_taken"] is False


def test_of_two_moderators_the_slower_one_is_told(site: Site) -> None:
    alice, bob, staff = person(site, "alice"), person(site, "bob"), mod(site)
    one = report(site, alice, bob, say(site, bob)["id"])
    base = f"/api/v1/admin/reports/{one['id']}"
    etag = site.get(base, staff.token).headers["ETag"]
    assert site.post(f"{base}/assign_to_self", staff.token, headers={"If-Match": etag}).status_code == 200
    late = site.post(f"{base}/resolve", staff.token, headers={"If-Match": etag})
    assert (late.status_code, "Somebody else changed this case" in late.json()["error"]) == (409, True)
    assert the_case(site).state not in settling.DECIDED


def test_reports_are_for_those_with_the_scope_and_the_right(site: Site) -> None:
    alice, bob = person(site, "alice", scope="read write admin:read admin:write"), person(site, "bob")
    one = report(site, alice, bob, say(site, bob)["id"])
    narrow = person(site, "mona", role="moderator", scope="read write")
    for who in (alice, narrow):
        assert site.get("/api/v1/admin/reports", who.token).status_code == 403
        assert site.get(f"/api/v1/admin/reports/{one['id']}", who.token).status_code == 403
        assert site.post(f"/api/v1/admin/reports/{one['id']}/resolve", who.token).status_code == 403
    staff = mod(site, "nils")
    assert site.get("/api/v1/admin/reports/99", staff.token).status_code == 404
    assert site.put(f"/api/v1/admin/reports/{one['id']}", staff.token, json={"category": "rude"}).status_code == 422
