"""Posts of authors with very many followers are not copied into every feed; readers see no difference."""

import pytest

from perdure.graph import service as graph
from perdure.kernel.db import Tx, sql
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site

HOME = "/api/v1/timelines/home"
MANY = 5_000


def become_large(tx: Tx, account_id: int) -> None:
    tx.run(sql("UPDATE account SET followers_count = :many WHERE id = :id"), many=MANY, id=account_id)


def copies(tx: Tx, post_id: str) -> int:
    return int(tx.scalar(sql("SELECT count(*) FROM home_entry WHERE post_id = :id"), id=int(post_id)))


@pytest.fixture
def star(site: Site) -> tuple[Person, Person]:
    """(star, fan): the fan follows the star, who wrote once before becoming large."""
    star, fan = person(site, "star"), person(site, "fan")
    site.write(graph.follow_in, fan.id, star.id)
    site.work()
    say(site, star, "before")
    site.work()
    site.write(become_large, star.id)
    return star, fan


def home(site: Site, who: Person, query: str = "") -> list[str]:
    return [one["content"] for one in site.get(HOME + query, who.token).json()]


def test_their_posts_reach_home_without_a_copy_for_each_follower(site: Site, star: tuple[Person, Person]) -> None:
    author, fan = star
    post = say(site, author, "after")["id"]
    site.work()
    assert home(site, fan) == ["<p>after</p>", "<p>before</p>"]
    assert site.read(copies, post) == 1  # the author's own


def test_pages_above_and_below_a_post_mix_both_kinds_in_order(site: Site, star: tuple[Person, Person]) -> None:
    author, fan = star
    friend = person(site, "friend")
    site.write(graph.follow_in, fan.id, friend.id)
    made = [say(site, friend if number % 2 else author, str(number))["id"] for number in range(6)]
    site.work()
    assert home(site, fan, f"?max_id={made[4]}&limit=3") == ["<p>3</p>", "<p>2</p>", "<p>1</p>"]
    assert home(site, fan, f"?min_id={made[1]}&limit=3") == ["<p>4</p>", "<p>3</p>", "<p>2</p>"]


def test_answers_to_strangers_stay_out_and_answers_to_the_followed_come(
    site: Site, star: tuple[Person, Person]
) -> None:
    author, fan = star
    stranger = person(site, "stranger")
    parent = say(site, stranger, "parent")["id"]
    say(site, author, "answer", in_reply_to_id=parent)
    site.work()
    assert "<p>answer</p>" not in home(site, fan)
    site.write(graph.follow_in, fan.id, stranger.id)
    site.work()
    assert "<p>answer</p>" in home(site, fan)


def test_a_friends_echo_of_their_post_is_not_shown_beside_it(site: Site, star: tuple[Person, Person]) -> None:
    author, fan = star
    friend = person(site, "friend")
    site.write(graph.follow_in, fan.id, friend.id)
    post = say(site, author, "after")["id"]
    site.post(f"/api/v1/statuses/{post}/reblog", friend.token)
    site.work()
    assert home(site, fan) == ["<p>after</p>", "<p>before</p>"]


@pytest.mark.parametrize("end", ["unfollow", "mute", "block"])
def test_they_leave_home_with_the_follow_a_mute_or_a_block(site: Site, star: tuple[Person, Person], end: str) -> None:
    author, fan = star
    say(site, author, "after")
    site.work()
    assert site.post(f"/api/v1/accounts/{author.id}/{end}", fan.token).status_code == 200
    assert home(site, fan) == [] if end != "unfollow" else "<p>after</p>" not in home(site, fan)


def test_their_private_posts_reach_followers_only(site: Site, star: tuple[Person, Person]) -> None:
    author, fan = star
    say(site, author, "among us", visibility="private")
    say(site, author, f"@{fan.name} hello", visibility="direct")
    site.work()
    assert home(site, fan)[0] == "<p>among us</p>"


def test_a_follower_of_a_hashtag_still_gets_a_copy(site: Site, star: tuple[Person, Person]) -> None:
    author, _fan = star
    reader = person(site, "reader")
    site.post("/api/v1/tags/garden/follow", reader.token)
    say(site, author, "roses #garden")
    site.work()
    assert len(home(site, reader)) == 1


def test_a_follow_in_some_languages_reads_no_others_of_theirs(site: Site, star: tuple[Person, Person]) -> None:
    author, fan = star
    site.post(f"/api/v1/accounts/{author.id}/follow", fan.token, json={"languages": ["fr"]})
    for language in ("de", "fr", None):
        say(site, author, language or "none", language=language)
    site.work()
    assert home(site, fan)[:2] == ["<p>none</p>", "<p>fr</p>"]
    assert "<p>de</p>" not in home(site, fan)
