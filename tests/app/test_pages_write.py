"""Writing in a browser: everything the composer takes, and nothing that is lost by an error."""

import re
from typing import Any

import httpx
import pytest

from perdure.kernel.db import Tx
from perdure.media.tables import media
from tests.app import browser
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_posts import say
from tests.site import Site


def sign_in(site: Site, name: str = "alice", **profile: Any) -> Person:
    """A person whose browser is the site's client."""
    made = person(site, name, **profile)
    browser.sign_in(site, made)
    return made


@pytest.fixture
def alice(site: Site) -> Person:
    """The owner, signed in."""
    return sign_in(site, role="owner")


def send(site: Site, files: list[bytes] | None = None, **fields: Any) -> httpx.Response:
    """Press the composer's button as a browser does."""
    sent = [("files", (f"{number}.png", body)) for number, body in enumerate(files or [])]
    given = {"visibility": "public", "language": "en", "do": "post"} | fields
    return site.post("/posts", data=given, files=sent or [("files", ("", b""))])


def latest(site: Site, who: Person) -> dict[str, Any]:
    return site.get(f"/api/v1/accounts/{who.id}/statuses", who.token).json()[0]


def test_a_post_takes_its_warning_language_visibility_and_pictures(site: Site, alice: Person) -> None:
    send(
        site,
        [picture("png"), picture("jpeg")],
        status="two",
        spoiler_text="careful",
        language="fr",
        visibility="unlisted",
    )
    made = latest(site, alice)
    assert (made["spoiler_text"], made["language"], made["visibility"]) == ("careful", "fr", "unlisted")
    assert len(made["media_attachments"]) == 2


def test_pictures_can_be_described_before_posting_without_any_script(site: Site, alice: Person) -> None:
    page = send(site, [picture("png")], status="look", do="attach")
    number = re.search(r'name="file" value="(\d+)"', page.text)
    assert number
    assert "look</textarea>" in page.text
    send(site, status="look", file=number[1], **{f"alt_{number[1]}": "a red square"})
    assert latest(site, alice)["media_attachments"][0]["description"] == "a red square"


def test_a_refused_post_keeps_text_pictures_descriptions_and_poll(site: Site, alice: Person) -> None:
    page = send(site, [picture("png")], status="x" * 1001, do="post")
    number = re.search(r'name="file" value="(\d+)"', page.text)
    assert page.status_code == 422
    assert number
    page = send(site, status="y" * 1001, file=number[1], option=["tea", "milk"], **{f"alt_{number[1]}": "kept words"})
    assert page.status_code == 422
    for kept in ("y" * 1001, f'value="{number[1]}"', "kept words", 'value="tea"', 'role="alert"'):
        assert kept in page.text


def test_a_file_that_cannot_be_read_does_not_take_the_others_with_it(site: Site, alice: Person) -> None:
    page = send(site, [picture("png"), b"no picture"], status="both")
    assert page.status_code == 422
    assert page.text.count('name="file"') == 1
    assert "This file is no picture" in page.text
    dropped = re.search(r'name="file" value="(\d+)"', page.text)
    assert dropped
    assert 'name="file"' not in send(site, status="both", file=dropped[1], drop=dropped[1]).text


def test_a_script_gets_the_part_of_the_page_for_one_file(site: Site, alice: Person) -> None:
    answer = site.post("/write/files", files={"files": ("x.png", picture("png"))})
    assert answer.status_code == 200
    assert answer.text.strip().startswith('<li class="attached">')
    refused = site.post("/write/files", files={"files": ("x.png", b"nothing")})
    assert (refused.status_code, "This file is no picture" in refused.text) == (422, True)


def _many_files_in(tx: Tx, owner_id: int, many: int) -> None:
    for _one in range(many):
        values = {"position": 0, "kind": "image", "state": "ready", "mime": "image/png", "meta": "{}"}
        tx.insert(
            media, id=tx.new_id(), account_id=owner_id, created_at=tx.now, loose_since=tx.now, claimed_until=0, **values
        )


def test_so_many_files_in_half_an_hour_are_enough(site: Site, alice: Person) -> None:
    site.write(_many_files_in, alice.id, 60)
    file = {"files": ("x.png", picture("png"))}
    refused = site.post("/write/files", files=file)
    assert (refused.status_code, "Wait a little" in refused.text) == (429, True)
    assert "kept words</textarea>" in send(site, [picture("png")], status="kept words").text
    assert site.post("/api/v2/media", alice.token, files={"file": ("x", picture("png"))}).status_code == 429
    site.clock.advance(seconds=1801)
    assert site.post("/write/files", files=file).status_code == 200


def test_a_poll_is_asked_and_voted_in(site: Site, alice: Person) -> None:
    send(site, status="which?", option=["tea", "milk", "", ""], expires_in="3600")
    asked = latest(site, alice)
    assert [option["title"] for option in asked["poll"]["options"]] == ["tea", "milk"]
    sign_in(site, "bob")
    page = site.get(f"/@alice/{asked['id']}").text
    assert f'action="/posts/{asked["id"]}/vote"' in page
    voted = site.post(f"/posts/{asked['id']}/vote", data={"choice": "1", "return_to": f"/@alice/{asked['id']}"})
    assert "100%" in voted.text
    assert "your answer" in voted.text
    again = site.post(f"/posts/{asked['id']}/vote", data={"choice": "0"})
    assert again.status_code == 422
    assert "You have voted already." in again.text


def test_a_second_press_on_the_button_posts_nothing_twice(site: Site, alice: Person) -> None:
    for _press in range(2):
        send(site, status="once", key="same key")
    assert len(site.get(f"/api/v1/accounts/{alice.id}/statuses", alice.token).json()) == 1


def test_a_comment_speaks_to_everybody_and_is_seen_by_no_more_than_the_post(site: Site, alice: Person) -> None:
    bob = person(site, "bob")
    said = say(site, bob, "hello @alice and @carol", visibility="unlisted")
    page = site.get(f"/@bob/{said['id']}/reply").text
    assert "@bob </textarea>" in page
    assert '<option value="unlisted" selected>' in page
    done = send(site, status="@bob hi", in_reply_to=said["id"], visibility="unlisted")
    assert "hi" in done.text
    assert latest(site, alice)["in_reply_to_id"] == said["id"]


def test_an_edit_keeps_its_history_for_everybody_to_see(site: Site, alice: Person) -> None:
    said = say(site, alice, "first words")
    assert "first words</textarea>" in site.get(f"/@alice/{said['id']}/edit").text
    send(site, status="second words", edits=said["id"], return_to=f"/@alice/{said['id']}")
    page = site.get(f"/@alice/{said['id']}/history").text
    assert page.index("second words") < page.index("first words")


def test_deleting_asks_first_and_can_put_the_post_back_into_the_composer(site: Site, alice: Person) -> None:
    said = say(site, alice, "regretted")
    assert "cannot be undone" in site.get(f"/@alice/{said['id']}/delete").text
    page = site.post(f"/posts/{said['id']}/delete", data={"again": "1"})
    assert "regretted</textarea>" in page.text
    assert site.get(f"/@alice/{said['id']}").status_code == 404


@pytest.mark.parametrize("language", [None, "zh-TW"])
def test_an_edit_keeps_a_language_that_the_page_does_not_offer(site: Site, alice: Person, language: str | None) -> None:
    said = say(site, alice, "first words", **({"language": language} if language else {}))
    page = site.get(f"/@alice/{said['id']}/edit").text
    assert f'<option value="{language or ""}" selected>' in page
    send(site, status="second words", edits=said["id"], language=language or "")
    assert (latest(site, alice)["content"], latest(site, alice)["language"]) == ("<p>second words</p>", language)


def test_nobody_edits_or_deletes_what_another_wrote(site: Site, alice: Person) -> None:
    said = say(site, person(site, "bob"), "mine")
    for path in (f"/@bob/{said['id']}/edit", f"/@bob/{said['id']}/delete"):
        assert site.get(path).status_code == 404
    assert site.post(f"/posts/{said['id']}/delete").status_code == 404
    assert send(site, status="taken over", edits=said["id"]).status_code == 404
    assert "mine" in site.get(f"/@bob/{said['id']}").text


def test_a_post_can_wait_for_its_time_and_be_taken_back(site: Site, alice: Person) -> None:
    page = send(site, status="in the morning", at="2026-09-22T06:00", offset="-120")
    assert page.url.path == "/scheduled"
    assert "2026-09-22T04:00:00Z" in page.text
    too_soon = send(site, status="now", at="2026-09-21T14:00")
    assert (too_soon.status_code, "now</textarea>" in too_soon.text) == (422, True)
    number = re.search(r'action="(/scheduled/\d+/delete)"', page.text)
    assert number
    assert "Nothing is scheduled." in site.post(number[1]).text


def test_words_from_a_link_fill_the_composer(site: Site, alice: Person) -> None:
    page = site.get("/write?text=%3Cb%3Ehello&to=direct").text
    assert "&lt;b&gt;hello</textarea>" in page
    assert '<option value="direct" selected>' in page
