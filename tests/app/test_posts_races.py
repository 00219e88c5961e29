import asyncio
from typing import Any

from perdure.kernel.runtime import Runtime
from perdure.posts import service as posts
from perdure.posts.model import Draft
from tests.app.people import person
from tests.site import Site, rows


async def together(rt: Runtime, body: Any, *args: Any, times: int = 4) -> list[Any]:
    return await asyncio.gather(*(rt.db.write("test", body, *args) for _ in range(times)))


def test_requests_that_race_with_one_key_get_one_post(site: Site) -> None:
    alice = person(site, "alice")

    async def race(number: int) -> list[int]:
        made = (posts.publish(site.rt, alice.id, Draft(text="x"), f"key {number}") for _ in range(4))
        return await asyncio.gather(*made)

    for number in range(20):
        assert len(set(site.run(race, number))) == 1
    assert len(site.read(rows, "SELECT id FROM post")) == 20


def test_a_refused_post_leaves_its_key_free(site: Site) -> None:
    alice = person(site, "alice")
    headers = {"Idempotency-Key": "k"}
    assert site.post("/api/v1/statuses", alice.token, json={"status": ""}, headers=headers).status_code == 422
    assert site.post("/api/v1/statuses", alice.token, json={"status": "x"}, headers=headers).status_code == 200


def test_one_person_counts_once_however_often_they_favourite_at_once(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post_id = site.run(posts.publish, site.rt, alice.id, Draft(text="x"))

    def count() -> int:
        return site.read(rows, "SELECT favourites_count FROM post")[0].favourites_count

    for value, wanted in ((1, 1), (0, 0), (1, 1), (-1, 0), (1, 1), (1, 1), (-1, 0), (0, 0)) * 5:
        site.run(together, site.rt, posts.vote_in, bob.id, post_id, value)
        assert count() == wanted


def test_one_person_echoes_once_however_often_they_ask_at_once(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post_id = site.run(posts.publish, site.rt, alice.id, Draft(text="x"))

    def counts() -> tuple[int, int]:
        echoed = site.read(rows, "SELECT reblogs_count FROM post WHERE reblog_of_id IS NULL")[0].reblogs_count
        return echoed, site.get(f"/api/v1/accounts/{bob.id}").json()["statuses_count"]

    for _ in range(10):
        assert len(set(site.run(together, site.rt, posts.echo_in, bob.id, post_id))) == 1
        assert counts() == (1, 1)
        site.run(together, site.rt, posts.unecho_in, bob.id, post_id)
        assert counts() == (0, 0)


def test_one_person_votes_once_in_a_poll_however_many_options_they_send_at_once(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    for _ in range(10):
        body = {"status": "x", "poll": {"options": ["a", "b"], "expires_in": 600}}
        poll_id = int(site.post("/api/v1/statuses", alice.token, json=body).json()["poll"]["id"])

        async def race(poll_id: int) -> list[Any]:
            votes = (site.rt.db.write("test", posts.choose_in, bob.id, poll_id, [n]) for n in (0, 1, 0, 1))
            return await asyncio.gather(*votes, return_exceptions=True)

        refused = [answer for answer in site.run(race, poll_id) if isinstance(answer, BaseException)]
        assert [type(error).__name__ for error in refused] == ["Invalid"] * 3
        poll = site.get(f"/api/v1/polls/{poll_id}", bob.token).json()
        assert (poll["voters_count"], poll["votes_count"]) == (1, 1)
