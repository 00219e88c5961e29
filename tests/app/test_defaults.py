import pytest

from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site

# Every list of tiers 1 to 3 of the plan that takes no id, for somebody who has nothing yet (api.md §1.2).
LISTS = [
    "accounts/search?q=zzz", "announcements", "blocks", "bookmarks", "conversations", "custom_emojis",
    "domain_blocks", "endorsements", "favourites", "featured_tags", "featured_tags/suggestions", "filters", "follow_requests",
    "followed_tags", "instance/activity", "instance/domain_blocks", "instance/peers", "interaction_requests", "lists", "mutes",
    "notifications", "notifications/requests", "reports", "scheduled_statuses", "statuses", "suggestions", "timelines/direct",
    "timelines/home", "timelines/link", "timelines/public", "timelines/tag/zzz", "trends", "trends/links", "trends/statuses",
    "trends/tags", "accounts/familiar_followers", "accounts/relationships",
]  # fmt: skip
NEW = ["filters", "suggestions"]
STAFF = [
    "v1/admin/reports", "v1/admin/domain_blocks", "v1/admin/domain_allows",
    "v1/admin/email_domain_blocks", "v1/admin/ip_blocks", "v1/admin/canonical_email_blocks", "v1/admin/tags",
    "v1/admin/trends/tags", "v1/admin/trends/links", "v1/admin/trends/links/publishers", "v1/admin/trends/statuses",
]  # fmt: skip


@pytest.mark.parametrize("path", [f"v1/{path}" for path in LISTS] + [f"v2/{path}" for path in NEW])
def test_a_list_of_somebody_who_has_nothing_is_empty_and_never_missing(site: Site, path: str) -> None:
    alice = person(site, "alice")
    answer = site.get(f"/api/{path}", alice.token)
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json(), list)
    if "instance/activity" not in path:
        assert answer.json() == []
        assert "Link" not in answer.headers


@pytest.mark.parametrize(
    "part", ["statuses", "followers", "following", "lists", "featured_tags", "endorsements", "identity_proofs", "collections", "in_collections"],
)  # fmt: skip
def test_the_lists_of_an_account_are_empty_and_never_missing(site: Site, part: str) -> None:
    alice = person(site, "alice")
    assert site.get(f"/api/v1/accounts/{alice.id}/{part}", alice.token).json() == []


@pytest.mark.parametrize("part", ["reblogged_by", "favourited_by", "quotes"])
def test_the_lists_of_a_post_are_empty_and_never_missing(site: Site, part: str) -> None:
    alice = person(site, "alice")
    assert site.get(f"/api/v1/statuses/{say(site, alice)['id']}/{part}", alice.token).json() == []


@pytest.mark.parametrize("path", STAFF)
def test_lists_for_staff_ask_for_the_scope_and_the_role(site: Site, path: str) -> None:
    admin = person(site, "boss", role="admin", scope="read admin:read")
    member = person(site, "alice", scope="read admin:read")
    narrow = person(site, "chief", role="admin", scope="read write")
    assert site.get(f"/api/{path}", admin.token).json() == []
    assert site.get(f"/api/{path}", member.token).json() == {"error": "This action is not allowed"}
    assert site.get(f"/api/{path}", narrow.token).json() == {"error": "This action is outside the authorized scopes"}


def test_there_are_no_annual_reports_yet(site: Site) -> None:
    alice = person(site, "alice")
    assert site.get("/api/v1/annual_reports", alice.token).json()["annual_reports"] == []


@pytest.mark.parametrize(
    "path", ["blocks", "filters", "suggestions", "featured_tags", "followed_tags", "domain_blocks"]
)
def test_a_members_list_tells_guests_to_sign_in(site: Site, path: str) -> None:
    answer = site.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["error"]) == (401, "The access token is invalid")
