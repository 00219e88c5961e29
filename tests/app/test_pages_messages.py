"""Messages as pages: the inbox, a conversation with a field to answer in, a new one; each side keeps its own."""

import re

import pytest

from perdure.graph import service as graph
from perdure.messages import service as messages
from perdure.posts import service as posts
from tests.app.browser import link, sign_in, words
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_notifications import publish
from tests.site import Site


@pytest.fixture
def alice(site: Site) -> Person:
    made = person(site, "alice", role="owner")
    sign_in(site, made)
    return made


@pytest.fixture
def bob(site: Site) -> Person:
    return person(site, "bob", display_name="Bob B.")


def send(site: Site, to: str, text: str, **more: str) -> str:
    answer = site.post("/messages/new", data={"to": to, "text": text, **more})
    assert answer.status_code == 200, words(answer.text)
    return answer.url.path


def bubbles(page: str) -> list[str]:
    return [words(part).partition(":")[2].strip() for part in re.findall(r'<li class="bubble.*?</li>', page, re.DOTALL)]


def test_a_message_reaches_the_people_named_and_nobody_else(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "@bob", "the oven is ready")
    page = site.get(path).text
    assert bubbles(page) == ["the oven is ready now"]
    assert "not end-to-end encrypted" in page
    sign_in(site, bob)
    inbox = site.get("/messages").text
    assert "alice" in words(inbox)
    assert 'class="talk unread"' in inbox
    assert site.get(path).status_code == 404  # each side has a conversation of its own
    [post_id] = re.findall(r'data-id="(\d+)"', page)
    sign_in(site, person(site, "mallory"))
    assert "oven" not in site.get("/messages").text
    assert site.get(f"/@alice/{post_id}").status_code == 404


def test_writing_to_the_same_people_again_goes_on_with_their_conversation(
    site: Site, alice: Person, bob: Person
) -> None:
    person(site, "carol")
    first = send(site, "bob", "one")
    group = send(site, "@bob, @Carol", "for both")
    assert send(site, "@BOB", "two") == first
    assert send(site, "carol bob", "for both again") == group
    assert bubbles(site.get(first).text) == ["one now", "two now"]


def test_an_answer_speaks_to_everybody_without_naming_them(site: Site, alice: Person, bob: Person) -> None:
    carol = person(site, "carol")
    root = publish(site, bob, "@alice @carol hello", visibility="direct")
    path = link(site.get("/messages").text, 'class="talk').partition("#")[0]
    page = site.post(path, data={"text": "hello both"}).text
    assert bubbles(page) == ["hello now Report", "hello both now"]
    [answer] = site.read(posts.thread_in, carol.id, root).descendants
    [view] = site.read(posts.views_in, carol.id, [answer])
    assert (view.visibility, view.in_reply_to_id) == ("direct", root)
    assert {mention.username for mention in view.mentions} == {"bob", "carol"}


def test_what_was_refused_stays_in_the_field(site: Site, alice: Person, bob: Person) -> None:
    unknown = site.post("/messages/new", data={"to": "nobody", "text": "kept text"})
    assert unknown.status_code == 422
    assert "There is nobody with this name here." in unknown.text
    assert "kept text" in unknown.text
    empty = site.post("/messages/new", data={"to": "bob", "text": "  "})
    assert (empty.status_code, "This is still empty." in empty.text) == (422, True)
    path = send(site, "bob", "one")
    long = "x" * 1001
    refused = site.post(path, data={"text": long})
    assert refused.status_code == 422
    assert long in refused.text
    assert "1,000 characters at most" in refused.text


def test_sending_twice_by_accident_sends_once(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "one", key="abc")
    send(site, "bob", "one", key="abc")
    site.post(path, data={"text": "two", "key": "def"})
    assert bubbles(site.post(path, data={"text": "two", "key": "def"}).text) == ["one now", "two now"]


def test_reading_and_hiding_are_ones_own_and_a_new_message_brings_it_back(
    site: Site, alice: Person, bob: Person
) -> None:
    root = publish(site, bob, "@alice hello", visibility="direct")
    page = site.get("/messages").text
    path = link(page, 'class="talk').partition("#")[0]
    assert "1 new" in words(page)
    assert "data-seen" in site.get(path).text
    assert "1 new" not in words(site.post(f"{path}/read").text)
    assert 'class="talk unread"' in site.post(f"{path}/unread").text
    hidden = site.post(f"{path}/hide").text
    assert "It is out of your inbox." in hidden
    assert "No messages yet." in hidden
    assert site.read(messages.page_in, bob.id)[0].last_post_id == root
    publish(site, bob, "@alice still there?", visibility="direct", in_reply_to_id=root)
    assert "still there?" in site.get("/messages").text


def test_nobody_reads_answers_or_hides_the_conversation_of_others(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "secret")
    sign_in(site, person(site, "mallory"))
    assert site.get(path).status_code == 404
    assert site.post(path, data={"text": "x"}).status_code == 404
    for verb in ("read", "unread", "hide", "nonsense"):
        assert site.post(f"{path}/{verb}").status_code == 404
    assert site.get(f"{path}?after=1").status_code == 404


def test_a_block_ends_the_writing_but_not_the_reading(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "before")
    site.write(graph.block_in, bob.id, alice.id)
    page = site.get(path).text
    assert "before" in page
    assert "one of you blocks the other" in page
    assert site.post(path, data={"text": "after"}).status_code == 403
    assert site.post("/messages/new", data={"to": "bob", "text": "after"}).status_code == 403
    assert "after" not in words(site.get(path).text)


def test_a_long_conversation_is_read_backwards_and_a_script_asks_for_what_is_new(
    site: Site, alice: Person, bob: Person
) -> None:
    path = send(site, "bob", "number 00")
    for number in range(1, 23):
        site.post(path, data={"text": f"number {number:02}"})
    page = site.get(path).text
    assert [bubbles(page)[0], bubbles(page)[-1]] == ["number 03 now", "number 22 now"]
    assert [text[:9] for text in bubbles(site.get(link(page, 'rel="next"')).text)] == [
        "number 00",
        "number 01",
        "number 02",
    ]
    ids = re.findall(r'data-id="(\d+)"', page)
    fresh = site.get(f"{path}?after={ids[-2]}").text
    assert bubbles(fresh) == ["number 22 now"]
    assert "<html" not in fresh


def test_a_text_of_markup_is_only_text(site: Site, alice: Person, bob: Person) -> None:
    page = site.get(send(site, "bob", "<img src=x onerror=alert(1)> @bob")).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_notes_to_oneself_have_a_place(site: Site, alice: Person) -> None:
    path = send(site, "alice", "remember the flour")
    assert "Notes to yourself" in site.get(path).text
    assert send(site, "@alice", "and the salt") == path


def test_messages_speak_french(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "bonjour")
    page = site.get(f"{path}?lang=fr").text
    assert "ne sont pas chiffrés de bout en bout" in page


def files(*bodies: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (f"{number}.png", body)) for number, body in enumerate(bodies)]


def test_a_picture_goes_along_described_with_or_without_words(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "look")
    site.post(path, data={"text": "", "alt": "a red square"}, files=files(picture()))
    said = site.get("/api/v1/conversations", bob.token).json()[0]["last_status"]
    assert [one["description"] for one in said["media_attachments"]] == ["a red square"]
    page = site.get(path).text
    assert bubbles(page) == ["look now", "ALT description a red square now"]
    assert 'alt="a red square"' in page
    assert "A picture or film" in site.get("/messages").text


def test_a_file_that_was_taken_stays_when_the_words_are_refused_and_can_be_left_out(
    site: Site, alice: Person, bob: Person
) -> None:
    long = "x" * 1001
    refused = site.post("/messages/new", data={"to": "bob", "text": long, "alt": "kept"}, files=files(picture()))
    assert refused.status_code == 422
    assert long in refused.text
    kept = re.findall(r'name="file" value="(\d+)" checked><span>kept', refused.text)
    assert len(kept) == 1
    site.post("/messages/new", data={"to": "bob", "text": "now it fits", "file": kept})
    said = site.get("/api/v1/conversations", bob.token).json()[0]["last_status"]
    assert [one["id"] for one in said["media_attachments"]] == kept


def test_a_broken_file_is_refused_and_nothing_is_sent(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "first")
    refused = site.post(path, data={"text": "kept words", "alt": "kept too"}, files=files(b"no picture"))
    assert refused.status_code == 422
    assert "kept words" in refused.text
    assert 'value="kept too"' in refused.text
    assert bubbles(site.get(path).text) == ["first now"]


def test_nobody_sends_the_file_of_another(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "first")
    theirs = site.post("/api/v2/media", bob.token, files={"file": ("a.png", picture())}).json()["id"]
    assert site.post(path, data={"text": "stolen", "file": theirs}).status_code in {404, 422}
    assert bubbles(site.get(path).text) == ["first now"]


def test_a_fifth_picture_is_refused_and_not_left_out_in_silence(site: Site, alice: Person, bob: Person) -> None:
    path = send(site, "bob", "first")
    refused = site.post(path, data={"text": "five of them"}, files=files(*[picture()] * 5))
    assert refused.status_code == 422
    assert refused.text.count('name="file"') == 5
    assert bubbles(site.get(path).text) == ["first now"]
