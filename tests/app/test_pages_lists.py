"""Lists, bookmarks, favourites and followed hashtags as pages, without JavaScript."""

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


def make(site: Site, title: str = "Friends", **more: str) -> str:
    answer = site.post("/lists", data={"title": title, "replies_policy": "list", **more})
    assert answer.status_code == 200, words(answer.text)
    return answer.url.path.removesuffix("/people")


def count(page: str) -> int:
    return page.count('<article class="post')


def test_a_list_is_made_filled_read_changed_and_deleted(site: Site, alice: Person) -> None:
    bob, carol = person(site, "bob"), person(site, "carol")
    site.write(graph.follow_in, alice.id, bob.id)
    site.write(graph.follow_in, alice.id, carol.id)
    path = make(site)
    added = site.post(f"{path}/people/add", data={"account": str(bob.id)}).text
    assert "Added." in added
    publish(site, bob, "on the list")
    publish(site, carol, "not on it")
    page = site.get(path).text
    assert "on the list" in page
    assert "not on it" not in page
    changed = site.post(f"{path}/edit", data={"title": "Neighbours", "replies_policy": "none", "exclusive": "1"}).text
    assert "Neighbours" in changed
    assert "not in Home" in site.get("/lists").text
    assert "checked" in re.findall(r'<input type="checkbox" id="exclusive"[^>]*>', site.get(f"{path}/edit").text)[0]
    removed = site.post(f"{path}/people/remove", data={"account": str(bob.id)}).text
    assert "Nobody yet." in removed
    assert "You still follow everybody" in site.get(f"{path}/delete").text
    assert "Neighbours" not in site.post(f"{path}/delete").text
    assert site.get(path).status_code == 404


def test_a_refused_list_keeps_what_was_typed(site: Site, alice: Person) -> None:
    blank = site.post("/lists", data={"title": "  ", "replies_policy": "followed"})
    assert blank.status_code == 422
    assert "This is still empty." in blank.text
    assert re.search(r'value="followed"[^>]*checked', blank.text)
    long = "x" * 300
    refused = site.post("/lists", data={"title": long, "replies_policy": "list"})
    assert (refused.status_code, long in refused.text) == (422, True)
    assert site.post("/lists", data={"title": "A", "replies_policy": "nonsense"}).status_code == 422
    path = make(site)
    assert site.post(f"{path}/edit", data={"title": "", "replies_policy": "list"}).status_code == 422
    assert "Friends" in site.get("/lists").text


def test_people_to_add_are_looked_for_among_those_one_follows(site: Site, alice: Person) -> None:
    bob, stranger = person(site, "bobby"), person(site, "bobcat")
    site.write(graph.follow_in, alice.id, bob.id)
    path = make(site)
    page = site.get(f"{path}/people?q=bob").text
    assert "@bobby" in page
    assert "@bobcat" not in page
    assert site.post(f"{path}/people/add", data={"account": str(stranger.id)}).status_code == 404
    for _ in range(2):
        assert site.post(f"{path}/people/add", data={"account": str(bob.id)}).status_code == 200
    assert "on the list already" in site.get(f"{path}/people?q=bob").text
    assert "Nobody you follow fits." in site.get(f"{path}/people?q=zzz").text
    assert site.post(f"{path}/people/nonsense", data={"account": str(bob.id)}).status_code == 404
    assert site.post(f"{path}/people/add", data={"account": "x"}).status_code == 404


def test_nobody_sees_or_changes_the_lists_of_others(site: Site, alice: Person) -> None:
    path = make(site)
    bob = person(site, "bob")
    sign_in(site, bob)
    assert "Friends" not in site.get("/lists").text
    for way in ("", "/edit", "/delete", "/people"):
        assert site.get(path + way).status_code == 404, way
    assert site.post(f"{path}/edit", data={"title": "Mine", "replies_policy": "list"}).status_code == 404
    assert site.post(f"{path}/delete").status_code == 404
    assert site.post(f"{path}/people/add", data={"account": str(bob.id)}).status_code == 404
    sign_in(site, alice)
    assert site.get(path).status_code == 200


def test_bookmarks_and_favourites_are_ones_own_in_the_order_they_were_kept(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    first, second = publish(site, bob, "first post"), publish(site, bob, "second post")
    for post_id in (second, first):
        site.write(posts.bookmark_in, alice.id, post_id, on=True)
    site.write(posts.vote_in, alice.id, second, 1)
    kept = site.get("/bookmarks").text
    assert kept.index("first post") < kept.index("second post")
    liked = site.get("/favourites").text
    assert "second post" in liked
    assert "first post" not in liked
    site.write(posts.delete_in, bob.id, first)
    assert "first post" not in site.get("/bookmarks").text
    sign_in(site, bob)
    assert "Nothing kept yet." in site.get("/bookmarks").text
    assert "No favourites yet." in site.get("/favourites").text


def test_what_was_kept_goes_on_page_by_page(site: Site, alice: Person) -> None:
    for number in range(23):
        site.write(posts.bookmark_in, alice.id, publish(site, alice, f"post {number}"), on=True)
    first = site.get("/bookmarks").text
    assert count(first) == 20
    assert count(site.get(link(first, 'rel="next"')).text) == 3


def test_hashtags_are_followed_and_left_again(site: Site, alice: Person) -> None:
    page = site.post("/tags", data={"name": "#Garden"}).text
    assert 'href="/tags/garden"' in page
    assert "You follow the hashtag." in page
    site.post("/tags", data={"name": "garden"})
    assert site.get("/tags").text.count('href="/tags/garden"') == 1
    assert "You follow no hashtag yet." in site.post("/tags", data={"stop": "garden"}).text


@pytest.mark.parametrize("name", ["", "#", "two words", "123", "<b>", "x" * 101])
def test_what_is_no_hashtag_cannot_be_followed(site: Site, alice: Person, name: str) -> None:
    refused = site.post("/tags", data={"name": name})
    assert refused.status_code == 422
    assert "<b>" not in refused.text.replace("<b lang", "")
    assert "You follow no hashtag yet." in refused.text


@pytest.mark.parametrize("path", ["/lists", "/bookmarks", "/favourites", "/tags", "/follow_requests", "/messages"])
def test_pages_of_ones_own_ask_guests_to_sign_in(site: Site, path: str) -> None:
    person(site, "alice", role="owner")
    assert site.get(path).url.path == "/auth/sign_in"


@pytest.mark.parametrize("path", ["/lists", "/bookmarks", "/favourites", "/tags", "/explore", "/search"])
def test_pages_of_ones_own_speak_french(site: Site, alice: Person, path: str) -> None:
    page = site.get(f"{path}?lang=fr")
    assert (page.status_code, '<html lang="fr"' in page.text) == (200, True)
