"""A process answers home from what it knows; whatever changes, and whoever changes it, the next answer shows it."""

from collections.abc import Callable
from typing import Any

import pytest

from perdure.graph import service as graph
from perdure.kernel import changes
from perdure.kernel.db import Tx, sql
from perdure.kernel.runtime import Runtime
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.posts.service.publishing import limits_of
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site

HOME = "/api/v1/timelines/home"


@pytest.fixture
def reader(site: Site) -> tuple[Person, Person, str]:
    """(author, reader, post): the reader follows the author and has read the post at home."""
    author, reader = person(site, "author"), person(site, "reader")
    site.write(graph.follow_in, reader.id, author.id)
    site.work()
    post = say(site, author)["id"]
    site.work()
    assert [one["id"] for one in site.get(HOME, reader.token).json()] == [post]
    return author, reader, post


def run(tx: Tx, text: str, **values: Any) -> None:
    tx.run(sql(text), **values)


MARKS: dict[str, Callable[[Tx, int, int, bool], Any]] = {
    "favourited": lambda tx, who, post, on: posts.vote_in(tx, who, post, int(on)),
    "bookmarked": lambda tx, who, post, on: posts.bookmark_in(tx, who, post, on=on),
    "muted": lambda tx, who, post, on: posts.mute_thread_in(tx, who, post, on=on),
}


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_that_another_process_sets_or_takes_back_shows_at_once(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str], mark: str
) -> None:
    _author, bob, post = reader
    for shown in (True, False):
        neighbour.db.write_now("test", MARKS[mark], bob.id, int(post), shown)
        assert site.get(HOME, bob.token).json()[0][mark] is shown


def test_an_own_echo_shows_on_the_post_until_it_is_taken_back(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str]
) -> None:
    _author, bob, post = reader
    neighbour.db.write_now("test", posts.echo_in, bob.id, int(post))
    assert site.get(HOME, bob.token).json()[-1]["reblogged"] is True
    neighbour.db.write_now("test", posts.unecho_in, bob.id, int(post))
    assert site.get(HOME, bob.token).json()[-1]["reblogged"] is False


@pytest.mark.parametrize("who", ["the reader", "the author"])
def test_a_block_by_either_empties_home_before_the_worker_comes(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str], who: str
) -> None:
    author, bob, _post = reader
    pair = (bob.id, author.id) if who == "the reader" else (author.id, bob.id)
    neighbour.db.write_now("test", graph.block_in, *pair)
    assert site.get(HOME, bob.token).json() == []


@pytest.mark.parametrize("state", ["hidden", "held", "deleted"])
def test_a_post_that_is_no_longer_published_is_gone(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str], state: str
) -> None:
    _author, bob, post = reader
    neighbour.db.write_now("test", run, "UPDATE post SET state = :state WHERE id = :id", state=state, id=int(post))
    assert site.get(HOME, bob.token).json() == []
    neighbour.db.write_now("test", run, "UPDATE post SET state = 'published' WHERE id = :id", id=int(post))
    assert len(site.get(HOME, bob.token).json()) == 1


def test_the_posts_of_a_suspended_author_are_gone(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str]
) -> None:
    author, bob, _post = reader
    neighbour.db.write_now("test", run, "UPDATE account SET state = 'suspended' WHERE id = :id", id=author.id)
    assert site.get(HOME, bob.token).json() == []


def test_a_changed_name_shows_on_posts_already_read(site: Site, reader: tuple[Person, Person, str]) -> None:
    author, bob, _post = reader
    site.patch("/api/v1/accounts/update_credentials", author.token, json={"display_name": "New name"})
    assert site.get(HOME, bob.token).json()[0]["account"]["display_name"] == "New name"


def test_filters_begin_and_end_at_once(site: Site, reader: tuple[Person, Person, str]) -> None:
    _author, bob, _post = reader
    given = {"phrase": "hello", "context": ["home"]}
    made = site.post("/api/v1/filters", bob.token, json=given).json()
    assert site.get(HOME, bob.token).json()[0]["filtered"] != []
    site.delete(f"/api/v1/filters/{made['id']}", bob.token)
    assert site.get(HOME, bob.token).json()[0]["filtered"] == []


def _say_many_in(tx: Tx, rt: Runtime, author_id: int, count: int) -> list[int]:
    return [posts.publish_in(tx, limits_of(rt), author_id, Draft(text=str(number))) for number in range(count)]


def _vote_all_in(tx: Tx, viewer_id: int, ids: list[int]) -> None:
    for post_id in ids:
        posts.vote_in(tx, viewer_id, post_id, 1)


def test_a_mark_older_than_the_hundreds_kept_in_memory_still_shows(
    site: Site, reader: tuple[Person, Person, str]
) -> None:
    author, bob, _post = reader
    made = site.write(_say_many_in, site.rt, author.id, 520)
    site.work()
    site.write(_vote_all_in, bob.id, made)
    page = site.get(f"{HOME}?max_id={made[5]}", bob.token).json()
    assert [one["favourited"] for one in page] == [True] * 5 + [False]


def test_a_reader_that_missed_more_changes_than_it_goes_through_starts_anew(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str]
) -> None:
    _author, bob, post = reader
    for _ in range(1100):
        neighbour.db.write_now("test", run, "UPDATE post SET version = version WHERE id = :id", id=int(post))
    neighbour.db.write_now("test", posts.vote_in, bob.id, int(post), 1)
    assert site.get(HOME, bob.token).json()[0]["favourited"] is True


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_reader_from_before_a_trim_starts_anew(
    site: Site, neighbour: Runtime, reader: tuple[Person, Person, str]
) -> None:
    _author, bob, post = reader
    neighbour.db.write_now("test", posts.vote_in, bob.id, int(post), 1)
    neighbour.db.write_now("test", run, "DELETE FROM cache_change WHERE seq < (SELECT max(seq) FROM cache_change)")
    assert site.get(HOME, bob.token).json()[0]["favourited"] is True


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_old_changes_are_dropped_and_the_newest_stays(site: Site, reader: tuple[Person, Person, str]) -> None:
    many = "INSERT INTO cache_change (kind, id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 21000) SELECT 1, i FROM n"
    site.write(run, many)
    site.write(changes.trim_in)
    kept = site.read(lambda tx: tx.first(sql("SELECT count(*) AS c, max(id) AS newest FROM cache_change")))
    assert (kept.c, kept.newest) == (20_001, 21_000)


def test_a_mute_that_ends_by_the_clock_ends_for_pages_already_made(
    site: Site, reader: tuple[Person, Person, str]
) -> None:
    author, bob, post = reader
    site.write(graph.mute_in, bob.id, author.id, duration_s=60)
    assert site.get(HOME, bob.token).json() == []
    site.clock.advance(seconds=71)
    assert [one["id"] for one in site.get(HOME, bob.token).json()] == [post]
