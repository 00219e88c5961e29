from pathlib import Path

import pytest

from perdure.posts import service as posts
from tests.app.people import Person, person
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
    assert (found["accounts"], found["statuses"]) == ([], [])


def test_the_address_of_a_post_finds_it_as_far_as_one_may_see_it(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "x", visibility="private")
    for who, count in ((alice, 1), (bob, 0)):
        found = site.get("/api/v2/search", who.token, params={"q": post["url"], "resolve": "true"}).json()
        assert len(found["statuses"]) == count


def found_posts(site: Site, who: Person, text: str, **params: str) -> list[str]:
    found = site.get("/api/v2/search", who.token, params={"q": text, "type": "statuses", **params}).json()
    return [status["id"] for status in found["statuses"]]


@pytest.mark.parametrize(
    "text", ["apples", "APPLES", "cafe", "Café", '"ripe apples"', "apples -pears", "東京", "ripe-apples", "apples' OR"]
)
def test_a_new_post_is_found_by_its_words_at_once(site: Site, text: str) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "Ripe apples or none at the CAFÉ in 東京都")
    assert found_posts(site, bob, text) == [post["id"]]


@pytest.mark.parametrize(
    "text", ["pears", '"apples ripe"', "ripe -apples", "京東", "***", '"', "ripe AND NOT", "' | '"]
)
def test_other_words_and_odd_signs_find_nothing(site: Site, text: str) -> None:
    alice = person(site, "alice")
    say(site, alice, "Ripe apples in 東京")
    assert found_posts(site, alice, text) == []


def test_the_content_warning_is_searched_and_an_edit_replaces_the_words(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "one", spoiler_text="careful")
    assert found_posts(site, alice, "careful") == [post["id"]]
    site.put(f"/api/v1/statuses/{post['id']}", alice.token, json={"status": "two"})
    assert (found_posts(site, alice, "one"), found_posts(site, alice, "two")) == ([], [post["id"]])
    site.delete(f"/api/v1/statuses/{post['id']}", alice.token)
    assert found_posts(site, alice, "two") == []


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct"])
def test_only_the_author_finds_what_is_not_public(site: Site, visibility: str) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "@bob apples", visibility=visibility)
    assert (found_posts(site, alice, "apples"), found_posts(site, bob, "apples")) == ([post["id"]], [])


def test_authors_who_refuse_the_index_and_guests_are_left_out(site: Site) -> None:
    alice, bob = person(site, "alice", indexable=False), person(site, "bob")
    say(site, alice, "apples")
    post = say(site, bob, "apples")
    assert found_posts(site, bob, "apples") == [post["id"]]
    assert site.get("/api/v2/search?q=apples").json()["statuses"] == []


@pytest.mark.parametrize(("who", "verb"), [("alice", "block"), ("bob", "block"), ("bob", "mute")])
def test_blocked_and_muted_authors_are_not_found(site: Site, who: str, verb: str) -> None:
    people = {"alice": person(site, "alice"), "bob": person(site, "bob")}
    say(site, people["alice"], "apples")
    other = people["bob" if who == "alice" else "alice"]
    site.post(f"/api/v1/accounts/{other.id}/{verb}", people[who].token)
    assert found_posts(site, people["bob"], "apples") == []


def test_found_posts_come_newest_first_and_page_by_offset_and_by_id(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    ids = [say(site, alice, f"apples {number}")["id"] for number in range(5)][::-1]
    say(site, bob, "apples of bob")
    mine = {"account_id": str(alice.id)}
    assert found_posts(site, bob, "apples", limit="2", offset="2", **mine) == ids[2:4]
    assert found_posts(site, bob, "apples", limit="2", max_id=ids[1], **mine) == ids[2:4]


@pytest.mark.parametrize("text", ["dupont", "emilie", "Émi", "émilie dup", "alic"])
def test_an_account_is_found_by_the_words_of_its_names(site: Site, text: str) -> None:
    alice = person(site, "alice", display_name="Émilie Dupont")
    person(site, "bob", display_name="Bob")
    assert [one["acct"] for one in site.get("/api/v1/accounts/search", alice.token, params={"q": text}).json()] == [
        "alice"
    ]


def test_a_changed_display_name_is_found_and_the_old_one_is_not(site: Site) -> None:
    alice = person(site, "alice", display_name="Old")
    site.patch("/api/v1/accounts/update_credentials", alice.token, json={"display_name": "Fresh"})
    for text, expected in (("old", []), ("fresh", ["alice"])):
        found = site.get("/api/v1/accounts/search", alice.token, params={"q": text}).json()
        assert [one["acct"] for one in found] == expected


def test_exact_names_come_first_and_following_narrows(site: Site) -> None:
    anna, ann, annie = person(site, "anna"), person(site, "ann"), person(site, "annie")
    site.post(f"/api/v1/accounts/{annie.id}/follow", anna.token)
    path = "/api/v1/accounts/search?q=ann"
    assert [one["acct"] for one in site.get(path, anna.token).json()] == ["ann", "annie", "anna"]
    assert [one["acct"] for one in site.get(f"{path}&following=true", anna.token).json()] == ["annie"]
    assert ann.name == "ann"


def test_who_does_not_want_to_be_discovered_is_found_by_the_exact_name_only(site: Site) -> None:
    alice = person(site, "alice")
    person(site, "hermit", discoverable=False)
    for text, expected in (("herm", []), ("hermit", ["hermit"])):
        found = site.get("/api/v1/accounts/search", alice.token, params={"q": text}).json()
        assert [one["acct"] for one in found] == expected


def test_the_first_version_of_search_lists_hashtags_as_plain_names(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice, "#garden")
    assert site.get("/api/v1/search?q=gard", alice.token).json()["hashtags"] == ["garden"]


def test_a_search_for_nothing_is_refused(site: Site) -> None:
    alice = person(site, "alice")
    assert site.get("/api/v2/search", alice.token).status_code == 422


def test_imported_posts_are_found_once_the_worker_has_seen_them(site: Site, tmp_path: Path) -> None:
    alice = person(site, "alice")
    file = tmp_path / "old.csv"
    file.write_text("id,text,author\n1,old apples,carol\n", encoding="utf-8")
    posts.import_posts(site.rt, file)
    site.work()
    assert len(found_posts(site, alice, "apples")) == 1


def test_from_narrows_to_an_author_and_alone_lists_what_one_may_see_of_them(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    hers, his = say(site, alice, "ripe apples"), say(site, bob, "ripe pears")
    say(site, bob, "for followers", visibility="private")
    assert found_posts(site, alice, "ripe from:Bob") == [his["id"]]
    assert found_posts(site, alice, "from:@bob ripe") == [his["id"]]
    assert found_posts(site, alice, "ripe from:me") == [hers["id"]]
    assert found_posts(site, alice, "from:bob") == [his["id"]]
    assert found_posts(site, alice, "from:nobody ripe") == []
    assert found_posts(site, alice, "from:bob", offset="1") == []
    assert found_posts(site, alice, "ripe from:bob", account_id=str(alice.id)) == []


def test_days_narrow_to_what_was_posted_between_them(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "apples")  # on 2026-09-21
    assert found_posts(site, alice, "apples after:2026-09-20 before:2026-09-22") == [post["id"]]
    assert found_posts(site, alice, "apples after:2026-09-21") == []
    assert found_posts(site, alice, "apples before:2026-09-21") == []
    assert found_posts(site, alice, "apples before:nonsense") == []
    assert found_posts(site, alice, "apples before:0001-01-01") == []
