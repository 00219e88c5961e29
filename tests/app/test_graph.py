import pytest

from tests.app.people import person
from tests.site import Site


def test_a_follow_counts_on_both_sides_and_ends(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    answer = site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token, json={"reblogs": False, "notify": True})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["following"], answer.json()["showing_reblogs"], answer.json()["notifying"]) == (
        True,
        False,
        True,
    )
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["followers_count"] == 1
    assert [a["acct"] for a in site.get(f"/api/v1/accounts/{alice.id}/followers").json()] == ["bob"]
    assert [a["acct"] for a in site.get(f"/api/v1/accounts/{bob.id}/following").json()] == ["alice"]
    assert site.post(f"/api/v1/accounts/{alice.id}/unfollow", bob.token).json()["following"] is False
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["followers_count"] == 0


def test_a_locked_account_is_asked_and_decides(site: Site) -> None:
    alice, bob, carol = person(site, "alice", locked=True), person(site, "bob"), person(site, "carol")
    for who in (bob, carol):
        asked = site.post(f"/api/v1/accounts/{alice.id}/follow", who.token).json()
        assert (asked["requested"], asked["following"]) == (True, False)
    assert [a["acct"] for a in site.get("/api/v1/follow_requests", alice.token).json()] == ["carol", "bob"]
    assert site.post(f"/api/v1/follow_requests/{bob.id}/authorize", alice.token).json()["followed_by"] is True
    assert site.post(f"/api/v1/follow_requests/{carol.id}/reject", alice.token).json()["requested_by"] is False
    assert site.post(f"/api/v1/follow_requests/{carol.id}/reject", alice.token).status_code == 404


def test_relationships_answer_in_the_order_asked_also_for_oneself(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    path = f"/api/v1/accounts/relationships?id[]={carol.id}&id[]={alice.id}&id[]={bob.id}"
    assert [one["id"] for one in site.get(path, alice.token).json()] == [str(carol.id), str(alice.id), str(bob.id)]


def test_a_block_ends_follows_and_shows_only_to_the_blocker(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token)
    assert site.post(f"/api/v1/accounts/{bob.id}/block", alice.token).json()["blocking"] is True
    seen = site.get(f"/api/v1/accounts/relationships?id={alice.id}", bob.token).json()[0]
    assert (seen["following"], seen["blocked_by"]) == (False, True)
    assert site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token).status_code == 403
    assert [a["acct"] for a in site.get("/api/v1/blocks", alice.token).json()] == ["bob"]


@pytest.mark.parametrize("verb", ["follow", "block", "mute"])
def test_nobody_follows_blocks_or_mutes_themselves(site: Site, verb: str) -> None:
    alice = person(site, "alice")
    assert site.post(f"/api/v1/accounts/{alice.id}/{verb}", alice.token).status_code == 403
    assert site.post(f"/api/v1/accounts/1/{verb}", alice.token).status_code == 404


def test_a_list_takes_only_whom_its_owner_follows_and_each_once(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    made = site.post("/api/v1/lists", bob.token, data={"title": "friends"}).json()
    path = f"/api/v1/lists/{made['id']}/accounts"
    assert site.post(path, bob.token, data={"account_ids[]": str(alice.id)}).json() == {"error": "Record not found"}
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token)
    assert site.post(path, bob.token, data={"account_ids[]": str(alice.id)}).json() == {}
    again = site.post(path, bob.token, json={"account_ids": [str(alice.id)]})
    assert again.json()["error"] == "Validation failed: Account has already been taken"
    assert [a["acct"] for a in site.get(f"{path}?limit=0", bob.token).json()] == ["alice"]
    assert site.request("DELETE", path, bob.token, data={"account_ids[]": str(alice.id)}).json() == {}
    assert site.get(path, bob.token).json() == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"title": ""}, "Validation failed: Title can't be blank"),
        ({"title": "x", "replies_policy": "y"}, "'y' is not a valid replies_policy"),
    ],
)
def test_a_list_that_cannot_be_is_refused_in_the_known_words(site: Site, body: dict, error: str) -> None:
    alice = person(site, "alice")
    answer = site.post("/api/v1/lists", alice.token, json=body)
    assert (answer.status_code, answer.json()["error"]) == (422, error)


def test_hashtags_are_followed_and_listed(site: Site) -> None:
    alice = person(site, "alice")
    assert site.post("/api/v1/tags/Garden/follow", alice.token).json()["following"] is True
    assert [tag["name"] for tag in site.get("/api/v1/followed_tags", alice.token).json()] == ["garden"]
    assert site.post("/api/v1/tags/garden/unfollow", alice.token).json()["following"] is False


def test_a_text_that_can_be_no_hashtag_is_not_found(site: Site) -> None:
    alice = person(site, "alice")
    for verb in ("follow", "unfollow", "feature", "unfeature"):
        assert site.post(f"/api/v1/tags/two words/{verb}", alice.token).status_code == 404
    assert site.get("/api/v1/tags/12").status_code == 404


def test_the_address_of_a_hashtag_is_a_uri_in_every_alphabet(site: Site) -> None:
    assert site.get("/api/v1/tags/Été").json()["url"] == "http://perdure.test/tags/%C3%A9t%C3%A9"


def test_a_timed_mute_is_listed_with_its_end(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    site.post(f"/api/v1/accounts/{bob.id}/mute", alice.token, json={"duration": 3600})
    site.post(f"/api/v1/accounts/{carol.id}/mute", alice.token)
    found = {one["acct"]: one["mute_expires_at"] for one in site.get("/api/v1/mutes", alice.token).json()}
    assert (found["carol"], found["bob"][:19]) == (None, "2026-09-21T15:13:20")
