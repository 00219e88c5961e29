import pytest

from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site


@pytest.mark.parametrize("text", ["alice", "@alice", "ALICE", "@alice@perdure.test", "http://perdure.test/@alice"])
def test_an_account_is_found_by_every_spelling_of_its_name(site: Site, text: str) -> None:
    alice = person(site, "alice")
    found = site.get("/api/v2/search", alice.token, params={"q": text, "resolve": "true"}).json()
    assert [account["acct"] for account in found["accounts"]] == ["alice"]


def test_a_full_name_of_another_site_finds_nothing(site: Site) -> None:
    alice = person(site, "alice")
    assert site.get("/api/v2/search?q=alice@elsewhere.test", alice.token).json()["accounts"] == []


def test_a_hash_sign_searches_hashtags_only_in_alphabetical_order(site: Site) -> None:
    alice = person(site, "garden")
    say(site, alice, "#garden #gardening #ga")
    found = site.get("/api/v2/search", alice.token, params={"q": "#gard"}).json()
    assert [tag["name"] for tag in found["hashtags"]] == ["garden", "gardening"]
    assert found["accounts"] == []


def test_the_address_of_a_post_finds_it_as_far_as_one_may_see_it(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "x", visibility="private")
    for who, count in ((alice, 1), (bob, 0)):
        found = site.get("/api/v2/search", who.token, params={"q": post["url"], "resolve": "true"}).json()
        assert len(found["statuses"]) == count


LISTS = [
    "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links", "/api/v1/directory", "/api/v1/announcements",
    "/api/v2/suggestions", "/api/v1/filters", "/api/v2/filters", "/api/v1/domain_blocks", "/api/v1/featured_tags",
    "/api/v1/endorsements", "/api/v1/mutes", "/api/v1/custom_emojis",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_a_list_whose_feature_is_not_here_is_empty_and_never_missing(site: Site, path: str) -> None:
    alice = person(site, "alice")
    answer = site.get(path, alice.token)
    assert (answer.status_code, answer.json()) == (200, [])
