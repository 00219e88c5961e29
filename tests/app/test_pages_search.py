"""Search and explore as pages: one field for everything, addresses that lead on, nothing that is not for the reader."""

import re

import pytest

from perdure.graph import service as graph
from perdure.posts import service as posts
from tests.app.browser import link, sign_in, words
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Person:
    made = person(site, "alice", role="owner")
    sign_in(site, made)
    return made


def found(site: Site, query: str, **params: str) -> str:
    answer = site.get("/search", params={"q": query, **params})
    assert answer.status_code == 200, answer.text
    return answer.text


def names(page: str) -> list[str]:
    return re.findall(r'<span class="muted handle">@(\w+)</span>', page.partition('class="post"')[0])


def count(page: str) -> int:
    return page.count('<article class="post')


def test_one_field_finds_people_posts_and_hashtags(site: Site, alice: Person) -> None:
    publish(site, person(site, "breadlover"), "sourdough #bread")
    page = found(site, "bread")
    assert "breadlover" in names(page)
    assert 'href="/tags/bread"' in page
    assert count(page) == 1
    assert count(found(site, "bread", type="people")) == 0
    assert "breadlover" not in names(found(site, "bread", type="tags"))
    assert names(found(site, "bread", type="posts")) == []


def test_the_exact_name_comes_first(site: Site, alice: Person) -> None:
    for name in ("bobby", "bob", "bobcat"):
        person(site, name)
    site.write(graph.follow_in, alice.id, person(site, "bobolink").id)
    assert names(found(site, "@bob"))[0] == "bob"


def test_the_address_of_a_post_or_profile_leads_there(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    public = publish(site, bob, "for all")
    private = publish(site, bob, "for followers", visibility="private")
    shown = site.get("/search", params={"q": f"http://perdure.test/@bob/{public}"})
    assert shown.url.path == f"/@bob/{public}"
    assert site.get("/search", params={"q": "http://perdure.test/@bob"}).url.path == "/@bob"
    kept = site.get("/search", params={"q": f"http://perdure.test/@bob/{private}"})
    assert kept.url.path == "/search"
    assert "for followers" not in kept.text
    away = site.get("/search", params={"q": "http://perdure.test/@bob/../../evil"}, follow_redirects=False)
    assert away.status_code == 200


def test_operators_that_the_page_names_work(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    publish(site, bob, "sourdough bread")
    publish(site, alice, "bread without wheat")
    help_page = site.get("/search").text
    for query, hits in (
        ("bread from:bob", 1),
        ("bread from:me", 1),
        ("bread -wheat", 1),
        ('"sourdough bread"', 1),
        ("bread", 2),
    ):
        assert count(found(site, query)) == hits, query
    for example in ("from:ada", "before:2026-05-01", "-wheat"):
        assert example in help_page


def test_guests_find_people_and_hashtags_and_are_told_about_posts(site: Site) -> None:
    publish(site, person(site, "alice", role="owner"), "apples #apples")
    page = found(site, "apples")
    assert count(page) == 0
    assert 'href="/tags/apples"' in page
    assert "Posts are searched for members only." in page
    assert "alice" in names(found(site, "alice"))


def test_results_go_on_page_by_page(site: Site, alice: Person) -> None:
    for number in range(22):
        person(site, f"baker{number:02}")
        publish(site, alice, f"bread {number:02}")
    people = found(site, "baker", type="people")
    assert len(names(people)) == 20
    assert len(names(site.get(link(people, 'rel="next"')).text)) == 2
    first = found(site, "bread")
    older = link(first, 'rel="next"')
    assert "type=posts" in older
    assert count(site.get(older).text) == 2


@pytest.mark.parametrize("query", ["zzz", "***", "<script>alert(1)</script>", "x" * 5000, "a:b", "\x00"])
def test_nothing_found_says_so_with_what_can_be_found(site: Site, alice: Person, query: str) -> None:
    page = found(site, query)
    assert "What you can look for" in page
    assert "<script>alert" not in page


def test_nonsense_in_the_address_is_no_error(site: Site, alice: Person) -> None:
    assert site.get("/search?q=a&type=nonsense&offset=-1").status_code == 200
    assert site.get("/search?q=a&type=people&offset=99999999999999999999").status_code == 200
    assert site.get("/explore/people?order=nonsense&offset=x").status_code == 200


def test_explore_shows_what_people_liked_and_hashtags_by_how_many_used_them(site: Site, alice: Person) -> None:
    bob, carol = person(site, "bob"), person(site, "carol")
    site.clock.advance(days=4)
    liked = publish(site, bob, "liked by many #garden")
    publish(site, carol, "#garden #bread")
    publish(site, bob, "nobody cares #bread #bread")
    hidden = publish(site, carol, "for followers #garden", visibility="private")
    for someone in (alice, carol):
        site.write(posts.vote_in, someone.id, liked, 1)
    site.write(posts.vote_in, carol.id, hidden, 1)
    page = site.get("/explore").text
    assert count(page) == 1
    assert "liked by many" in page
    assert re.findall(r"<strong>#(\w+)</strong>", page) == ["bread", "garden"]
    assert "2 people" in words(page)
    site.write(graph.block_in, alice.id, bob.id)
    assert count(site.get("/explore").text) == 0


def test_explore_leaves_out_what_is_old_and_who_does_not_want_to_be_found(site: Site, alice: Person) -> None:
    shy, bob = person(site, "shy", discoverable=False), person(site, "bob")
    site.clock.advance(days=4)
    quiet, old = publish(site, shy, "quiet #quiet"), publish(site, bob, "old #old")
    for post_id in (quiet, old):
        for one in (alice, bob):
            site.write(posts.vote_in, one.id, post_id, 1)
    assert "old #" in words(site.get("/explore").text)
    assert "quiet" not in site.get("/explore").text
    site.clock.advance(days=4)
    assert count(site.get("/explore").text) == 0


def test_suggestions_are_shown_and_can_be_put_away(site: Site, alice: Person) -> None:
    bob, carol = person(site, "bob"), person(site, "carol")
    site.write(graph.follow_in, alice.id, bob.id)
    site.write(graph.follow_in, bob.id, carol.id)
    assert "@carol" in site.get("/explore").text
    assert "@carol" not in site.post(f"/explore/dismiss/{carol.id}").text
    assert "@carol" in site.get("/explore/people").text  # still in the directory
    assert site.post("/explore/dismiss/999").status_code == 404


def test_the_directory_is_for_everybody_who_wants_to_be_in_it(site: Site) -> None:
    person(site, "alice", role="owner")
    person(site, "shy", discoverable=False)
    page = site.get("/explore/people?order=new").text
    assert "@alice" in page
    assert "@shy" not in page


def test_the_hashtags_of_these_days_stand_beside_every_page_of_a_member(site: Site, alice: Person) -> None:
    assert 'id="trends"' not in site.get("/lists").text
    bob = person(site, "bob")
    site.clock.advance(days=4)
    for one in (alice, bob):
        publish(site, one, "#garden")
    site.clock.advance(seconds=121)
    page = site.get("/lists").text
    assert "#garden" in page
    assert 'href="/explore"' in page
    site.client.cookies.clear()
    assert 'id="trends"' not in site.get("/public").text
