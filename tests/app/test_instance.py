"""What the site says about itself (api.md §3.8), and who may read its public feeds (§3.15)."""

from typing import Any

import msgspec
import pytest

from perdure.accounts.queries import site as site_queries
from perdure.accounts.service import site as site_service
from tests.app.people import person
from tests.app.test_notifications import publish
from tests.site import NOW, Site

MONDAY = 1_789_948_800  # the Monday before NOW, 00:00 UTC
HTML = {"Accept": "text/html"}


def change(site: Site, **values: Any) -> None:
    before = site.read(site_service.site_in)
    site.write(site_queries.store_site, msgspec.structs.replace(before, **values))


def test_activity_tells_what_happened_in_each_week(site: Site) -> None:
    assert NOW // 1000 - MONDAY < 7 * 86_400
    alice = person(site, "alice")
    assert site.get("/api/v1/accounts/verify_credentials", alice.token).status_code == 200
    for number in range(3):
        publish(site, alice, str(number))
    site.run_jobs()
    [this, before] = site.get("/api/v1/instance/activity").json()
    assert this == {"week": str(MONDAY), "statuses": "3", "logins": "1", "registrations": "1"}
    assert before == {"week": str(MONDAY - 604_800), "statuses": "0", "logins": "0", "registrations": "0"}
    site.clock.advance(days=7)
    site.get("/api/v1/accounts/verify_credentials", alice.token)
    publish(site, alice, "next week")
    site.run_jobs()
    found = site.get("/api/v1/instance/activity").json()
    assert [(week["statuses"], week["logins"]) for week in found] == [("1", "1"), ("3", "1"), ("0", "0")]
    assert site.get("/api/v2/instance").json()["usage"]["users"]["active_month"] == 1


def test_languages_are_all_that_have_a_short_code(site: Site) -> None:
    found = {each["code"]: each["name"] for each in site.get("/api/v1/instance/languages").json()}
    assert len(found) > 150
    assert (found["fr"], found["ja"]) == ("French", "Japanese")


@pytest.mark.parametrize(
    ("kind", "path", "page"),
    [
        ("live_feeds", "/api/v1/timelines/public", "/public"),
        ("hashtag_feeds", "/api/v1/timelines/tag/cats", "/tags/cats"),
    ],
)
def test_public_feeds_are_for_whom_the_operators_say(site: Site, kind: str, path: str, page: str) -> None:
    alice = person(site, "alice")
    publish(site, alice, "look #cats")

    def told() -> str:
        access = site.get("/api/v2/instance").json()["configuration"]["timelines_access"]
        assert access["trending_link_feeds"] == access["hashtag_feeds"]
        return str(access[kind]["local"])

    assert told() == "public"
    assert (len(site.get(path).json()), site.get(page, headers=HTML).status_code) == (1, 200)
    change(site, **{kind: "authenticated"})
    assert told() == "authenticated"
    refused = site.get(path)
    assert (refused.status_code, refused.json()["error"]) == (401, "This API requires an authenticated user")
    assert len(site.get(path, alice.token).json()) == 1
    guest = site.get(page, headers=HTML, follow_redirects=False)
    assert guest.headers["location"].startswith("/auth/sign_in")
    change(site, **{kind: "disabled"})
    assert told() == "disabled"
    assert site.get(path).json() == {"error": "This action is not allowed"}
    assert site.get(path, alice.token).json() == {"error": "This action is not allowed"}


def test_a_feed_that_is_switched_off_is_not_streamed_either(site: Site) -> None:
    alice = person(site, "alice")
    change(site, live_feeds="disabled")
    with site.client.websocket_connect(f"/api/v1/streaming?access_token={alice.token}&stream=public") as socket:
        assert socket.receive_json(timeout=5) == {"error": "This action is not allowed", "status": 403}
        socket.send_json({"type": "subscribe", "stream": "user"})
        publish(site, alice, "hello")
        site.work()
        assert socket.receive_json(timeout=5)["stream"] == ["user"]
    answer = site.get("/api/v1/streaming/public", alice.token)
    assert (answer.status_code, answer.json()) == (403, {"error": "This action is not allowed"})


def test_feeds_for_readers_follow_too(site: Site) -> None:
    publish(site, person(site, "alice"), "look #cats")
    assert site.get("/tags/cats.rss").status_code == 200
    change(site, hashtag_feeds="authenticated")
    assert site.get("/tags/cats.rss", follow_redirects=False).status_code == 303
