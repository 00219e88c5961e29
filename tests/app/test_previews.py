"""Previews of linked pages (features.md: link previews), against another site on loopback."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from perdure.graph import service as graph
from perdure.kernel.settings import Settings
from perdure.posts import service as posts
from perdure.posts.events import PreviewWanted
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_notifications import publish
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Elsewhere, elsewhere
from tests.site import Site, rows

PAGE = """<html lang="en"><head><title>Bees</title><meta property="og:description" content="All about bees">
<meta property="og:site_name" content="Bee News"><meta property="og:image" content="/bee.png"><meta name="author" content="Ann">
<meta property="og:image:alt" content="A bee"><meta property="article:published_time" content="2026-01-02T03:04:05+00:00"></head>"""
KEYS = {
    "url", "title", "description", "language", "type", "author_name", "author_url", "authors", "provider_name", "provider_url", "html",
    "width", "height", "image", "image_description", "embed_url", "blurhash", "published_at", "missing_attribution",
}  # fmt: skip


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, **LOOPBACK)


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as found:
        found.answers["/bees"] = PAGE
        found.answers["/bee.png"] = Answer(picture("png", 800, 600), mime="image/png")
        yield found


@pytest.fixture
def alice(site: Site) -> Person:
    return person(site, "alice")


def jobs(site: Site) -> None:
    """The recurring jobs that are due, and what they ask for."""
    site.run_jobs()
    site.work()


def card(site: Site, alice: Person, post_id: int) -> Any:
    return site.get(f"/api/v1/statuses/{post_id}", alice.token).json()["card"]


def test_a_public_post_shows_the_page_it_links_to_as_soon_as_that_was_fetched(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    post_id = publish(site, alice, f"look {there.url}/bees#wings")
    assert card(site, alice, post_id) is None  # and this answer is in the cache now
    site.work()
    found = card(site, alice, post_id)
    assert set(found) == KEYS
    assert (found["url"], found["title"], found["type"]) == (f"{there.url}/bees", "Bees", "link")
    assert (found["description"], found["provider_name"], found["provider_url"]) == (
        "All about bees",
        "Bee News",
        there.url,
    )
    assert (found["author_name"], found["language"], found["published_at"]) == ("Ann", "en", "2026-01-02T03:04:05.000Z")
    assert found["authors"] == [{"name": "Ann", "url": "", "account": None}]
    assert site.get(f"/api/v1/statuses/{post_id}/card", alice.token).json() == found
    home = site.get("/api/v1/timelines/home", alice.token).json()
    assert home[0]["card"] == found


def test_the_image_is_our_own_small_copy(site: Site, alice: Person, there: Elsewhere) -> None:
    post_id = publish(site, alice, f"{there.url}/bees")
    site.work()
    found = card(site, alice, post_id)
    assert found["image"].startswith("http://perdure.test/media/")
    assert found["width"] * found["height"] <= 230_400
    assert found["width"] / found["height"] == pytest.approx(4 / 3, abs=0.01)
    assert found["image_description"] == "A bee"
    assert len(found["blurhash"]) > 6
    served = site.get(found["image"].removeprefix("http://perdure.test"))
    assert (served.status_code, served.headers["content-type"]) == (200, "image/png")
    assert served.content != picture("png", 800, 600)


def test_a_card_whose_image_is_of_no_use_goes_without(site: Site, alice: Person, there: Elsewhere) -> None:
    useless = {
        "broken": Answer(b"not a picture", mime="image/png"),
        "missing": Answer(status=404),
        "another": Answer(b"<svg/>", mime="image/svg+xml"),
        "private": Answer(status=302, headers=(("Location", "http://10.0.0.1/bee.png"),)),
    }
    for name, image in useless.items():
        there.answers[f"/{name}.png"] = image
        there.answers[f"/{name}"] = f'<title>{name}</title><meta property="og:image" content="/{name}.png">'
    made = {name: publish(site, alice, f"{there.url}/{name}") for name in useless}
    site.work()
    for name, post_id in made.items():
        found = card(site, alice, post_id)
        assert (found["title"], found["image"], found["blurhash"], found["width"]) == (name, None, None, 0)


def test_links_in_posts_that_are_not_for_everybody_are_never_followed(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    ids = [publish(site, alice, f"{there.url}/bees", visibility=kind) for kind in ("private", "direct")]
    site.work()
    jobs(site)
    assert there.asked == []
    assert [card(site, alice, post_id) for post_id in ids] == [None, None]


def test_many_posts_with_one_link_ask_once(site: Site, alice: Person, there: Elsewhere) -> None:
    ids = [publish(site, alice, f"{number} {there.url}/bees") for number in range(5)]
    [(card_id,)] = site.read(rows, "SELECT id FROM preview_card")
    site.write(lambda tx: [tx.emit(PreviewWanted(card_id)) for _ in range(5)])
    site.work()
    later = publish(site, alice, f"later {there.url}/bees")
    assert card(site, alice, later)["title"] == "Bees"  # at once: the page is known
    site.work()
    jobs(site)
    assert there.paths() == ["/bees", "/bee.png"]
    assert {card(site, alice, post_id)["title"] for post_id in ids} == {"Bees"}


def test_an_old_card_is_fetched_anew_when_somebody_links_to_it(site: Site, alice: Person, there: Elsewhere) -> None:
    first = publish(site, alice, f"{there.url}/bees")
    site.work()
    old = card(site, alice, first)
    there.answers["/bees"] = "<title>Wasps</title>"
    publish(site, alice, f"again {there.url}/bees")
    site.work()
    assert card(site, alice, first)["title"] == "Bees"
    site.clock.advance(days=15)
    publish(site, alice, f"much later {there.url}/bees")
    site.work()
    assert card(site, alice, first)["title"] == "Wasps"
    assert site.get(old["image"].removeprefix("http://perdure.test")).status_code == 404  # the old image is gone


def test_a_page_that_does_not_answer_is_tried_again_less_and_less_often(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    there.answers["/bees"] = Answer(status=503)
    post_id = publish(site, alice, f"{there.url}/bees")
    site.work()
    jobs(site)
    assert len(there.asked) == 1
    for wait in (60, 600):
        site.clock.advance(seconds=wait - 1)
        jobs(site)
        before = len(there.asked)
        site.clock.advance(seconds=31)
        jobs(site)
        assert len(there.asked) == before + 1
    there.answers["/bees"] = PAGE
    site.clock.advance(seconds=3600)
    jobs(site)
    assert card(site, alice, post_id)["title"] == "Bees"


def test_a_dead_link_is_given_up_and_remembered(site: Site, alice: Person, there: Elsewhere) -> None:
    there.answers["/bees"] = Answer(status=503)
    publish(site, alice, f"{there.url}/bees")
    for _ in range(12):
        site.work()
        jobs(site)
        site.clock.advance(days=1, seconds=31)
    tries = len(there.asked)
    assert tries == 6
    jobs(site)
    assert len(there.asked) == tries
    assert site.read(rows, "SELECT state FROM preview_card") == [("none",)]


def test_a_page_that_gives_nothing_is_not_asked_again_by_itself(site: Site, alice: Person, there: Elsewhere) -> None:
    there.answers |= {
        "/missing": Answer(b"gone", 404),
        "/another": Answer(b"%PDF", mime="application/pdf"),
        "/untitled": Answer(b"<p>no title"),
        "/private": Answer(status=302, headers=(("Location", "http://169.254.169.254/latest/meta-data"),)),
    }
    paths = ("/missing", "/another", "/untitled", "/private")
    ids = [publish(site, alice, there.url + path) for path in paths]
    for _ in range(3):
        site.work()
        jobs(site)
        site.clock.advance(days=3)
    assert sorted(there.paths()) == sorted(paths)
    assert [card(site, alice, post_id) for post_id in ids] == [None] * 4
    assert site.get(f"/api/v1/statuses/{ids[0]}/card", alice.token).json() == {}
    there.answers["/missing"] = "<title>Back</title>"
    publish(site, alice, f"again {there.url}/missing")
    site.work()
    assert card(site, alice, ids[0])["title"] == "Back"


def test_an_edit_changes_or_removes_the_card(site: Site, alice: Person, there: Elsewhere) -> None:
    there.answers["/wasps"] = "<title>Wasps</title>"
    post_id = publish(site, alice, f"{there.url}/bees")
    site.work()

    def edit(text: str) -> Any:
        answer = site.put(f"/api/v1/statuses/{post_id}", alice.token, json={"status": text})
        assert answer.status_code == 200
        site.work()
        return card(site, alice, post_id)

    assert edit(f"{there.url}/wasps")["title"] == "Wasps"
    assert edit("no link") is None
    assert edit(f"{there.url}/bees")["title"] == "Bees"


def test_links_to_this_site_have_no_card_and_the_next_link_counts(site: Site, alice: Person, there: Elsewhere) -> None:
    own = publish(site, alice, "http://perdure.test/@alice")
    both = publish(site, alice, f"http://perdure.test/@alice {there.url}/bees")
    site.work()
    assert card(site, alice, own) is None
    assert card(site, alice, both)["title"] == "Bees"


def test_an_echo_shows_the_card_of_its_original(site: Site, alice: Person, there: Elsewhere) -> None:
    post_id = publish(site, alice, f"{there.url}/bees")
    echo = site.write(posts.echo_in, alice.id, post_id)
    assert site.get(f"/api/v1/statuses/{echo}", alice.token).json()["reblog"]["card"] is None
    site.work()
    assert site.get(f"/api/v1/statuses/{echo}", alice.token).json()["reblog"]["card"]["title"] == "Bees"


def test_markup_in_a_title_stays_text(site: Site, alice: Person, there: Elsewhere) -> None:
    there.answers["/bees"] = "<title>&lt;script&gt;alert(1)&lt;/script&gt;\x00\x08</title>"
    post_id = publish(site, alice, f"{there.url}/bees")
    site.work()
    assert card(site, alice, post_id)["title"] == "<script>alert(1)</script>"
    page = site.get(f"/@alice/{post_id}", headers={"Accept": "text/html"}).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_a_card_that_no_post_shows_is_forgotten_with_its_image(site: Site, alice: Person, there: Elsewhere) -> None:
    post_id = publish(site, alice, f"{there.url}/bees")
    site.work()
    image = card(site, alice, post_id)["image"].removeprefix("http://perdure.test")
    site.write(posts.delete_in, alice.id, post_id)
    site.clock.advance(days=13)
    jobs(site)
    assert site.get(image).status_code == 200
    site.clock.advance(days=2)
    jobs(site)
    assert site.read(rows, "SELECT id FROM preview_card") == []
    assert site.get(image).status_code == 404


def test_a_link_of_any_length_can_be_posted(site: Site, alice: Person, there: Elsewhere) -> None:
    post_id = publish(site, alice, f"{there.url}/{'x' * 20_000}")
    site.work()
    assert card(site, alice, post_id) is None
    assert there.asked == []


def test_a_fault_of_ours_is_not_met_again_and_again(
    site: Site, alice: Person, there: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perdure.posts.rules.preview.facts_of", lambda *_: 1 / 0)
    publish(site, alice, f"{there.url}/bees")
    for _ in range(3):
        site.work()
        jobs(site)
        site.clock.advance(days=3)
    assert there.paths() == ["/bees"]
    assert site.read(rows, "SELECT 1 FROM outbox_delivery") == []


def test_the_timeline_of_a_link_holds_the_public_posts_that_show_its_page(
    site: Site, alice: Person, there: Elsewhere
) -> None:
    there.answers["/short"] = Answer(status=301, headers=(("Location", "/bees"),))
    publish(site, alice, "something else")
    first = publish(site, alice, f"{there.url}/bees#wings")
    publish(site, alice, f"quietly {there.url}/bees", visibility="unlisted")
    second = publish(site, alice, f"{there.url}/short")
    path = "/api/v1/timelines/link"
    assert site.get(path, params={"url": f"{there.url}/bees"}).json() == []
    site.work()

    def found(address: str, **more: str) -> list[str]:
        return [status["id"] for status in site.get(path, params={"url": address, **more}).json()]

    assert found(f"{there.url}/bees") == [str(second), str(first)]
    assert found(f"{there.url}/bees#legs", limit="1") == [str(second)]
    assert found(f"{there.url}/short") == [str(second)]
    assert found(f"{there.url}/wasps") == []
    bob = person(site, "bob")
    site.write(graph.block_in, alice.id, bob.id)
    assert site.get(path, bob.token, params={"url": f"{there.url}/bees"}).json() == []
