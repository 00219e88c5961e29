"""Feeds of profiles and hashtags: what their specifications ask for, what is in them, and what never is."""

import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from perdure.accounts import service as accounts
from perdure.graph import service as graph
from tests.app.people import person
from tests.app.pictures import picture
from tests.app.test_posts import say
from tests.site import Site

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
ENDINGS = sorted(TYPES)


def is_web(url: str | None) -> bool:
    return url is not None and url.startswith(("http://", "https://")) and " " not in url


def check_rss(body: bytes) -> list[str]:
    """RSS 2.0: required elements, forms of dates and addresses; returns the guids."""
    root = ET.fromstring(body)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    [channel] = root
    for name in ("title", "link", "description"):
        assert len(channel.findall(name)) == 1
        assert channel.findtext(name)
    assert is_web(channel.findtext("link"))
    assert parsedate_to_datetime(channel.findtext("lastBuildDate", "")).tzinfo is not None
    [self_link] = [link for link in channel.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert is_web(self_link.get("href"))
    assert channel.findtext("image/title") == channel.findtext("title")
    assert channel.findtext("image/link") == channel.findtext("link")
    guids = []
    for item in channel.findall("item"):
        assert item.findtext("title") or item.findtext("description")
        assert parsedate_to_datetime(item.findtext("pubDate", "")).tzinfo is not None
        [guid] = item.findall("guid")
        assert guid.get("isPermaLink") == "true"
        assert is_web(guid.text)
        assert len(item.findall("enclosure")) <= 1
        for enclosure in item.findall("enclosure"):
            assert is_web(enclosure.get("url"))
            assert enclosure.get("type")
            assert (enclosure.get("length") or "").isdecimal()
        guids.append(guid.text or "")
    assert len(set(guids)) == len(guids)
    return guids


def check_atom(body: bytes) -> list[str]:
    """RFC 4287: required elements once each, absolute ids, dates of RFC 3339; returns the ids of entries."""
    root = ET.fromstring(body)
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for one in [root, *entries]:
        for name in ("id", "title", "updated"):
            assert len(one.findall(f"{ATOM}{name}")) == 1
            assert one.findtext(f"{ATOM}{name}")
        assert is_web(one.findtext(f"{ATOM}id"))
        assert datetime.fromisoformat(one.findtext(f"{ATOM}updated", "")).tzinfo is not None
        for author in one.findall(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
        for link in one.findall(f"{ATOM}link"):
            assert is_web(link.get("href"))
    assert len([link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]) == 1
    for entry in entries:
        assert entry.findall(f"{ATOM}author") or root.findall(f"{ATOM}author")
        [content] = entry.findall(f"{ATOM}content")
        assert content.get("type") == "html"
        assert len(content) == 0
    return [entry.findtext(f"{ATOM}id", "") for entry in entries]


def check_json(body: bytes) -> list[str]:
    """JSON Feed 1.1: required keys and their types; returns the ids of items."""
    feed = json.loads(body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for name in ("home_page_url", "feed_url", "icon"):
        assert is_web(feed[name])
    for one in [feed, *feed["items"]]:
        for author in one.get("authors", []):
            assert set(author) <= {"name", "url", "avatar"}
            assert author
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item["content_html"], str)
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).tzinfo is not None
        for file in item.get("attachments", []):
            assert is_web(file["url"])
            assert "/" in file["mime_type"]
    return [item["id"] for item in feed["items"]]


CHECKS = {"rss": check_rss, "atom": check_atom, "json": check_json}


def read(site: Site, path: str, ending: str) -> tuple[bytes, list[str]]:
    answer = site.get(f"{path}.{ending}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(TYPES[ending])
    return answer.content, CHECKS[ending](answer.content)


def test_a_feed_follows_its_specification_and_names_posts_by_their_address(site: Site) -> None:
    alice, bob = person(site, "alice", display_name="Alice <&> Co", note="I garden"), person(site, "bob")
    first = say(site, alice, "one #Garden @bob https://example.org/a?b=1&c=2")
    say(site, bob, "from bob #garden")
    second = say(site, alice, "two\n\nlines", spoiler_text="spoiler")
    for ending in ENDINGS:
        body, ids = read(site, "/@alice", ending)
        assert ids == [second["url"], first["url"]]
        assert "Alice <&> Co" in (body.decode() if ending == "json" else "".join(ET.fromstring(body).itertext()))
        assert len(read(site, "/tags/Garden", ending)[1]) == 2


def test_only_posts_for_everybody_are_in_a_feed(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    site.write(graph.follow_in, bob.id, alice.id)
    others = say(site, bob, "from bob #t")
    shown = say(site, alice, "shown #t")
    for visibility in ("unlisted", "private", "direct"):
        say(site, alice, f"@bob {visibility} #t", visibility=visibility)
    say(site, alice, "@bob an answer", in_reply_to_id=others["id"])
    going_on = say(site, alice, "going on", in_reply_to_id=shown["id"])
    site.post(f"/api/v1/statuses/{others['id']}/reblog", alice.token)
    gone = say(site, alice, "gone #t")
    site.delete(f"/api/v1/statuses/{gone['id']}", alice.token)
    for ending in ENDINGS:
        for token in (None, alice.token, bob.token):
            answer = site.get(f"/@alice.{ending}", token)
            assert CHECKS[ending](answer.content) == [going_on["url"], shown["url"]]
        assert read(site, "/tags/t", ending)[1] == [shown["url"], others["url"]]


def test_who_is_not_there_has_no_feed(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice, "secret #t")
    for state in ("pending", "deactivated", "suspended", "deleted"):
        site.write(accounts.change_in, alice.id, state=state)
        for ending in ENDINGS:
            answer = site.get(f"/@alice.{ending}")
            assert answer.status_code == 404
            assert "secret" not in answer.text
            assert read(site, "/tags/t", ending)[1] == []


def test_no_character_breaks_the_xml(site: Site) -> None:
    alice = person(site, "alice", display_name="\ufffe🌿\u200d👩‍👩‍👧 ]]>")
    text = "\x01\x0b\x1f\ufffe\uffff \U0001f525" * 20 + "]]> <script>alert(1)</script> & \u2028 مرحبا #t"
    post = say(site, alice, text, spoiler_text="]]> \ufffe&")
    for path in ("/@alice", "/tags/t"):
        for ending in ("rss", "atom"):
            body, ids = read(site, path, ending)
            assert ids == [post["url"]]
            html = "".join(ET.fromstring(body).itertext())
            assert "\U0001f525" in html
            assert "مرحبا" in html
            assert "<script" not in html
            assert "&lt;script&gt;" in html


def test_files_come_with_their_type_and_description(site: Site) -> None:
    alice = person(site, "alice")
    sent = [
        site.post(
            "/api/v2/media", alice.token, files={"file": ("x", picture("png"))}, data={"description": f'a "{n}" & <b>'}
        ).json()["id"]
        for n in range(2)
    ]
    say(site, alice, "look", media_ids=sent, sensitive=True)
    item = ET.fromstring(read(site, "/@alice", "rss")[0]).find("channel/item")
    assert item is not None
    url = item.find("enclosure").get("url")  # type: ignore[union-attr]
    assert url
    assert url.startswith("http://perdure.test/media/")
    assert site.get(url).status_code == 200
    files = item.findall(f"{MEDIA}content")
    assert [file.findtext(f"{MEDIA}description") for file in files] == ['a "0" & <b>', 'a "1" & <b>']
    assert {file.findtext(f"{MEDIA}rating") for file in files} == {"adult"}
    [entry] = ET.fromstring(read(site, "/@alice", "atom")[0]).findall(f"{ATOM}entry")
    enclosures = [link for link in entry.findall(f"{ATOM}link") if link.get("rel") == "enclosure"]
    assert [link.get("type") for link in enclosures] == ["image/png", "image/png"]
    [found] = json.loads(read(site, "/@alice", "json")[0])["items"]
    assert [file["mime_type"] for file in found["attachments"]] == ["image/png", "image/png"]
    assert "image" not in found  # sensitive: never as a picture on its own
    assert found["content_html"].startswith("<details>")
    assert 'alt="a &#34;0&#34; &amp; &lt;b&gt;"' in found["content_html"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_has_a_feed_already_is_told_so(site: Site, ending: str) -> None:
    alice = person(site, "alice")
    say(site, alice, "one")
    first = site.get(f"/@alice.{ending}")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    assert "public" in first.headers["cache-control"]
    assert first.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in first.headers

    def again(**headers: str) -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = site.get(f"/@alice.{ending}", headers=given)
        assert bool(answer.content) == (answer.status_code == 200)
        return answer.status_code

    assert again(If_None_Match=tag) == 304
    assert again(If_None_Match=f'"x", W/{tag}') == 304
    assert again(If_Modified_Since=date) == 304
    assert again(If_None_Match='"x"', If_Modified_Since=date) == 200
    site.clock.advance(seconds=5)
    say(site, alice, "two")
    assert again(If_None_Match=tag) == 200
    assert again(If_Modified_Since=date) == 200


def test_an_edited_post_keeps_its_id_and_says_when_it_changed(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "one")
    before = site.get("/@alice.atom").headers["last-modified"]
    site.clock.advance(seconds=60)
    site.put(f"/api/v1/statuses/{post['id']}", alice.token, json={"status": "two"})
    body, ids = read(site, "/@alice", "atom")
    assert ids == [post["url"]]
    [entry] = ET.fromstring(body).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") != entry.findtext(f"{ATOM}published")
    assert site.get("/@alice.atom").headers["last-modified"] != before


def test_a_feed_leads_to_its_older_entries(site: Site) -> None:
    alice = person(site, "alice")
    urls = [say(site, alice, f"{number}")["url"] for number in range(23)][::-1]
    feed = json.loads(read(site, "/@alice", "json")[0])
    older = site.get(feed["next_url"])
    assert check_json(site.get("/@alice.json").content) + check_json(older.content) == urls
    assert "next_url" not in older.json()
    assert older.json()["feed_url"] == feed["next_url"]
    assert site.get("/@alice.rss?max_id=x").status_code == 404


def test_a_hashtag_in_another_script_and_one_nobody_used_have_feeds(site: Site) -> None:
    post = say(site, person(site, "alice"), "x #Été")
    for ending in ENDINGS:
        assert read(site, f"/tags/{quote('été')}", ending)[1] == [post["url"]]
        assert read(site, "/tags/nobody", ending)[1] == []


def test_there_are_no_other_formats(site: Site) -> None:
    person(site, "alice")
    for path in ("/@alice.xml", "/@alice.", "/@alice.rss.rss", "/@.rss", "/tags/x.exe", "/alice.rss"):
        assert site.get(path).status_code == 404


def test_pages_lead_to_their_feeds(site: Site) -> None:
    say(site, person(site, "alice", role="owner"), "x #t")
    for path in ("/@alice", "/tags/t"):
        page = site.get(path).text
        for ending, media_type in TYPES.items():
            assert f'<link rel="alternate" type="{media_type}"' in page
            assert f'href="{path}.{ending}"' in page


def test_who_does_not_want_to_be_found_is_kept_out_of_search_engines(site: Site) -> None:
    quiet: dict[str, Any] = {"indexable": False}
    for name, profile in (("alice", {}), ("bob", quiet), ("carol", {"discoverable": False})):
        person(site, name, **profile)
    told = {name: site.get(f"/@{name}.rss").headers.get("x-robots-tag") for name in ("alice", "bob", "carol")}
    assert told == {"alice": None, "bob": "noindex", "carol": "noindex"}
