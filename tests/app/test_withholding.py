"""A post that staff took out of sight is nowhere, and back as it was."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from perdure.mastodon_api.routes import ROUTES as API
from perdure.posts import service as posts
from perdure.web.routes import ROUTES as PAGES
from tests.app.browser import sign_in
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_posts import say
from tests.site import Site

WORD = "quillwort"
# A form's key, and the trends beside a page, which are remembered for some minutes.
_OWN = re.compile(
    rb'name="key" value="[0-9a-f]+"|<section class="card" aria-labelledby="trends">.*?</section>\s*', re.DOTALL
)
_STREAMS = ("/api/v1/streaming", "/oauth/", "/static/", "/live", "/media/")


class Place:
    """A post in every place where posts stand, with the names and ids that addresses are made of."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.alice = person(site, "alice", discoverable=True, indexable=True)
        self.bob, self.carol = person(site, "bob"), person(site, "carol")
        file = site.post("/api/v2/media", self.alice.token, files={"file": ("a.png", picture(), "image/png")}).json()
        site.work()
        self.post = say(site, self.alice, f"{WORD} thyme #herbs @bob", media_ids=[file["id"]])
        self.id = self.post["id"]
        for who in (self.bob, self.carol):
            site.post(f"/api/v1/accounts/{self.alice.id}/follow", who.token)
        listed = site.post("/api/v1/lists", self.carol.token, json={"title": "those"}).json()["id"]
        site.post(f"/api/v1/lists/{listed}/accounts", self.carol.token, json={"account_ids": [str(self.alice.id)]})
        site.post("/api/v1/tags/herbs/follow", self.carol.token)
        for verb in ("favourite", "bookmark"):
            site.post(f"/api/v1/statuses/{self.id}/{verb}", self.carol.token)
        self.echo = site.post(f"/api/v1/statuses/{self.id}/reblog", self.bob.token).json()["id"]
        self.reply = say(site, self.bob, "indeed", in_reply_to_id=self.id)["id"]
        site.post(f"/api/v1/statuses/{self.id}/pin", self.alice.token)
        site.work()
        self.file = self.post["media_attachments"][0]["url"].removeprefix("http://perdure.test")
        self.named = {
            "post_id": self.id, "account_id": str(self.alice.id), "at_name": "@alice", "name": "herbs", "list_id": listed,
        }  # fmt: skip

    def addresses(self) -> Iterator[str]:
        for handler in (*API, *PAGES):
            for path in sorted(handler.paths) if "GET" in getattr(handler, "http_methods", ()) else ():
                names = re.findall(r"\{(\w+):\w+\}", path)
                if not path.startswith(_STREAMS) and all(name in self.named for name in names):
                    yield re.sub(r"\{(\w+):\w+\}", lambda found: self.named[found[1]], path)
        page = quote(f"http://perdure.test/@alice/{self.id}", safe="")
        yield from (
            f"/api/oembed?url={page}", f"/api/v1/statuses?id[]={self.id}", "/api/v2/search?q=thyme", "/search?q=thyme",
            f"/api/v2/search?resolve=true&q={page}", f"/api/v1/accounts/{self.alice.id}/statuses?pinned=true",
            f"/api/v1/accounts/{self.alice.id}/statuses?only_media=true", f"/api/v1/accounts/{self.bob.id}/statuses",
            f"/api/v1/statuses/{self.echo}", f"/api/v1/statuses/{self.reply}/context", "/@alice.rss", "/@alice.atom",
            "/@alice.json", "/tags/herbs.rss", "/@bob", f"/@bob/{self.reply}", "/@alice/with_replies", "/@alice/media",
        )  # fmt: skip

    def shown(self, who: Person | None) -> dict[str, bytes]:
        """What somebody is answered at each address where the post can be seen; a page in a browser, too."""
        self.site.client.cookies.clear()
        if who is not None:
            sign_in(self.site, who)
        token = who.token if who is not None else None
        found = {}
        for address in self.addresses():
            answer = self.site.get(address, token, follow_redirects=False)
            assert answer.status_code < 500, (address, answer.text)
            if self.seen(answer):
                found[address] = _OWN.sub(b"", answer.content)
        return found

    def seen(self, answer: httpx.Response) -> bool:
        return WORD in answer.text or f'"id":"{self.id}"' in answer.text


@pytest.fixture
def place(site: Site) -> Place:
    return Place(site)


def test_a_hidden_post_is_at_no_address_and_comes_back_byte_for_byte(place: Place) -> None:
    site, readers = place.site, (None, place.carol)
    sign_in(site, place.carol)
    site.get("/notifications")  # what is read stays read
    before = {who: place.shown(who) for who in readers}
    assert len(before[None]) > 12
    assert len(before[place.carol]) > 20
    assert site.get(place.file).status_code == 200
    site.write(posts.hide_in, int(place.id))
    site.work()
    site.clock.advance(seconds=3600)  # so many requests are too many for one hour
    for who in (*readers, place.alice):
        assert place.shown(who) == {}
    assert site.get(place.file).status_code == 404
    site.write(posts.release_in, int(place.id))
    site.work()
    site.clock.advance(seconds=-3600)
    for who, pages in before.items():
        after = place.shown(who)
        assert [at for at in pages.keys() | after.keys() if pages.get(at) != after.get(at)] == []
    assert site.get(place.file).status_code == 200


def test_a_held_post_is_seen_by_its_author_alone_and_marked(place: Place) -> None:
    site = place.site
    site.write(posts.hold_in, int(place.id))
    site.work()
    assert place.shown(place.bob) == {}
    assert site.get(place.file).status_code == 404
    own = site.get(f"/api/v1/statuses/{place.id}", place.alice.token)
    assert own.json()["perdure"] == {"state": "held"}
    assert site.get(f"/api/v1/statuses/{place.id}/favourited_by").status_code == 404


def test_nobody_does_anything_with_a_post_out_of_sight(place: Place) -> None:
    place.site.write(posts.hide_in, int(place.id))
    for verb in ("favourite", "reblog", "bookmark", "pin", "mute"):
        for who in (place.carol, place.alice):
            assert place.site.post(f"/api/v1/statuses/{place.id}/{verb}", who.token).status_code == 404
    answer = place.site.post("/api/v1/statuses", place.bob.token, json={"status": "no", "in_reply_to_id": place.id})
    assert answer.status_code == 404
    edit = {"status": "something else"}
    assert place.site.put(f"/api/v1/statuses/{place.id}", place.alice.token, json=edit).status_code == 404


def test_a_limited_post_is_read_by_its_address_and_ranked_nowhere(place: Place) -> None:
    site = place.site
    site.write(posts.limit_in, int(place.id))
    said = site.get(f"/api/v1/statuses/{place.id}", place.carol.token).json()
    assert said["perdure"] == {"limited": True}
    for address in ("/api/v1/timelines/public", "/api/v1/timelines/tag/herbs", "/api/v1/trends/statuses"):
        assert site.get(address, place.carol.token).json() == []
    found = site.get("/api/v2/search?q=thyme&type=statuses", place.carol.token).json()
    assert found["statuses"] == []
    text = "Moderators limited this post: it cannot be answered or echoed."
    refused = site.post("/api/v1/statuses", place.carol.token, json={"status": "hm", "in_reply_to_id": place.id})
    assert (refused.status_code, refused.json()["error"]) == (403, text)
    refused = site.post(f"/api/v1/statuses/{place.id}/reblog", place.carol.token)
    assert (refused.status_code, refused.json()["error"]) == (403, text)
