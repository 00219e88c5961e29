"""Notices as a page: grouped, filtered by kind, marked as read, put away; requests to follow and of strangers."""

import re

import pytest

from perdure.graph import service as graph
from perdure.posts import service as posts
from tests.app.browser import hidden, link, sign_in, words
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Person:
    made = person(site, "alice", role="owner", locked=True)
    sign_in(site, made)
    return made


def page(site: Site, path: str = "/notifications") -> str:
    site.work()
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def count(text: str) -> int:
    return len(re.findall(r'<article class="told', text))


def test_notices_say_who_did_what_and_group_what_belongs_together(site: Site, alice: Person) -> None:
    post_id = publish(site, alice, "eleven tomatoes")
    for name in ("bob", "carol", "dave", "eve"):
        site.write(posts.vote_in, person(site, name).id, post_id, 1)
    publish(site, person(site, "frank"), "@alice well done")
    text = page(site)
    assert count(text) == 2
    said = words(text)
    assert "eve , dave and 2 others favourited your post" in said
    assert "frank mentioned you" in said
    assert "eleven tomatoes" in said
    assert "5 new notices" in said


def test_a_page_of_one_kind_shows_that_kind_alone(site: Site, alice: Person) -> None:
    post_id = publish(site, alice, "hello")
    bob = person(site, "bob")
    site.write(posts.vote_in, bob.id, post_id, 1)
    site.write(posts.echo_in, bob.id, post_id)
    assert count(page(site)) == 2
    assert "echoed your post" in words(page(site, "/notifications?kind=echoes"))
    assert count(page(site, "/notifications?kind=echoes")) == 1
    assert "No notices of this kind." in page(site, "/notifications?kind=polls")
    assert count(page(site, "/notifications?kind=nonsense")) == 2


def test_the_count_in_the_navigation_goes_when_they_are_marked_as_read(site: Site, alice: Person) -> None:
    publish(site, person(site, "bob"), "@alice hello")
    text = page(site)
    assert 'class="count"' in text
    assert "told unread" in text
    [last] = hidden(text, "last")
    after = site.post("/notifications/read", data={"last": last}).text
    assert 'class="count"' not in after
    assert 'class="told unread' not in after
    assert site.post("/notifications/read", data={"last": "1"}).status_code == 200  # never goes back
    assert 'class="count"' not in page(site)
    assert site.post("/notifications/read", data={"last": "x"}).status_code == 404


def test_one_notice_or_all_can_be_put_away_and_others_keep_theirs(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    publish(site, bob, "@alice one")
    publish(site, bob, "@alice two")
    text = page(site)
    first, _second = hidden(text, "group")
    kept = site.post("/notifications/dismiss", data={"group": first}).text
    assert count(kept) == 1
    assert "The notice is put away." in kept
    sign_in(site, bob)
    site.post("/notifications/clear")
    sign_in(site, alice)
    assert count(page(site)) == 1
    assert "cannot be undone" in page(site, "/notifications/clear")
    assert count(site.post("/notifications/clear").text) == 0


def test_a_request_to_follow_is_answered_where_it_stands(site: Site, alice: Person) -> None:
    bob, carol = person(site, "bob"), person(site, "carol")
    for someone in (bob, carol):
        site.write(graph.follow_in, someone.id, alice.id)
    assert f'action="/follow_requests/{bob.id}/accept"' in page(site)
    assert f'action="/follow_requests/{bob.id}/accept"' in page(site, "/follow_requests")
    site.post(f"/follow_requests/{bob.id}/accept", data={"return_to": "/notifications"})
    assert site.read(graph.follows_in, bob.id, alice.id)
    site.post(f"/follow_requests/{carol.id}/reject")
    text = page(site)
    assert "asks to follow you" not in words(text)
    assert "bob follows you" in words(text)
    assert "Nobody is waiting" in page(site, "/follow_requests")
    assert site.post(f"/follow_requests/{carol.id}/accept").status_code == 404


def test_a_request_that_was_taken_back_is_no_news(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    assert count(page(site)) == 1
    site.write(graph.unfollow_in, bob.id, alice.id)
    assert count(page(site)) == 0


@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_strangers_wait_in_a_box_until_they_are_heard_or_thrown_away(site: Site, alice: Person, verb: str) -> None:
    publish(site, person(site, "oscar"), "@alice cheap ovens", visibility="direct")
    text = page(site)
    assert count(text) == 0
    assert "1 person you do not know" in words(text)
    box = page(site, "/notifications/requests")
    assert "cheap ovens" in box
    action = re.findall(rf'action="(/notifications/requests/\d+/{verb})"', box)[0]
    site.post(action)
    assert "Nobody is waiting." in page(site, "/notifications/requests")
    assert count(page(site)) == (1 if verb == "accept" else 0)
    assert site.post(action).status_code == 404


def test_nobody_decides_for_somebody_else(site: Site, alice: Person) -> None:
    publish(site, person(site, "oscar"), "@alice psst", visibility="direct")
    action = re.findall(r'action="(/notifications/requests/\d+/accept)"', page(site, "/notifications/requests"))[0]
    sign_in(site, person(site, "mallory"))
    assert site.post(action).status_code == 404
    assert "psst" not in page(site, "/notifications/requests")


def test_the_policy_is_kept_and_other_words_are_refused(site: Site, alice: Person) -> None:
    site.post("/notifications/policy", data={"for_not_following": "drop", "for_new_accounts": "filter"})
    text = page(site, "/notifications/policy")
    assert re.search(r'name="for_not_following".*?value="drop" selected', text, re.DOTALL)
    publish(site, person(site, "bob"), "@alice hello")
    assert count(page(site)) == 0
    assert site.post("/notifications/policy", data={"for_not_following": "maybe"}).status_code == 422


def test_notices_go_on_page_by_page_within_their_kind(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    for number in range(23):
        publish(site, bob, f"@alice {number}")
    first = page(site, "/notifications?kind=mentions")
    older = link(first, 'rel="next"')
    assert count(first) == 20
    assert "kind=mentions" in older
    second = page(site, older)
    assert count(second) == 3
    assert 'rel="next"' not in second


def test_notices_of_a_blocked_or_deleted_post_are_not_shown(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    post_id = publish(site, bob, "@alice hello")
    assert count(page(site)) == 1
    site.write(posts.delete_in, bob.id, post_id)
    assert count(site.get("/notifications").text) == 0  # even before the worker has put the notice away


def test_an_empty_page_says_what_comes_here_in_both_languages(site: Site, alice: Person) -> None:
    assert "Nothing here yet" in page(site)
    assert "Rien pour l’instant" in page(site, "/notifications?lang=fr")
    site.client.cookies.clear()
    assert site.get("/notifications").url.path == "/auth/sign_in"
