import pytest

from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site


def follow(site: Site, who: Person, *others: Person) -> None:
    for other in others:
        assert site.post(f"/api/v1/accounts/{other.id}/follow", who.token).status_code == 200


def names(answer: list[dict]) -> list[str]:
    return [one["acct"] for one in answer]


def test_one_endorses_only_whom_one_follows_and_as_long_as_one_does(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    refused = site.post(f"/api/v1/accounts/{bob.id}/pin", alice.token)
    assert refused.status_code == 422
    assert refused.json()["error"] == "Validation failed: You must be already following the person you want to endorse"
    follow(site, alice, bob)
    assert site.post(f"/api/v1/accounts/{bob.id}/endorse", alice.token).json()["endorsed"] is True
    assert names(site.get("/api/v1/endorsements", alice.token).json()) == ["bob"]
    assert names(site.get(f"/api/v1/accounts/{alice.id}/endorsements").json()) == ["bob"]
    assert site.post(f"/api/v1/accounts/{bob.id}/unpin", alice.token).json()["endorsed"] is False
    site.post(f"/api/v1/accounts/{bob.id}/pin", alice.token)
    site.post(f"/api/v1/accounts/{bob.id}/unfollow", alice.token)
    assert site.get("/api/v1/endorsements", alice.token).json() == []


def test_a_featured_hashtag_counts_open_posts_as_text(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice, "#Garden")
    say(site, alice, "#garden", visibility="private")
    made = site.post("/api/v1/featured_tags", alice.token, json={"name": "#Garden"}).json()
    assert (made["name"], made["statuses_count"]) == ("Garden", "1")
    assert made["url"] == "http://perdure.test/@alice/tagged/Garden"
    assert site.post("/api/v1/featured_tags", alice.token, json={"name": "garden"}).json()["id"] == made["id"]
    assert site.get(f"/api/v1/accounts/{alice.id}/featured_tags").json() == [made]
    assert site.get("/api/v1/tags/garden", alice.token).json()["featuring"] is True
    assert site.delete(f"/api/v1/featured_tags/{made['id']}", alice.token).json() == {}
    assert site.get("/api/v1/featured_tags", alice.token).json() == []
    assert site.delete(f"/api/v1/featured_tags/{made['id']}", alice.token).status_code == 404


@pytest.mark.parametrize(
    ("name", "error"),
    [("", "Validation failed: Tag can't be blank"), ("a b", "Validation failed: Tag is invalid")],
)
def test_a_hashtag_that_cannot_be_is_not_featured(site: Site, name: str, error: str) -> None:
    alice = person(site, "alice")
    assert site.post("/api/v1/featured_tags", alice.token, json={"name": name}).json()["error"] == error


def test_hashtags_are_featured_by_name_and_the_most_used_are_suggested(site: Site) -> None:
    alice = person(site, "alice")
    for text in ("#one #two", "#two"):
        say(site, alice, text)
    path = "/api/v1/featured_tags/suggestions"
    assert [one["name"] for one in site.get(path, alice.token).json()] == ["two", "one"]
    assert site.post("/api/v1/tags/two/feature", alice.token).json()["featuring"] is True
    assert [one["name"] for one in site.get(path, alice.token).json()] == ["one"]
    assert site.post("/api/v1/tags/two/unfeature", alice.token).json()["featuring"] is False


def test_familiar_followers_are_those_one_follows_who_follow_the_other(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol", hide_collections=True)
    dave, erin = person(site, "dave"), person(site, "erin")
    follow(site, alice, bob)
    follow(site, bob, carol, dave)
    follow(site, erin, dave)
    path = f"/api/v1/accounts/familiar_followers?id[]={dave.id}&id[]={carol.id}"
    found = site.get(path, alice.token).json()
    assert [(one["id"], names(one["accounts"])) for one in found] == [(str(dave.id), ["bob"]), (str(carol.id), [])]


def test_domain_blocks_are_kept_listed_and_taken_back_with_a_body_in_delete(site: Site) -> None:
    alice = person(site, "alice")
    for domain in ("One.example", "two.example", "one.example"):
        assert site.post("/api/v1/domain_blocks", alice.token, data={"domain": domain}).json() == {}
    assert site.get("/api/v1/domain_blocks", alice.token).json() == ["two.example", "one.example"]
    gone = site.request("DELETE", "/api/v1/domain_blocks", alice.token, json={"domain": "two.example"})
    assert gone.json() == {}
    assert site.get("/api/v1/domain_blocks", alice.token).json() == ["one.example"]
    assert site.post("/api/v1/domain_blocks", alice.token, data={"domain": "no domain"}).status_code == 422


def test_domain_blocks_page_by_the_id_of_the_block(site: Site) -> None:
    alice = person(site, "alice")
    for number in range(3):
        site.post("/api/v1/domain_blocks", alice.token, data={"domain": f"n{number}.example"})
    first = site.get("/api/v1/domain_blocks?limit=2", alice.token)
    assert first.json() == ["n2.example", "n1.example"]
    assert first.headers["Link"].split(";")[0].startswith("<http://perdure.test/api/v1/domain_blocks?limit=2&max_id=")
    second = site.get(first.links["next"]["url"], alice.token)
    assert second.json() == ["n0.example"]
    assert "next" not in second.links


def test_suggestions_are_friends_of_friends_then_the_most_followed(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    dave, erin, fred = person(site, "dave"), person(site, "erin", discoverable=False), person(site, "fred")
    follow(site, alice, bob)
    follow(site, bob, carol, erin)
    for one in (carol, erin, fred, bob):
        follow(site, one, dave) if one is not bob else None
    found = site.get("/api/v2/suggestions", alice.token).json()
    assert [(one["account"]["acct"], one["sources"]) for one in found] == [
        ("carol", ["friends_of_friends"]),
        ("dave", ["most_followed"]),
    ]
    assert site.delete(f"/api/v1/suggestions/{carol.id}", alice.token).json() == {}
    site.post(f"/api/v1/accounts/{dave.id}/block", alice.token)
    assert site.get("/api/v1/suggestions", alice.token).json() == []


def test_the_directory_shows_who_wants_to_be_found_active_or_new_first(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    person(site, "hermit", discoverable=False)
    site.clock.advance(seconds=5)
    say(site, alice, "x")
    assert names(site.get("/api/v1/directory").json()) == ["alice", "bob"]
    assert names(site.get("/api/v1/directory?order=new&limit=1&offset=1").json()) == ["alice"]
    assert names(site.get("/api/v1/directory", bob.token).json()) == ["alice", "bob"]


def test_the_old_spellings_of_follow_and_of_requests_still_work(site: Site) -> None:
    alice, bob, carol = person(site, "alice", locked=True), person(site, "bob"), person(site, "carol")
    assert site.post("/api/v1/follows", bob.token, data={"uri": "alice@perdure.test"}).json()["acct"] == "alice"
    follow(site, carol, alice)
    assert (
        site.post("/api/v1/follow_requests/authorize", alice.token, data={"id": bob.id}).json()["followed_by"] is True
    )
    assert (
        site.post("/api/v1/follow_requests/reject", alice.token, data={"id": carol.id}).json()["requested_by"] is False
    )
    assert site.post("/api/v1/follows", bob.token, data={"uri": "alice@elsewhere.test"}).status_code == 404
