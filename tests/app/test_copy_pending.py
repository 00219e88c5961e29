"""An answer says where what was done is on this host only: nothing is taken back, nothing is promised."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from perdure.continuity.service.durable import ACCEPTED
from perdure.continuity.service.shipping import acks
from tests.app.people import person
from tests.app.test_pages_settings import browse_as
from tests.site import Site


@contextmanager
def stores_that_never_confirm(site: Site) -> Iterator[None]:
    """A shipper that lives, with a store whose word counts, and no acknowledgement while the clock goes on."""
    writer, over = acks.Writer(site.rt.settings.data), threading.Event()

    def go_on() -> None:
        while not over.wait(0.02):
            site.clock.advance(seconds=1)
            writer.say(0, 1, site.clock.now_ms())

    writer.say(0, 1, site.clock.now_ms())
    running = threading.Thread(target=go_on)
    running.start()
    try:
        yield
    finally:
        over.set()
        running.join()


def test_a_durable_write_without_a_copy_is_done_and_its_answer_says_pending(site: Site) -> None:
    owner, bob = person(site, "olga", role="owner"), person(site, "bob")
    browse_as(site, owner)
    path = f"/operations/members/{bob.id}/role"
    with stores_that_never_confirm(site):
        page = site.post(path, data={"role": "moderator"}, follow_redirects=False)
        quick = site.post("/api/v1/statuses", owner.token, json={"status": "fast, not durable"})
        api = site.post(f"/api/v1/admin/accounts/{bob.id}/action", owner.token, json={"type": "suspend"})
    assert (page.status_code, page.headers["perdure-copy"]) == (303, "pending")
    assert (api.status_code, api.headers["perdure-copy"]) == (200, "pending")
    assert "Perdure-Copy" in api.headers["access-control-expose-headers"]
    assert quick.status_code == 200
    assert "perdure-copy" not in quick.headers
    assert "Moderator" in site.get(f"/operations/members/{bob.id}").text


def test_a_confirmed_write_and_a_site_without_stores_say_nothing(site: Site) -> None:
    owner, bob = person(site, "olga", role="owner"), person(site, "bob")
    browse_as(site, owner)
    path = f"/operations/members/{bob.id}/role"
    assert "perdure-copy" not in site.post(path, data={"role": "moderator"}, follow_redirects=False).headers
    acks.Writer(site.rt.settings.data).say(2**40, 1, site.clock.now_ms())
    assert "perdure-copy" not in site.post(path, data={"role": "member"}, follow_redirects=False).headers


def test_a_host_that_hears_from_no_store_promises_nothing_until_it_does_or_the_operator_takes_it(site: Site) -> None:
    owner, bob = person(site, "olga", role="owner"), person(site, "bob")
    writer = acks.Writer(site.rt.settings.data)
    heard = site.clock.now_ms()

    def act(kind: str, **since: int) -> httpx.Response:
        site.clock.advance(**since)
        writer.say(2**40, 1, site.clock.now_ms(), heard)
        return site.post(f"/api/v1/admin/accounts/{bob.id}/action", owner.token, json={"type": kind})

    assert act("sensitive", seconds=880).status_code == 200
    assert act("sensitive", seconds=60).status_code == 200, "a minute to find its stores"
    refused = act("sensitive", seconds=61)
    assert refused.status_code == 503
    assert "15 minutes" in refused.json()["error"]
    assert site.post("/api/v1/statuses", owner.token, json={"status": "fast, not durable"}).status_code == 200

    (site.rt.settings.data / ACCEPTED).touch()
    assert act("sensitive", seconds=1).status_code == 200
    (site.rt.settings.data / ACCEPTED).unlink()
    heard = site.clock.now_ms()
    assert act("sensitive", seconds=1).status_code == 200
