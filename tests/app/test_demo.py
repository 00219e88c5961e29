import asyncio
import re
import time
from typing import Any

import pytest

from perdure import wiring
from perdure.accounts import service as accounts
from perdure.cli.demo import story, telling
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.settings import Settings
from tests.command import Command
from tests.site import Site, open_site, rows


def now() -> int:
    return time.time_ns() // 1_000_000


def begin(settings: Settings, steps: int) -> None:
    """The demo, interrupted after some steps."""
    at = now()
    clock = ManualClock(at - 30 * 86_400_000)
    with wiring.runtime(settings, clock=clock, local=True) as rt:
        teller = telling.Teller(rt, clock, story.read())
        asyncio.run(teller.tell(wiring.registry(), telling.Progress(now=at), lambda: None, until=steps))


@pytest.mark.slow
def test_the_demo_fills_a_site_once_goes_on_after_a_stop_and_is_lively(perdure: Command, settings: Settings) -> None:
    begin(settings, 41)
    first = perdure("demo", "--password", "a long password")
    assert first.status == 0, first
    assert "13 people and 151 posts" in first.out
    assert perdure("demo").status == 0
    with open_site(settings, ManualClock(now())) as site:
        counts = site.read(rows, "SELECT count(*) AS n FROM post WHERE reblog_of_id IS NULL")
        assert counts[0].n == 151
        assert site.run(
            accounts.begin, site.rt, "mira", "a long password", user_agent="test", address="127.0.0.1"
        ).session_token
        looked_at(site)


def token_of(site: Site, name: str) -> str:
    def issued_in(tx: Tx) -> str:
        app, _secret = accounts.create_app_in(tx, name="Test", scope="read write")
        account_id = accounts.member_in(tx, name).id
        return accounts.issue_token_in(tx, app_id=app.id, account_id=account_id, scope="read write").token

    return site.write(issued_in)


def looked_at(site: Site) -> None:
    token = token_of(site, "mira")
    home: list[Any] = site.get("/api/v1/timelines/home?limit=40", token).json()
    assert len(home) == 40
    assert {"en", "fr"} <= {post["language"] for post in home}
    everything = list(home)
    while page := site.get(f"/api/v1/timelines/public?limit=40&max_id={everything[-1]['id']}").json():
        everything += page
    assert any(len(post["media_attachments"]) == 4 for post in everything)
    assert all(file["description"] for post in everything for file in post["media_attachments"])
    assert any(post["spoiler_text"] for post in everything)
    assert any(post["reblog"] for post in everything) or any(post["reblogs_count"] for post in everything)
    assert sum(post["favourites_count"] for post in everything) > 200
    assert {len(re.sub("<[^>]*>", "", post["content"])) for post in everything} >= {1}
    polls = [post["poll"] for post in everything if post["poll"]]
    assert {poll["expired"] for poll in polls} == {True, False}
    assert site.get("/api/v1/notifications", token).json()
    assert site.get("/api/v1/conversations", token).json()
    assert [made["title"] for made in site.get("/api/v1/lists", token).json()] == ["Garden hands"]
    assert site.get("/api/v1/accounts/lookup?acct=ines").json()["locked"]
    assert len(site.get("/api/v1/follow_requests", token_of(site, "ines")).json()) == 2
    assert "/avatar" not in site.get("/api/v1/accounts/lookup?acct=tom").json()["avatar"]
    assert site.get("/@yuki", headers={"Accept": "text/html"}).status_code == 200


def test_the_demo_is_refused_where_people_live(perdure: Command) -> None:
    assert perdure("accounts", "create", "anna", "--email", "a@x.test", "--confirmed").status == 0
    line = perdure.fails("demo")
    assert "@anna lives on this site" in line
    assert "--force" in line


def test_a_short_password_for_the_demo_is_refused(perdure: Command) -> None:
    assert "too short" in perdure.fails("demo", "--password", "x")


def test_unit_the_story_holds_together() -> None:
    told = story.read()
    names = {person.name for person in told.people}
    known: set[str] = set()
    longest = ""
    for _key, post in told.places():
        assert post.by in names
        assert not post.re or post.re in known, post
        assert set(re.findall(r"@(\w+)", post.text)) <= names
        assert all(alt for _scene, alt in post.pictures)
        known.add(post.id)
        longest = max(longest, post.text, key=len)
    assert len(longest) == 1000
    assert max(len(person.display) for person in told.people) == 30
