"""Kinds of notifications that a client does not know (api.md §3.11)."""

from typing import Any

import pytest

from perdure.notifications import service
from perdure.posts import service as posts
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.site import Site

OWN = "perdure.report_outcome"


@pytest.fixture
def alice(site: Site) -> Person:
    alice, bob = person(site, "alice"), person(site, "bob", display_name="Bob B.")
    post_id = publish(site, alice, "mine")
    site.write(posts.vote_in, bob.id, post_id, 1)
    site.work()
    site.write(service.notify_in, alice.id, OWN, bob.id)
    return alice


def listed(site: Site, alice: Person, query: str = "") -> dict[str, Any]:
    found = site.get(f"/api/v1/notifications{query}", alice.token).json()
    groups = site.get(f"/api/v2/notifications{query}", alice.token).json()["notification_groups"]
    assert {each["type"]: each.get("fallback") for each in groups} == {
        each["type"]: each.get("fallback") for each in found
    }
    return {each["type"]: each for each in found}


def test_our_own_kinds_are_not_shown_to_a_client_that_does_not_say_what_it_knows(site: Site, alice: Person) -> None:
    assert set(listed(site, alice)) == {"favourite"}
    assert set(listed(site, alice, f"?types[]={OWN}&types[]=favourite")) == {"favourite"}
    assert site.get("/api/v1/notifications/unread_count", alice.token).json() == {"count": 1}


def test_a_client_that_says_what_it_knows_sees_them_in_words(site: Site, alice: Person) -> None:
    found = listed(site, alice, "?supported_types[]=favourite")
    assert set(found) == {"favourite", OWN}
    assert "fallback" not in found["favourite"]
    assert set(found[OWN]["fallback"]) == {"title", "summary", "details"}
    assert found[OWN]["fallback"]["title"] == "Something you reported has been decided"
    assert "browser" in found[OWN]["fallback"]["summary"]


def test_a_standard_kind_that_a_client_does_not_know_comes_in_words_too(site: Site, alice: Person) -> None:
    found = listed(site, alice, "?supported_types[]=mention")
    assert found["favourite"]["fallback"]["title"] == "Bob B. favourited your post"
    assert "fallback" not in listed(site, alice, f"?supported_types[]={OWN}&supported_types[]=favourite")[OWN]


def test_one_alone_and_its_group_follow_the_same_rule(site: Site, alice: Person) -> None:
    one = listed(site, alice, "?supported_types[]=mention")[OWN]
    for path in (f"/api/v1/notifications/{one['id']}", f"/api/v2/notifications/{one['group_key']}"):
        assert site.get(path, alice.token).status_code == 404
        assert site.get(f"{path}?supported_types[]=mention", alice.token).status_code == 200


def test_the_first_edition_of_the_policy_knows_filtered_or_not(site: Site) -> None:
    alice = person(site, "alice")
    before = site.get("/api/v1/notifications/policy", alice.token).json()
    assert before == {
        "filter_not_following": False,
        "filter_not_followers": False,
        "filter_new_accounts": False,
        "filter_private_mentions": True,
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    changes = {"filter_new_accounts": True, "filter_private_mentions": False}
    assert site.put("/api/v1/notifications/policy", alice.token, json=changes).json() == {**before, **changes}
    second = site.get("/api/v2/notifications/policy", alice.token).json()
    assert (second["for_new_accounts"], second["for_private_mentions"]) == ("filter", "accept")
