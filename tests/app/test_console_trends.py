"""Trends that wait for a person, on the moderators' page and in our own API: approved, blocked, with reasons."""

import re

import pytest

from perdure.signals.service import trends
from tests.app.browser import sign_in, words
from tests.app.people import Person, person
from tests.app.test_moderation_api import BASE
from tests.app.test_notifications import publish
from tests.app.test_trend_guard import settled, tags
from tests.site import Site, rows


@pytest.fixture
def mod(site: Site) -> Person:
    """A moderator, in the browser, while a hashtag waits for somebody."""
    for one in settled(site, 4):
        publish(site, one, 'They shout "Hang Gerald Wobbleton" #debate')
        publish(site, one, "a calm word on #debate and the #garden")
    someone = person(site, "mod1", role="moderator")
    sign_in(site, someone)
    site.work()
    site.run_jobs()
    return someone


def given(site: Site, verdict: str, reason: str, key: str = "debate", kind: str = "tag") -> dict[str, str]:
    page = site.get("/moderation/trends").text
    found = re.search(rf'name="key" value="{key}"><input type="hidden" name="version" value="(\d+)"', page)
    return {"kind": kind, "key": key, "verdict": verdict, "reason": reason, "version": found[1] if found else ""}


def test_what_waits_shows_why_and_the_posts_that_speak_against_it(site: Site, mod: Person) -> None:
    said = words(site.get("/moderation/trends").text)
    assert "1 thing waits for approval Hashtag #debate" in said
    assert "4 of 8 sampled posts look risky" in said
    assert "speaks against it They shout" in said
    assert "Hashtag #garden 4 people 4 posts may trend" in said
    assert "Nothing is kept out." in said
    assert "1 élément attend" in site.get("/moderation/trends?lang=fr").text


def test_what_is_approved_trends_and_what_is_blocked_does_not(site: Site, mod: Person) -> None:
    assert "Approved." in words(site.post("/moderation/trends", data=given(site, "approve", "")).text)
    assert "debate" in tags(site)
    blank = given(site, "block", " ")
    refused = site.post("/moderation/trends", data=blank)
    assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True)
    blocked = site.post("/moderation/trends", data=given(site, "block", "They quote a threat."))
    assert "1 thing is kept out now Hashtag #debate @mod1" in words(blocked.text)
    assert "They quote a threat." in words(blocked.text)
    assert "debate" not in tags(site)
    (entry,) = site.read(rows, "SELECT detail_json FROM audit_entry WHERE action = 'trend.reject'")
    assert "They quote a threat." in entry.detail_json
    site.post("/moderation/trends", data=given(site, "approve", "It was news."))
    assert "debate" in tags(site)


def test_whoever_was_slower_is_told_and_keeps_what_they_wrote(site: Site, mod: Person) -> None:
    old = given(site, "block", "Mine is the better reason.")
    site.post("/moderation/trends", data=given(site, "approve", ""))
    page = site.post("/moderation/trends", data=old)
    assert page.status_code == 409
    assert "Mine is the better reason." in page.text
    assert "debate" in tags(site)


def test_what_does_not_exist_is_not_found(site: Site, mod: Person) -> None:
    for kind, key in (("tag", "nothing"), ("weather", "rain"), ("post", "x"), ("link", "12"), ("publisher", "no host")):
        assert site.post("/moderation/trends", data=given(site, "block", "Why.", key, kind)).status_code == 404
    assert site.post(f"{BASE}/trends/tag/nothing/block", mod.token, json={"reason": "Why."}).status_code == 404


def test_what_a_decision_keeps_out_ends_with_the_decision_alone(site: Site, mod: Person) -> None:
    site.write(trends.trend_block_in, "tag", "garden", 5, site.clock.now_ms() + 1000)
    assert "Hashtag #garden kept out by a decision" in words(site.get("/moderation/trends").text)
    assert site.post("/moderation/trends", data=given(site, "approve", "", "garden")).status_code == 422
    site.clock.advance(seconds=2)
    assert site.get(f"{BASE}/trends", mod.token).json()["blocked"] == []


def test_programs_see_and_decide_the_same(site: Site, mod: Person) -> None:
    found = site.get(f"{BASE}/trends", mod.token).json()
    (waiting,) = found["waiting"]
    assert (waiting["kind"], waiting["key"], waiting["verdict"]["reason"]) == ("tag", "debate", "risky")
    assert [one["risky"] for one in waiting["samples"]] == [True, True, True]
    assert {one["key"] for one in found["rising"] if one["kind"] == "tag"} == {"debate", "garden"}
    path = f"{BASE}/trends/tag/debate"
    assert site.post(f"{path}/block", mod.token, json={}).status_code == 422
    old = {"If-Match": '"9"'}
    assert site.post(f"{path}/approve", mod.token, json={}, headers=old).status_code == 409
    approved = site.post(f"{path}/approve", mod.token, json={"reason": "It is news."})
    assert (approved.json()["verdict"]["allowed"], approved.json()["review"]["reason"]) == (True, "It is news.")
    host = site.post(f"{BASE}/trends/publisher/news.example/block", mod.token, json={"reason": "Copies threats."})
    assert host.json()["review"]["state"] == "rejected"
