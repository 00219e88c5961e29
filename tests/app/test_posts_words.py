"""Answers about posts that clients rely on word for word (api.md §3.5, §3.12, §3.14)."""

import pytest

from perdure.accounts import service as accounts
from tests.app.people import person
from tests.app.test_accounts_api import staff
from tests.app.test_posts import say
from tests.app.test_posts_history import upload
from tests.site import Site


def test_a_post_to_unexpected_accounts_is_refused_and_names_them(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    body = {"status": "@bob @carol @alice hi", "allowed_mentions": [str(bob.id)]}
    answer = site.post("/api/v1/statuses", alice.token, json=body)
    assert (answer.status_code, answer.json()["error"]) == (422, "Post would be sent to unexpected accounts")
    assert [one["id"] for one in answer.json()["unexpected_accounts"]] == [str(carol.id)]
    assert site.get(f"/api/v1/accounts/{alice.id}/statuses").json() == []
    allowed = body | {"allowed_mentions": [str(bob.id), str(carol.id)]}
    assert site.post("/api/v1/statuses", alice.token, json=allowed).status_code == 200


def test_files_of_a_deleted_post_stay_for_a_new_draft_unless_they_are_to_go_too(site: Site) -> None:
    alice = person(site, "alice")
    kept, gone = upload(site, alice), upload(site, alice)
    for media_id, query in ((kept, ""), (gone, "?delete_media=true")):
        post = say(site, alice, "look", media_ids=[media_id])["id"]
        deleted = site.delete(f"/api/v1/statuses/{post}{query}", alice.token).json()
        assert [one["id"] for one in deleted["media_attachments"]] == [media_id]
    assert site.get(f"/api/v1/media/{kept}", alice.token).status_code == 200
    assert site.get(f"/api/v1/media/{gone}", alice.token).status_code == 404


def test_taking_back_an_echo_leaves_the_files_of_what_was_echoed(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "look", media_ids=[upload(site, alice)])["id"]
    echo = site.post(f"/api/v1/statuses/{post}/reblog", alice.token).json()["id"]
    assert site.delete(f"/api/v1/statuses/{echo}?delete_media=true", alice.token).status_code == 200
    assert site.get(f"/api/v1/statuses/{post}").json()["media_attachments"]


def test_posts_and_relations_of_a_suspended_account_are_gone(site: Site) -> None:
    owner, alice = person(site, "olga", role="owner"), person(site, "alice")
    post, secret = say(site, alice)["id"], say(site, alice, visibility="private")["id"]
    site.run(accounts.suspend, site.rt, staff(owner), alice.id)
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["suspended"] is True
    for part in ("statuses", "followers", "following"):
        assert site.get(f"/api/v1/accounts/{alice.id}/{part}", owner.token).status_code == 410
    assert site.get(f"/api/v1/statuses/{post}").status_code == 410
    assert site.get(f"/api/v1/statuses/{secret}", owner.token).status_code == 404


def test_lists_of_an_account_that_never_was_are_not_found(site: Site) -> None:
    assert site.get("/api/v1/accounts/7/statuses").status_code == 404
    assert site.get("/api/v1/accounts/7/followers").status_code == 404


@pytest.mark.parametrize("path", ["instance", "filters", "suggestions", "search?q=x", "timelines/direct", "trends"])
def test_old_endpoints_say_since_when_they_are_old(site: Site, path: str) -> None:
    alice = person(site, "alice")
    answer = site.get(f"/api/v1/{path}", alice.token)
    assert answer.status_code == 200
    assert answer.headers["Deprecation"].startswith("@1")
    assert "Deprecation" not in site.get("/api/v2/instance").headers
