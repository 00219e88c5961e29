"""Every text that strangers can read is scored, and the case keeps what it said: lists, hashtags, cards, profiles."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from perdure.kernel.settings import Settings
from perdure.moderation.service import snapshots
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_scoring import THREAT, cases, say
from tests.conftest import LOOPBACK
from tests.elsewhere import Elsewhere, elsewhere
from tests.site import Site, rows

TAG = "KillYouTomorrow"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, **LOOPBACK)


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        found.answers["/page"] = f"<title>News</title><meta property='og:description' content='{THREAT}'>"
        yield found


@pytest.fixture
def alice(site: Site) -> Person:
    return person(site, "alice")


def looks(site: Site) -> list[Any]:
    """What the cases hold, in the order in which it was looked at: (kind, version, text)."""
    found = site.read(rows, "SELECT s.id, j.kind FROM snapshot s JOIN subject j ON j.id = s.subject_id ORDER BY s.id")
    kept = [site.read(snapshots.peek_in, row.id) for row in found]
    return [(one.kind, one.version, one.text) for one in kept]


def kinds(site: Site) -> list[str]:
    return [row.subject_kind for row in site.read(rows, "SELECT subject_kind FROM signal ORDER BY id")]


def test_the_title_of_a_list_is_read_when_it_is_made_and_when_it_changes(site: Site, alice: Person) -> None:
    made = site.post("/api/v1/lists", alice.token, json={"title": "Gardeners"}).json()
    site.work()
    assert cases(site) == []
    site.put(f"/api/v1/lists/{made['id']}", alice.token, json={"title": THREAT})
    site.put(f"/api/v1/lists/{made['id']}", alice.token, json={"replies_policy": "none"})
    site.work()
    assert [(case.severity, case.policy) for case in cases(site)] == [(0, "threat")]
    assert looks(site) == [("list", 2, THREAT)]
    assert set(kinds(site)) == {"list"}
    site.post("/api/v1/lists", alice.token, json={"title": f"{THREAT}, all of you"})
    site.work()
    assert looks(site)[1:] == [("list", 1, f"{THREAT}, all of you")]


def test_a_hashtag_is_read_when_it_is_first_shown_and_only_then(site: Site, alice: Person) -> None:
    person(site, "bob")
    say(site, alice, f"@bob in confidence #{TAG}", visibility="direct")
    assert kinds(site) == []
    say(site, alice, f"aloud #{TAG} #harmless")
    assert looks(site).count(("tag", 1, TAG.lower())) == 1
    before = kinds(site).count("tag")
    assert before
    say(site, person(site, "carol"), f"too #{TAG}")
    assert kinds(site).count("tag") == before
    (row,) = site.read(rows, "SELECT author_id FROM subject WHERE kind = 'tag'")
    assert row.author_id == alice.id


def test_the_card_of_a_linked_page_is_read_and_read_again_when_its_words_change(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    say(site, alice, f"look {there.url}/page")
    assert looks(site) == [("link", 1, f"News\n{THREAT}")]
    assert [(case.severity, case.policy) for case in cases(site)] == [(0, "threat")]
    site.clock.advance(days=15)
    say(site, person(site, "bob"), f"and look {there.url}/page")
    assert looks(site) == [("link", 1, f"News\n{THREAT}")]
    there.answers["/page"] = f"<title>Other news</title><meta property='og:description' content='{THREAT}'>"
    site.clock.advance(days=15)
    say(site, alice, f"once more {there.url}/page")
    assert looks(site)[1:] == [("link", 2, f"Other news\n{THREAT}")]


def test_a_card_that_no_post_shows_any_more_brings_nobody_before_a_person(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    answer = site.post("/api/v1/statuses", alice.token, json={"status": f"look {there.url}/page"})
    site.delete(f"/api/v1/statuses/{answer.json()['id']}", alice.token)
    site.work()
    assert cases(site) == []


def test_descriptions_of_pictures_are_read_in_posts_and_profiles(site: Site, alice: Person) -> None:
    file = {"file": ("a.png", picture("png", 40, 40), "image/png")}
    sent = site.post("/api/v2/media", alice.token, files=file, data={"description": THREAT}).json()
    post = say(site, alice, "a picture", media_ids=[sent["id"]])
    assert ("post", 1, "a picture") in looks(site)
    assert set(kinds(site)) == {"post"}
    assert post["media_attachments"][0]["description"] == THREAT
    bob = person(site, "bob")
    avatar = {"avatar": ("a.png", picture("png", 40, 40), "image/png")}
    assert site.patch(
        "/api/v1/accounts/update_credentials", bob.token, files=avatar, data={"avatar_description": THREAT}
    ).is_success
    site.work()
    assert "account" in kinds(site)


def test_a_hashtag_shown_on_a_profile_is_read(site: Site, alice: Person) -> None:
    assert site.post("/api/v1/featured_tags", alice.token, json={"name": TAG}).status_code == 200
    site.work()
    assert set(kinds(site)) == {"account"}
