"""A site that takes nothing new says so everywhere, shows everything, and loses nothing that was typed."""

from typing import Any

import pytest

from perdure.kernel import mode
from tests.app.browser import words
from tests.app.people import Person, person
from tests.app.test_pages_settings import signed_in
from tests.app.test_posts import say
from tests.site import Site

MOVED = "another host reigns since epoch 2"
HTML = {"Accept": "text/html"}


def close(site: Site, reason: str = MOVED, name: str = "closed") -> None:
    site.run(site.rt.db.write, "site.mode", mode.set_in, name, reason)


@pytest.fixture
def bob(site: Site) -> Person:
    person(site, "olga", role="owner")
    return signed_in(site, "bob")


def test_every_page_says_why_in_the_readers_language_and_offers_no_composer(site: Site, bob: Person) -> None:
    assert 'class="composer"' in site.get("/").text
    close(site)
    home = site.get("/").text
    assert "The site can only be read at the moment. It has moved to another machine" in words(home)
    assert 'class="composer"' not in home
    assert 'href="/write"' not in home
    assert "Il a déménagé sur une autre machine" in words(site.get("/?lang=fr").text)
    close(site, "a disk is <being> changed", "reading")
    assert '<bdi lang="en">a disk is &lt;being&gt; changed</bdi>' in site.get("/?lang=fr").text
    assert "<button" in site.get("/write").text
    assert 'value="post" disabled' in site.get("/write").text
    close(site, "", "open")
    assert 'class="composer"' in site.get("/").text


@pytest.mark.parametrize("name", ["reading", "closed"])
def test_everything_can_be_read_while_nothing_can_be_written(site: Site, bob: Person, name: str) -> None:
    post = say(site, bob, "something to read #tag")
    cleo = person(site, "cleo")
    site.work()
    close(site, name=name)
    site.clock.advance(days=2)  # when somebody was last here is due to be noted, and cannot be
    assert site.get(f"/api/v1/statuses/{post['id']}", cleo.token).status_code == 200, (
        "an app that comes for the first time"
    )
    pages = ("/", "/public", "/@bob", f"/@bob/{post['id']}", "/notifications", "/messages", "/you", "/explore")
    for path in (
        *pages,
        "/settings",
        "/settings/data",
        "/search?q=read",
        "/tags/tag",
        "/bookmarks",
        "/lists",
        "/write",
    ):
        assert site.get(path, headers=HTML).status_code == 200, path
    for path in ("timelines/home", "timelines/public", "notifications", "accounts/verify_credentials", "bookmarks"):
        assert site.get(f"/api/v1/{path}", bob.token).status_code == 200, path


def test_clients_are_told_by_the_instance_by_an_announcement_and_by_each_refusal(site: Site, bob: Person) -> None:
    def told() -> Any:
        return site.get("/api/v2/instance").json()["configuration"]["perdure"]

    assert told() == {"mode": "open", "reason": ""}
    assert site.get("/api/v1/announcements", bob.token).json() == []
    close(site)
    assert told() == {"mode": "closed", "reason": MOVED}
    (announced,) = site.get("/api/v1/announcements", bob.token).json()
    assert f"This site is read-only: {MOVED}" in announced["content"]
    refused = site.post("/api/v1/statuses", bob.token, json={"status": "no"})
    assert (refused.status_code, refused.json()) == (503, {"error": f"This site is read-only: {MOVED}"})
    assert refused.headers["retry-after"] == "60"


def test_what_was_typed_comes_back_whichever_form_it_was(site: Site, bob: Person) -> None:
    post = say(site, bob, "before")
    close(site)
    composed = site.post("/posts", data={"status": "a long <thought>", "visibility": "public"}, headers=HTML)
    assert composed.status_code == 503
    assert "a long &lt;thought&gt;</textarea>" in composed.text
    assert "What you typed is still here" in composed.text
    profile = {"display_name": "Bob", "note": "what I am <like>"}
    other = site.post("/settings/profile", data=profile, headers=HTML)
    assert other.status_code == 503
    assert "what I am &lt;like&gt;</textarea>" in other.text
    favourite = site.post(f"/posts/{post['id']}/favourite", headers=HTML)
    assert (favourite.status_code, "The site can only be read at the moment." in favourite.text) == (503, True)
    given = {"password": "a secret kept out", "note": "written by <hand>", "id": "1"}
    elsewhere = site.post("/notifications/dismiss", data=given, headers=HTML)
    assert (elsewhere.status_code, elsewhere.headers["retry-after"]) == (503, "60")
    assert "It has moved to another machine" in elsewhere.text
    assert "written by &lt;hand&gt;</textarea>" in elsewhere.text
    assert "a secret kept out" not in elsewhere.text
