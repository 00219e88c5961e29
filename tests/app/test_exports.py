"""A member takes everything along, at any time, and anybody can check that it is whole."""

import hashlib

from perdure.accounts.model import Viewer
from perdure.accounts.service import lifecycle
from perdure.continuity.rules import signing
from perdure.kernel.db import Tx
from perdure.portability import jobs
from perdure.portability.model import Export
from perdure.portability.service import exports, spool
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.posts.service import publishing
from tests.app.archives import PATH, archive, document, lines, opened
from tests.app.people import Person, person
from tests.app.pictures import picture
from tests.app.test_pages_settings import browse_as, signed_in
from tests.app.test_posts import say
from tests.site import Site


def uploaded(site: Site, someone: Person, description: str) -> str:
    answer = site.post(
        "/api/v2/media", someone.token, files={"file": ("a.png", picture())}, data={"description": description}
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def full_life(site: Site) -> tuple[Person, Person]:
    """Alice with something of every kind."""
    alice, bob = person(site, "alice", display_name="Alice", note="Hello"), person(site, "bob")
    file = uploaded(site, alice, "red and blue")
    first = say(site, alice, "first #tag @bob", media_ids=[file], language="en")
    site.put(f"/api/v1/statuses/{first['id']}", alice.token, json={"status": "second #tag", "media_ids": [file]})
    others = say(site, bob, "of bob", poll={"options": ["a", "b"], "expires_in": 3600})
    say(site, alice, "a comment @bob", in_reply_to_id=others["id"], visibility="unlisted")
    say(site, alice, "own thread", in_reply_to_id=first["id"])
    say(site, alice, "@bob psst", visibility="direct")
    say(site, alice, "a poll", poll={"options": ["x", "y"], "expires_in": 3600, "multiple": True})
    for act in ("favourite", "bookmark", "reblog"):
        site.post(f"/api/v1/statuses/{others['id']}/{act}", alice.token)
    site.post(f"/api/v1/statuses/{first['id']}/pin", alice.token)
    site.post(f"/api/v1/polls/{others['poll']['id']}/votes", alice.token, json={"choices": [1]})
    site.post(f"/api/v1/accounts/{bob.id}/follow", alice.token, json={"notify": True})
    site.post(f"/api/v1/accounts/{alice.id}/follow", bob.token)
    made = site.post("/api/v1/lists", alice.token, json={"title": "Friends"}).json()
    site.post(f"/api/v1/lists/{made['id']}/accounts", alice.token, json={"account_ids": [str(bob.id)]})
    filtered = {"title": "No", "context": ["home"], "keywords_attributes": [{"keyword": "spam", "whole_word": True}]}
    site.post("/api/v2/filters", alice.token, json=filtered)
    site.post("/api/v1/tags/tag/follow", alice.token)
    site.patch("/api/v2/notifications/policy", alice.token, json={"for_new_accounts": "filter"})
    site.work()
    return alice, bob


def test_an_archive_holds_everything_and_is_signed_by_the_site(site: Site) -> None:
    alice, _bob = full_life(site)
    for other, act in ((person(site, "carl"), "block"), (person(site, "dora"), "mute")):
        assert site.post(f"/api/v1/accounts/{other.id}/{act}", alice.token).status_code == 200
    box = opened(archive(site, alice))
    known = site.get("/.well-known/perdure").json()["keys"][0]["public_key"]
    manifest = signing.verify("member-export", box.read("manifest.json"), {known}, "the manifest").document
    assert {one["name"] for one in manifest["files"]} == set(box.namelist()) - {"manifest.json"}
    for one in manifest["files"]:
        data = box.read(one["name"])
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one["sha256"], one["size"])
    written = lines(box, "posts.jsonl")
    assert [one["text"] for one in written if not one["echo_of"]] == [
        "second #tag",
        "a comment @bob",
        "own thread",
        "a poll",
    ]
    first = written[0]
    assert ([edit["text"] for edit in first["edits"]], first["pinned"]) == (["first #tag @bob"], True)
    shown = lines(box, "media.jsonl")[0]
    assert ([shown["id"]], shown["description"]) == (first["media"], "red and blue")
    assert box.read(shown["file"]).startswith(b"\x89PNG")
    assert written[1]["in_reply_to"]["author"] == "bob@perdure.test"
    assert [one["text"] for one in lines(box, "messages.jsonl")] == ["@bob psst"]
    said = {
        name: [one["account"] for one in lines(box, f"{name}.jsonl")]
        for name in ("follows", "followers", "blocks", "mutes")
    }
    assert said == {"follows": ["bob@perdure.test"], "followers": ["bob@perdure.test"],
                    "blocks": ["carl@perdure.test"], "mutes": ["dora@perdure.test"]}  # fmt: skip
    assert [len(lines(box, f"{name}.jsonl")) for name in ("votes", "bookmarks", "poll_votes")] == [1, 1, 1]
    assert document(box, "lists.json")[0]["members"] == ["bob@perdure.test"]
    assert document(box, "filters.json")[0]["keywords"] == [["spam", True]]
    assert document(box, "preferences.json")["notifications"]["for_new_accounts"] == "filter"
    assert document(box, "profile.json")["display_name"] == "Alice"
    assert box.read("csv/following_accounts.csv").decode().splitlines()[1].startswith("bob@perdure.test,true,true")


def test_a_broken_download_goes_on_where_it_stopped(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    say(site, alice)
    whole = archive(site, alice)
    made = site.get(PATH, alice.token).json()[0]
    path = f"{PATH}/{made['id']}/archive"
    assert (made["size"], made["sha256"]) == (len(whole), hashlib.sha256(whole).hexdigest())
    rest = site.get(path, alice.token, headers={"Range": "bytes=100-", "If-Range": f'"{made["sha256"]}"'})
    assert (rest.status_code, rest.content) == (206, whole[100:])
    assert site.get(path, alice.token, headers={"Range": "bytes=100-", "If-Range": '"other"'}).content == whole
    assert site.get(path, alice.token, headers={"Range": "bytes=99999999-"}).status_code == 416
    for wrong in (bob.token, None):
        assert site.get(path, wrong).status_code == (404 if wrong else 401)
    for broken in ("..%2f..%2fperdure.db", "0" * 16):
        assert site.get(f"{PATH}/{broken}/archive", alice.token).status_code == 404
    assert site.post(PATH, person(site, "carl", scope="read:statuses write").token).status_code == 403
    assert site.post(PATH, alice.token).json()["id"] == made["id"]
    site.clock.advance(days=8)
    site.run(jobs.sweep_exports, site.rt)
    assert site.get(PATH, alice.token).json() == []


def test_whoever_is_suspended_still_takes_everything_along(site: Site) -> None:
    boss = person(site, "olga", role="owner")
    alice = signed_in(site)
    say(site, alice, "mine")
    site.write(lifecycle.suspend_in, Viewer(boss.id, "owner", frozenset(), None, None, "en"), alice.id)
    browse_as(site, alice)
    page = site.post("/settings/data/archive")
    assert page.status_code == 200, page.text
    site.run(exports.finish, site.rt, alice.id)
    made = exports.all_of(site.rt, alice.id)[0]
    assert f"/settings/data/archive/{made.id}.zip" in site.get("/settings/data").text
    box = opened(site.get(f"/settings/data/archive/{made.id}.zip").content)
    assert [one["text"] for one in lines(box, "posts.jsonl")] == ["mine"]
    assert site.get("/settings/exports/follows.csv").text.startswith("Account address")
    assert site.post("/settings/data", data={"kind": "follows"}).url.path == "/auth/restricted"


def test_a_thousand_posts_come_in_pages_and_each_once(site: Site) -> None:
    alice, limits = person(site, "alice"), publishing.limits_of(site.rt)

    def many(tx: Tx) -> None:
        for number in range(1001):
            posts.publish_in(tx, limits, alice.id, Draft(text=f"number {number}"))

    site.write(many)
    box = opened(archive(site, alice))
    assert [one["text"] for one in lines(box, "posts.jsonl")] == [f"number {number}" for number in range(1001)]


def test_what_cannot_be_written_is_told_and_what_was_interrupted_is_made_again(site: Site) -> None:
    alice, root = person(site, "alice"), site.rt.settings.data / "exports"
    root.write_text("in the way")
    assert site.post(PATH, alice.token).status_code == 503
    root.unlink()
    now = site.clock.now_ms()
    left = Export(id="0123456789abcdef", state="preparing", started_at=now, updated_at=now)
    spool.write(spool.folder_of(site.rt.settings, alice.id), left)
    assert site.post(PATH, alice.token).json()["id"] == left.id
    site.clock.advance(seconds=180)
    assert site.get(f"{PATH}/{left.id}", alice.token).json()["error"] == "interrupted"
    assert opened(archive(site, alice)).testzip() is None
