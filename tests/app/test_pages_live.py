"""Live updates of open pages: what they hear by the browser's session, what they ask for, and who hears nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from perdure.accounts import service as accounts
from perdure.accounts.service.sign_in import open_session_in
from perdure.graph import service as graph
from perdure.posts import service as posts
from tests.app.browser import sign_in
from tests.app.people import Person, person
from tests.app.test_notifications import publish
from tests.app.test_streaming import wait_for
from tests.site import Site


@contextmanager
def open_page(site: Site, token: str) -> Iterator[tuple[list[bytes], list[bool]]]:
    """What an open page hears, and whether the stream has ended."""
    writes: list[bytes] = []
    ended: list[bool] = []
    gone = asyncio.Event()
    first = [True]

    async def receive() -> Any:
        if first.pop() if first else False:
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            if message.get("body"):
                writes.append(message["body"])
            if not message.get("more_body"):
                ended.append(True)

    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/live", "raw_path": b"/live",
        "query_string": b"", "root_path": "", "scheme": "http", "server": ("perdure.test", 80),
        "client": ("127.0.0.1", 1), "headers": [(b"cookie", f"perdure_session={token}".encode())], "extensions": {},
    }  # fmt: skip
    with site.client.portal() as portal:
        serving = portal.start_task_soon(site.client.app, scope, receive, send)
        wait_for(site, writes, 1)
        try:
            yield writes, ended
        finally:
            portal.call(gone.set)
            serving.result(5)


def session(site: Site, someone: Person) -> str:
    return site.write(open_session_in, someone.id, "test", "127.0.0.1")


def test_an_open_page_hears_that_something_is_there_and_nothing_of_it(site: Site) -> None:
    alice, bob = person(site, "alice", role="owner"), person(site, "bob")
    site.write(graph.follow_in, alice.id, bob.id)
    site.work()
    with open_page(site, session(site, alice)) as (writes, _ended):
        post_id = publish(site, bob, "a secret word")
        site.work()
        wait_for(site, writes, 2)
        direct = publish(site, bob, "@alice another secret", visibility="direct")
        site.work()
        wait_for(site, writes, 5)
    heard = b"".join(writes[1:])
    assert writes[1] == f"event: post\ndata: {post_id}\n\n".encode()
    assert b"event: notice\ndata: {}\n\n" in heard
    assert b"event: talk\ndata: " in heard
    assert b"secret" not in heard
    assert direct


def test_posts_of_strangers_and_hidden_people_make_no_noise(site: Site) -> None:
    alice, bob, carol = person(site, "alice", role="owner"), person(site, "bob"), person(site, "carol")
    for other in (bob, carol):
        site.write(graph.follow_in, alice.id, other.id)
    site.write(graph.mute_in, alice.id, bob.id)
    site.work()
    with open_page(site, session(site, alice)) as (writes, _ended):
        publish(site, bob, "muted")
        publish(site, person(site, "dave"), "a stranger")
        seen = publish(site, carol, "followed")
        site.work()
        wait_for(site, writes, 2)
    assert writes[1:] == [f"event: post\ndata: {seen}\n\n".encode()]


@pytest.mark.parametrize("way", ["sign_out", "end_session"])
def test_the_stream_ends_with_the_session(site: Site, way: str) -> None:
    alice = person(site, "alice")
    token = session(site, alice)
    with open_page(site, token) as (_writes, ended):
        if way == "sign_out":
            site.run(accounts.sign_out, site.rt, token)
        else:
            [mine] = site.run(accounts.sessions, site.rt, alice.id)
            site.run(accounts.end_session, site.rt, alice.id, mine.id)

        async def wait() -> None:
            for _ in range(500):
                if ended:
                    return
                await asyncio.sleep(0.01)
            pytest.fail("still open")

        site.run(wait)


def test_guests_and_other_sites_hear_nothing(site: Site) -> None:
    alice = person(site, "alice", role="owner")
    assert site.get("/live").status_code == 401
    assert site.get("/live", alice.token).status_code == 401  # a token is no session
    sign_in(site, alice)
    for origin in ("cross-site", "same-site"):
        assert site.get("/live", headers={"Sec-Fetch-Site": origin}).status_code == 403
    assert site.get("/live/counts", headers={"Accept": "application/json"}).status_code == 200
    site.client.cookies.clear()
    assert site.get("/live/counts", headers={"Accept": "application/json"}).status_code == 401


def test_the_counts_are_those_of_the_navigation_in_the_readers_language(site: Site) -> None:
    alice, bob = person(site, "alice", role="owner"), person(site, "bob")
    site.write(graph.follow_in, alice.id, bob.id)
    sign_in(site, alice)
    publish(site, bob, "@alice hello")
    publish(site, bob, "@alice psst", visibility="direct")
    site.work()
    found = site.get("/live/counts").json()
    assert found["/notifications"] == {"n": 2, "short": "2", "text": "2 new"}
    assert found["/messages"]["n"] == found["/you"]["n"] == 1
    assert site.get("/live/counts?lang=fr").json()["/messages"]["text"] == "1 nouveau"
    site.write(posts.delete_in, bob.id, publish(site, bob, "x"))
    assert site.get("/live/counts").headers["cache-control"] == "private, no-store"
