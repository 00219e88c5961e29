"""Letters in the console, without its script: listed, worked through, undone, answered, in both languages."""

import re
from html import unescape
from typing import Any

import pytest

from perdure.desk.service import letters
from tests.app.browser import hidden, sign_in, words
from tests.app.letters import arrive
from tests.app.people import Person, person
from tests.app.test_answers import Wrote, answers, draft, mails, text_of
from tests.app.test_desk import BASE, address
from tests.app.test_posts import say
from tests.site import Site, rows


@pytest.fixture
def wrote(site: Site) -> Wrote:
    made = Wrote(site)
    sign_in(site, made.mona)
    return made


def path(wrote: Wrote, more: str = "") -> str:
    return f"/moderation/letters/{wrote.letter_id}{more}"


def states(site: Site, wrote: Wrote) -> list[str]:
    return [one.state for one in site.read(letters.items_in, wrote.letter_id)]


def test_letters_are_for_staff_alone_and_say_whose_deadline_is_next_on_every_page(site: Site, wrote: Wrote) -> None:
    page = words(site.get("/moderation/letters").text)
    assert "Example Hosting" in page
    assert "2 of 4 decided" in page
    assert "due in 24 h 00" in page
    everywhere = words(site.get("/moderation/people").text)
    assert "Owed outside: one answer, due in 24 h 00" in everywhere
    assert "Personne" not in everywhere
    assert "Courriers" in words(site.get("/moderation/letters?lang=fr").text)
    sign_in(site, wrote.bob)
    for way in ("/moderation/letters", path(wrote), path(wrote, "/answer"), path(wrote, "/original")):
        assert site.get(way).status_code in {403, 404}, way
    assert site.post(path(wrote, "/decide"), data={"items": "1", "choice": "act:hide"}).status_code in {403, 404}


def test_items_are_decided_undone_and_answered_with_plain_forms(site: Site, wrote: Wrote) -> None:
    page = site.get(path(wrote)).text
    assert "I will come for the mayor" in page
    assert "Item 1" in words(page)
    done = site.post(path(wrote, "/decide"), data={"items": "1", "choice": "act:hide", "policy": "threat"})
    assert "1 item decided." in words(done.text)
    assert states(site, wrote)[:2] == ["actioned", "pending"]
    batch = hidden(done.text, "batch")
    undone = site.post(path(wrote, "/undo"), data={"batch": batch})
    assert undone.status_code == 200
    assert states(site, wrote)[:2] == ["pending", "pending"]
    both = site.post(path(wrote, "/decide"), data={"current": "1", "like": "author", "choice": "keep"})
    assert "2 items decided." in words(both.text)
    assert states(site, wrote) == ["no_violation", "no_violation", "duplicate_of", "not_found"]
    again = site.post(path(wrote, "/decide"), data={"items": "1", "choice": "keep"})
    assert again.status_code == 409
    assert "somebody else was faster" in again.text
    site.work()
    page = site.get(path(wrote, "/answer")).text
    made = draft(site, wrote.letter_id)
    assert "Send the answer" in words(page)
    sent = site.post(path(wrote, "/send"), data={"answer": made.id, "facts_key": made.facts_key, "note": "Thank you."})
    assert "The answer has been sent." in words(sent.text)
    assert "Thank you." in text_of(mails(site)[-1])
    got = site.get(path(wrote, "/answers/1/outcome.csv"))
    assert got.headers["content-disposition"] == 'attachment; filename="outcome.csv"'
    assert got.content.startswith(b"report_id,")
    assert site.get(path(wrote, "/answers/1/nothing")).status_code == 404
    assert site.get("/moderation/letters").text.count("letter-line") == 0


def test_the_page_of_its_case_leads_to_the_letter(site: Site, wrote: Wrote) -> None:
    case_id = site.read(letters.letter_in, wrote.letter_id).case_id
    page = site.get(f"/moderation/cases/{case_id}").text
    assert f'href="{path(wrote)}"' in page
    assert "4 items, on a page of their own" in words(page)


def test_an_interim_answer_is_marked_and_a_draft_that_is_out_of_date_is_not_sent(site: Site, wrote: Wrote) -> None:
    made = draft(site, wrote.letter_id)
    refused = site.post(path(wrote, "/send"), data={"answer": made.id, "note": "my words"})
    assert refused.status_code == 409
    assert "my words" in refused.text
    page = site.get(path(wrote, "/answer"))
    assert hidden(page.text, "interim") == ["1"]
    assert "marked as an interim answer" in words(page.text)
    site.post(path(wrote, "/send"), data={"answer": made.id, "interim": "1", "facts_key": made.facts_key})
    assert [(one.kind, one.state) for one in answers(site, wrote.letter_id)][1] == ("interim", "sent")
    site.post(path(wrote, "/draft"))
    assert draft(site, wrote.letter_id).number == 2


def test_more_time_is_drafted_and_asked_for_on_the_page(site: Site, wrote: Wrote) -> None:
    page = site.post(path(wrote, "/more_time")).text
    until = re.findall(r'name="until" type="datetime-local" value="([^"]+)"', page)[0]
    asked = next(one for one in answers(site, wrote.letter_id) if one.kind == "extension")
    wrong = site.post(path(wrote, "/send"), data={"answer": asked.id, "until": "yesterday", "note": ""})
    assert wrong.status_code == 200  # an unreadable instant is the proposed one
    assert until.replace("T", " ") in text_of(mails(site)[-1])


def test_what_was_not_found_is_ended_by_a_person_and_taken_back(site: Site, wrote: Wrote) -> None:
    letter_id = arrive(site, "You know very well which picture I mean", sender_id=wrote.sender)
    way = f"/moderation/letters/{letter_id}"
    (fault,) = site.read(letters.letter_in, letter_id).faults
    assert fault in unescape(site.get(way).text)
    refused = site.post(f"{way}/decide", data={"items": "1", "choice": "act:hide"})
    assert "Nothing was found under item 1" in words(refused.text)
    done = site.post(f"{way}/decide", data={"items": "1", "choice": "end:unreadable_needs_info"})
    assert site.read(letters.items_in, letter_id)[0].state == "unreadable_needs_info"
    site.post(f"{way}/undo", data={"ending": hidden(done.text, "ending")})
    assert site.read(letters.items_in, letter_id)[0].state == "pending"
    found = site.post(path(wrote, "/decide"), data={"items": "1", "choice": "end:not_found"})
    assert "Something was found" in words(found.text)
    for choice in ("", "end:actioned", "act:", "nonsense"):
        assert site.post(f"{way}/decide", data={"items": "1", "choice": choice}).status_code in {409, 422}, choice


def test_a_person_says_what_is_meant_where_no_program_understood_it(site: Site, wrote: Wrote) -> None:
    letter_id = arrive(site, "You know very well which picture I mean", sender_id=wrote.sender)
    way = f"/moderation/letters/{letter_id}"
    for wrong in ("https://elsewhere.test/@x/1", "nonsense", f"{BASE}/@nobody_at_all", "99999999"):
        refused = site.post(f"{way}/items/1/point", data={"address": wrong})
        assert "This is no post or account of this site." in unescape(refused.text), wrong
    site.post(f"{way}/items/1/point", data={"address": address("bob", wrote.posts[1])})
    (item,) = site.read(letters.items_in, letter_id)
    assert (item.state, item.resolution, item.state_before) == ("pending", "person", "visible")
    assert item.subject is not None
    assert str(item.subject.id) == wrote.posts[1]
    assert site.post(f"{way}/items/1/point", data={"address": f"{BASE}/@bob"}).status_code == 409
    site.post(f"{way}/decide", data={"items": "1", "choice": "act:hide", "policy": "spam"})
    assert site.read(letters.items_in, letter_id)[0].state == "actioned"


def test_staff_pastes_and_uploads_letters_and_hostile_words_stay_words(site: Site, wrote: Wrote) -> None:
    assert site.get("/moderation/letters/new").status_code == 200
    empty = site.post("/moderation/letters/new", data={"text": "  "})
    assert empty.status_code == 422
    evil = "<script>alert(1)</script>\r\n\x0b" + address("bob", wrote.posts[1]) + "?<img/src=x>"
    made = site.post("/moderation/letters/new", data={"text": evil, "sender": str(wrote.sender)})
    site.work()
    page = site.get(str(made.url.path))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    assert site.read(rows, "SELECT channel, by_account FROM letter ORDER BY id")[-1] == ("paste", wrote.mona.id)
    sent = site.post(
        "/moderation/letters/new",
        data={"text": ""},
        files={"file": ('x".html', f"<a href={BASE}/@bob/1>".encode(), "text/html")},
    )
    got = site.get(f"{sent.url.path}/original")
    assert got.headers["content-type"].startswith("application/octet-stream")
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.content.startswith(b"<a href=")
    assert site.post("/moderation/letters/new", data={"text": "a", "sender": "77"}).status_code == 404
    for way in ("/moderation/letters/7", "/moderation/letters/x", path(wrote, "/items/9"), path(wrote, "/items/x")):
        assert site.get(way).status_code == 404, way


def test_alike_are_the_same_author_the_same_words_and_the_same_claim(site: Site, wrote: Wrote) -> None:
    anna = person(site, "anna")
    text = "Everybody who sells plums at the market shall lose both hands for it"
    copies = [say(site, one, text=words_)["id"] for one, words_ in ((wrote.bob, text), (anna, f"{text} !!!"))]
    other = say(site, anna, text="the weather is fine")["id"]
    lines = [address("bob", copies[0]), address("anna", copies[1]), address("anna", other)]
    letter_id = arrive(site, "\n".join(lines), sender_id=wrote.sender)
    assert picked(site.get(f"/moderation/letters/{letter_id}?item=1&like=text").text) == ["1", "2"]
    assert picked(site.get(f"/moderation/letters/{letter_id}?item=2&like=author").text) == ["2", "3"]
    assert site.get(f"/moderation/letters/{letter_id}?item=2&like=colour").status_code == 422


def picked(page: str) -> list[str]:
    return re.findall(r'name="items" value="(\d+)" form="decide-items" checked', page)


def test_the_script_is_told_what_became_of_each_item(site: Site, wrote: Wrote) -> None:
    told: Any = site.post(
        path(wrote, "/decide"),
        data={"spans": "1-2", "choice": "act:hide", "policy": "threat"},
        headers={"Accept": "application/json"},
    ).json()
    assert [one["number"] for one in told["items"]] == [1, 2]
    assert (told["pending"], told["progress"], told["share"]) == (0, "4 of 4 decided", 100)
    assert told["strip"].count('name="batch"') == 1
    part = site.get(path(wrote, "/items/1")).text
    assert 'data-item="1" data-state="actioned"' in part
    assert "<html" not in part
    olga: Person = person(site, "olga", role="owner")
    lost = site.post(
        path(wrote, "/decide"), data={"spans": "1", "choice": "keep"}, headers={"Accept": "application/json"}
    )
    assert lost.status_code == 409
    sign_in(site, olga)
    site.post(path(wrote, "/permission"), data={"on": "1"})
    assert "go out by themselves" in words(site.get(path(wrote)).text)
    site.post(path(wrote, "/permission"))
    assert "wait for a person" in words(site.get(path(wrote)).text)
