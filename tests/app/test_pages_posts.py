"""What a browser can do with posts, and how they are shown: every button is a form that works without a script."""

import re

import pytest

from perdure.accounts import service
from perdure.graph.model import FilterDraft, KeywordDraft
from perdure.graph.service import filters
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_pages_write import sign_in
from tests.app.test_posts import say
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Person:
    """The owner, signed in."""
    return sign_in(site, role="owner")


def status(site: Site, who: Person, post_id: str) -> dict[str, object]:
    found: dict[str, object] = site.get(f"/api/v1/statuses/{post_id}", who.token).json()
    return found


@pytest.mark.parametrize(
    ("verb", "undo", "mark"),
    [
        ("favourite", "unfavourite", "favourited"),
        ("echo", "unecho", "reblogged"),
        ("bookmark", "unbookmark", "bookmarked"),
        ("mute", "unmute", "muted"),
    ],
)
def test_each_button_does_its_thing_and_takes_it_back(
    site: Site, alice: Person, verb: str, undo: str, mark: str
) -> None:
    said = say(site, person(site, "bob"), "hello")
    back = {"return_to": "/public?x=1#p5"}
    page = site.post(f"/posts/{said['id']}/{verb}", data=back)
    assert str(page.url).endswith(f"/public?x=1#p{said['id']}")
    assert status(site, alice, said["id"])[mark] is True
    assert f'formaction="/posts/{said["id"]}/{undo}"' in page.text
    site.post(f"/posts/{said['id']}/{undo}", data=back)
    assert status(site, alice, said["id"])[mark] is False


def test_a_script_gets_the_row_of_buttons_back_and_nothing_else(site: Site, alice: Person) -> None:
    said = say(site, alice, "hello")
    part = site.post(f"/posts/{said['id']}/favourite", headers={"X-Fragment": "1"}, data={"return_to": "/"})
    assert part.text.strip().startswith('<form class="acts"')
    assert 'aria-pressed="true"' in part.text
    assert "<html" not in part.text


def test_pinning_shows_the_post_first_on_the_profile(site: Site, alice: Person) -> None:
    first = say(site, alice, "the oldest")
    say(site, alice, "the newest")
    site.post(f"/posts/{first['id']}/pin")
    page = site.get("/@alice").text
    assert page.index("the oldest") < page.index("the newest")
    assert page.count("the oldest") == 1
    assert site.post(f"/posts/{first['id']}/nonsense").status_code == 404


def test_what_one_may_not_see_cannot_be_touched(site: Site, alice: Person) -> None:
    hidden = say(site, person(site, "bob"), "for followers", visibility="private")
    for verb in ("favourite", "echo", "bookmark", "mute", "pin"):
        answer = site.post(f"/posts/{hidden['id']}/{verb}")
        assert answer.status_code == 404
        assert "It is gone, or not for you to see." in answer.text


def test_a_refusal_is_told_in_the_readers_language(site: Site, alice: Person) -> None:
    said = say(site, person(site, "bob"), "hello")
    answer = site.post(f"/posts/{said['id']}/pin?lang=fr")
    assert answer.status_code == 422
    assert "Vous ne pouvez épingler que vos propres publications." in answer.text


def test_a_return_address_never_leads_to_another_site(site: Site, alice: Person) -> None:
    said = say(site, alice, "hello")
    for evil in ("//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)"):
        assert site.post(f"/posts/{said['id']}/favourite", data={"return_to": evil}).url.host == "perdure.test"


def test_a_thread_shows_what_is_above_and_below_in_the_order_asked(site: Site, alice: Person) -> None:
    root = say(site, alice, "root words")
    focus = say(site, alice, "focus words", in_reply_to_id=root["id"])
    first = say(site, alice, "first comment", in_reply_to_id=focus["id"])
    say(site, alice, "second comment", in_reply_to_id=focus["id"])
    say(site, alice, "answer to the first", in_reply_to_id=first["id"])
    address = f"/@alice/{focus['id']}"

    def order(sort: str) -> list[str]:
        page = site.get(f"{address}?sort={sort}").text
        return re.findall(r"<p>(\w+ \w+(?: \w+)*)</p>", page)

    assert order("old") == ["root words", "focus words", "first comment", "answer to the first", "second comment"]
    assert order("new") == ["root words", "focus words", "second comment", "first comment", "answer to the first"]
    site.post(f"/api/v1/statuses/{first['id']}/favourite", alice.token)
    assert order("top")[2] == "first comment"


def test_deep_threads_go_on_on_their_own_pages(site: Site, alice: Person) -> None:
    parent = root = say(site, alice, "level 0")
    for level in range(1, 6):
        parent = say(site, alice, f"level {level}", in_reply_to_id=parent["id"])
    page = site.get(f"/@alice/{root['id']}").text
    assert "level 3" in page
    assert "level 4" not in page
    assert "2 more comments below" in page


def test_pictures_have_a_known_shape_and_their_description_at_hand(site: Site, alice: Person) -> None:
    sent = site.post(
        "/api/v2/media",
        alice.token,
        files={"file": ("x", picture("png"))},
        data={"description": "a <red> square", "focus": "-1,0.5"},
    ).json()
    said = say(site, alice, "look", media_ids=[sent["id"]])
    page = site.get(said["url"]).text
    assert re.search(
        r'<img src="[^"]+"[^>]* width="\d+" height="\d+" class="fx-0 fy-1" alt="a &lt;red&gt; square"', page
    )
    assert "<summary>ALT" in page


def test_sensitive_pictures_and_warned_texts_are_closed_until_somebody_opens_them(site: Site, alice: Person) -> None:
    sent = site.post("/api/v2/media", alice.token, files={"file": ("x", picture("png"))}).json()
    veiled = say(site, alice, "look", media_ids=[sent["id"]], sensitive=True)
    warned = say(site, alice, "the end", spoiler_text="<i>spoiler</i>")
    assert '<details class="veil"><summary>' in site.get(veiled["url"]).text
    page = site.get(warned["url"]).text
    assert '<details class="warned"><summary>' in page
    assert "&lt;i&gt;spoiler&lt;/i&gt;" in page


def test_a_reader_who_wants_everything_open_finds_it_open(site: Site, alice: Person) -> None:
    sent = site.post("/api/v2/media", alice.token, files={"file": ("x", picture("png"))}).json()
    say(site, alice, "look", media_ids=[sent["id"]], sensitive=True)
    say(site, alice, "the end", spoiler_text="spoiler")
    site.run(service.change_reading, site.rt, alice.id, expand_media="show_all", expand_spoilers=True)
    page = site.get("/@alice").text
    assert 'class="veil"' not in page
    assert '<details class="warned" open>' in page


def test_filters_hide_or_warn_on_pages_too(site: Site, alice: Person) -> None:
    for words, action in (("cabbage", "hide"), ("onions", "warn")):
        draft = FilterDraft(
            title=f"No {words}", contexts=("public",), action=action, keywords=(KeywordDraft(keyword=words),)
        )
        site.write(filters.create_filter_in, alice.id, draft)
    bob = person(site, "bob")
    say(site, bob, "about cabbage")
    say(site, bob, "about onions")
    page = site.get("/public").text
    assert "about cabbage" not in page
    assert "Filtered: No onions" in page


def test_a_poll_shows_bars_with_words_to_guests(site: Site, alice: Person) -> None:
    said = say(site, alice, "which?", poll={"options": ["tea", "milk"], "expires_in": 3600})
    bob = person(site, "bob")
    site.post(f"/api/v1/polls/{said['poll']['id']}/votes", bob.token, json={"choices": [0]})
    site.client.cookies.clear()
    page = site.get(said["url"]).text
    assert '<rect width="100"' in page
    assert "1 person voted" in page


def test_who_favourited_and_echoed_a_post_is_listed(site: Site, alice: Person) -> None:
    said, bob = say(site, alice, "hello"), person(site, "bob", display_name="Bob B.")
    site.post(f"/api/v1/statuses/{said['id']}/favourite", bob.token)
    site.post(f"/api/v1/statuses/{said['id']}/reblog", bob.token)
    for what in ("favourites", "echoes"):
        assert "Bob B." in site.get(f"/@alice/{said['id']}/{what}").text


def test_home_says_how_many_posts_are_new(site: Site, alice: Person) -> None:
    first = say(site, alice, "one")
    say(site, alice, "two")
    answer = site.get(f"/home/new?after={first['id']}", headers={"Accept": "application/json"}).json()
    assert answer == {"count": 1, "text": "1 new post"}
