"""The home timeline has a short way in front of the framework: it must answer as the framework does."""

import pytest

from perdure.graph import service as graph
from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site

HOME = "/api/v1/timelines/home"


@pytest.mark.parametrize(
    "query", ["", "limit=2", "limit=99", "limit=2&max_id={3}", "min_id={0}&limit=2", "since_id={1}"]
)
def test_both_ways_give_the_same_bytes_and_headers(site: Site, query: str) -> None:
    alice = person(site, "alice")
    made = [say(site, alice, str(number))["id"] for number in range(5)]
    path = f"{HOME}?{query.format(*made)}"
    short = site.get(path, alice.token)
    long = site.get(path, alice.token, headers={"Content-Type": "application/json"})
    assert short.content == long.content
    assert short.json()
    drop = ("date", "x-request-id", "x-ratelimit-remaining")
    kept = [{name: text for name, text in one.headers.items() if name not in drop} for one in (short, long)]
    assert kept[0] == kept[1]
    assert short.headers["access-control-allow-origin"] == "*"
    assert short.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "status"), [("?limit=x", 422), ("?max_id=99999999999999999999", 422), ("?limit=5%26max_id=1", 422)]
)
def test_what_is_malformed_is_refused(site: Site, query: str, status: int) -> None:
    assert site.get(HOME + query, person(site, "alice").token).status_code == status


def test_who_may_not_read_is_told_why(site: Site) -> None:
    writer = person(site, "writer", scope="write")
    assert site.get(HOME).status_code == 401
    assert site.get(HOME, "wrong").status_code == 401
    assert site.get(HOME, writer.token).status_code == 403


def test_a_token_may_also_come_as_a_parameter(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice)
    assert len(site.get(f"{HOME}?access_token={alice.token}").json()) == 1


def test_votes_counts_and_edits_show_at_once_for_each_reader(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    post = say(site, alice, "first")["id"]
    site.work()
    assert site.get(HOME, bob.token).json()[0]["favourites_count"] == 0
    site.post(f"/api/v1/statuses/{post}/favourite", bob.token)
    seen = [site.get(HOME, reader.token).json()[0] for reader in (alice, bob)]
    assert [(one["favourites_count"], one["favourited"]) for one in seen] == [(1, False), (1, True)]
    site.put(f"/api/v1/statuses/{post}", alice.token, json={"status": "second"})
    assert site.get(HOME, bob.token).json()[0]["content"] == "<p>second</p>"


def test_a_poll_shows_each_reader_their_own_choice(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    poll = say(site, alice, "?", poll={"options": ["a", "b"], "expires_in": 600})["poll"]["id"]
    site.work()
    site.post(f"/api/v1/polls/{poll}/votes", bob.token, json={"choices": [1]})
    seen = [site.get(HOME, reader.token).json()[0]["poll"] for reader in (alice, bob)]
    assert [one["own_votes"] for one in seen] == [[], [1]]


def test_an_edit_shows_in_the_echoes_too(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, "first")["id"]
    site.post(f"/api/v1/statuses/{post}/reblog", bob.token)
    assert site.get(HOME, bob.token).json()[0]["content"] == "<p>first</p>"
    site.put(f"/api/v1/statuses/{post}", alice.token, json={"status": "second"})
    echo = site.get(HOME, bob.token).json()[0]
    assert (echo["content"], echo["reblog"]["content"]) == ("<p>second</p>", "<p>second</p>")


def test_an_echo_of_somebody_muted_does_not_come_home(site: Site) -> None:
    alice, bob, carol = person(site, "alice"), person(site, "bob"), person(site, "carol")
    site.write(graph.follow_in, carol.id, bob.id)
    site.work()
    post = say(site, alice)["id"]
    site.post(f"/api/v1/statuses/{post}/reblog", bob.token)
    site.work()
    assert len(site.get(HOME, carol.token).json()) == 1
    site.write(graph.mute_in, carol.id, alice.id)
    assert site.get(HOME, carol.token).json() == []


def test_a_revoked_token_reads_no_more(site: Site) -> None:
    alice = person(site, "alice")
    assert site.get(HOME, alice.token).status_code == 200
    shown = site.get("/api/v1/tokens", alice.token).json()[0]["id"]
    site.post(f"/api/v1/tokens/{shown}/invalidate", alice.token)
    assert site.get(HOME, alice.token).status_code == 401


def test_a_private_post_leaves_with_the_follow_before_the_worker_comes(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    say(site, alice, "for followers", visibility="private")
    site.work()
    assert len(site.get(HOME, bob.token).json()) == 1
    site.write(graph.unfollow_in, bob.id, alice.id)
    assert site.get(HOME, bob.token).json() == []
