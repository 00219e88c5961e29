"""An archive comes in whole, marked and quietly, and what was taken along can be taken along again."""

import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from perdure.continuity.rules import signing
from perdure.kernel.settings import Settings
from perdure.portability.queries import runs
from perdure.portability.service import sites
from tests.app.archives import archive, document, lines, opened
from tests.app.people import Person, person
from tests.app.test_exports import full_life
from tests.app.test_posts import say
from tests.conftest import NOWHERE, database_url
from tests.site import Site, open_site, rows

PATH = "/api/perdure/v1/imports"


@pytest.fixture
def other(site: Site, engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A fresh site on the same engine, with another name."""
    data = tmp_path / "other"
    data.mkdir()
    with _database(engine, request, data) as url:
        settings = Settings(
            data=data, base_url="http://other.test", database_url=url, database_connections=4, **NOWHERE
        )
        with open_site(settings, site.clock) as opened_site:
            yield opened_site


@contextmanager
def _database(engine: str, request: pytest.FixtureRequest, data: Path) -> Iterator[str]:
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), data / "perdure.db")
        yield ""
        return
    server, name = request.getfixturevalue("postgres_url"), f"other{os.getpid()}"
    template = request.getfixturevalue("postgres_template")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield database_url(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def trusts(site: Site, old: Site) -> None:
    """The operator of a site believes what another one signed."""
    key = old.get("/.well-known/perdure").json()["keys"][0]["public_key"]
    site.write(sites.trust_in, old.rt.settings.domain, key)


def bring(site: Site, someone: Person, data: bytes, *, profile: bool = True, piece: int = 0) -> dict[str, Any]:
    """Send an archive, in pieces, and let the worker take it over."""
    made = site.post(PATH, someone.token, json={"size": len(data), "profile": profile})
    assert made.status_code == 201, made.text
    path, step = f"{PATH}/{made.json()['id']}", piece or len(data)
    for first in range(0, len(data), step):
        part = data[first : first + step]
        place = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(data)}"}
        assert site.put(f"{path}/data", someone.token, content=part, headers=place).status_code == 200
    started = site.post(f"{path}/start", someone.token)
    assert started.status_code == 202, started.text
    site.work()
    found: dict[str, Any] = site.get(path, someone.token).json()
    return found


def changed(data: bytes, name: str, content: bytes, *, manifest: bool = False) -> bytes:
    """An archive with one file changed; with ``manifest`` its hash in an unsigned manifest too."""
    box, out = opened(data), io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for one in box.namelist():
            made.writestr(one, content if one == name else box.read(one))
    if not manifest:
        return out.getvalue()
    told = document(opened(data), "manifest.json")["document"]
    from hashlib import sha256

    for entry in told["files"]:
        if entry["name"] == name:
            entry |= {"sha256": sha256(content).hexdigest(), "size": len(content)}
    return changed(out.getvalue(), "manifest.json", msgspec.json.encode({"document": told}))


_OWN = {"id", "url", "origin", "made_at", "since", "post", "sha256", "size"}


def content(data: bytes) -> dict[str, Any]:
    """An archive without what belongs to its site: ids, addresses, and when somebody began to follow there."""
    box = opened(data)
    names = {one["id"]: f"file {place}" for place, one in enumerate(lines(box, "media.jsonl"))}

    def plain(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plain(one, name) for name, one in value.items() if name not in _OWN or name == "post"}
        if isinstance(value, list):
            return [names.get(one, plain(one)) if key == "media" else plain(one) for one in value]
        return value.replace("@other.test", "@perdure.test") if isinstance(value, str) else value

    found: dict[str, Any] = {}
    for name in box.namelist():
        if name.endswith(".jsonl"):
            found[name] = sorted((plain(one) for one in lines(box, name)), key=msgspec.json.encode)
        elif name.endswith(".json") and name not in {"manifest.json", "strikes.json"}:
            found[name] = plain(document(box, name))
    for name in ("avatar", "header", "created_at"):
        found["profile.json"].pop(name)
    for one in found["media.jsonl"]:
        one.pop("file")
    return found


def test_what_left_one_site_and_came_into_another_leaves_it_again_unchanged(site: Site, other: Site) -> None:
    alice, _bob = full_life(site)
    carl = person(site, "carl")
    site.post(f"/api/v1/accounts/{carl.id}/block", alice.token)
    first = archive(site, alice)
    trusts(other, site)
    newcomer = person(other, "alice")
    done = bring(other, newcomer, first, piece=1000)
    assert (done["state"], done["signature"], done["error"]) == ("done", "signed", "")
    assert (done["report"]["refused"], done["done"]) == ({}, done["lines"])
    second = archive(other, newcomer)
    assert content(second) == content(first)
    origins = [one["origin"] for one in lines(opened(second), "posts.jsonl")]
    assert {(one["host"], one["author"], one["signature"]) for one in origins} == {
        ("perdure.test", "alice@perdure.test", "signed")
    }
    assert [one["id"] for one in origins] == [one["id"] for one in lines(opened(first), "posts.jsonl")]
    again = bring(other, newcomer, first)
    assert (again["report"]["added"].get("posts", 0), again["report"]["known"]["posts"]) == (0, 5)
    assert content(archive(other, newcomer)) == content(first)


def test_imported_posts_stand_among_the_old_ones_and_nobody_is_told(site: Site, other: Site) -> None:
    alice, bob = person(site, "alice"), person(other, "bob")
    say(site, alice, "@bob long ago #then")
    data = archive(site, alice)
    site.clock.advance(days=100)
    newcomer = person(other, "alice")
    other.post(f"/api/v1/accounts/{newcomer.id}/follow", bob.token)
    say(other, newcomer, "here now")
    other.work()
    done = bring(other, newcomer, data)
    assert (done["signature"], done["report"]["added"]["posts"]) == ("unknown", 1)
    texts = [one["content"] for one in other.get(f"/api/v1/accounts/{newcomer.id}/statuses").json()]
    assert ["long ago" in one for one in texts] == [False, True]
    assert "@bob" not in str([one["mentions"] for one in other.get(f"/api/v1/accounts/{newcomer.id}/statuses").json()])
    home = other.get("/api/v1/timelines/home", bob.token).json()
    assert ["here now" in one["content"] for one in home] == [True]
    assert [one["type"] for one in other.get("/api/v1/notifications", bob.token).json()] == []
    assert len(other.read(rows, "SELECT subject_id FROM score WHERE subject_kind = 'post'")) == 2


def test_what_threatens_is_held_when_it_comes_in_too(site: Site, other: Site) -> None:
    alice, newcomer = person(site, "alice"), person(other, "alice")
    say(site, alice, "harmless words")
    box = archive(site, alice)
    written = lines(opened(box), "posts.jsonl")
    written[0]["text"] = "I will kill you tomorrow at your house"
    data = changed(box, "posts.jsonl", msgspec.json.encode(written[0]) + b"\n", manifest=True)
    done = bring(other, newcomer, data)
    assert (done["signature"], done["state"]) == ("none", "done")
    assert [row.state for row in other.read(rows, "SELECT state FROM post")] == ["held"]
    assert other.get(f"/api/v1/accounts/{newcomer.id}/statuses").json() == []


@pytest.mark.parametrize("name", ["posts.jsonl", "manifest.json", "profile.json"])
def test_an_archive_that_was_changed_is_refused_whole(site: Site, name: str) -> None:
    alice = person(site, "alice")
    say(site, alice, "mine")
    data = archive(site, alice)
    content_of = opened(data).read(name)
    done = bring(site, alice, changed(data, name, content_of.replace(b"a", b"b", 1)))
    assert done["state"] == "failed"
    assert name.removesuffix(".json") in done["error"].lower() or "manifest" in done["error"].lower()
    assert [row.text for row in site.read(rows, "SELECT text FROM post")] == ["mine"]


@pytest.mark.parametrize("data", [b"no zip at all", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_archive_is_refused_with_a_reason(site: Site, data: bytes) -> None:
    done = bring(site, person(site, "alice"), data)
    assert (done["state"], "ZIP" in done["error"]) == ("failed", True)


def test_ones_own_archive_on_the_same_site_adds_nothing(site: Site) -> None:
    alice, _bob = full_life(site)
    before = content(archive(site, alice))
    done = bring(site, alice, archive(site, alice))
    assert (done["signature"], done["report"]["added"].get("posts", 0)) == ("signed", 0)
    site.clock.advance(seconds=301)
    assert content(archive(site, alice)) == before


def test_pieces_are_sent_in_order_by_their_owner_and_only_for_one_archive_at_a_time(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    made = site.post(PATH, alice.token, json={"size": 10}).json()
    path = f"{PATH}/{made['id']}"
    assert site.post(PATH, alice.token, json={"size": 10}).status_code == 409
    for place, status in (("bytes 5-9/10", 409), ("bytes 0-4/11", 400), ("bytes 0-9/10", 400), ("nonsense", 400)):
        answer = site.put(f"{path}/data", alice.token, content=b"12345", headers={"Content-Range": place})
        assert answer.status_code == (422 if status == 400 else status), answer.text
    good = {"Content-Range": "bytes 0-4/10"}
    assert site.put(f"{path}/data", bob.token, content=b"12345", headers=good).status_code == 404
    assert site.put(f"{path}/data", alice.token, content=b"12345", headers=good).json() == {"received": 5}
    assert site.post(f"{path}/start", alice.token).status_code == 409
    assert site.delete(path, alice.token).status_code == 200
    assert site.get(path, alice.token).json()["error"] == "cancelled"
    assert site.post(PATH, alice.token, json={"size": 2**60}).status_code == 413
    assert site.post(PATH, person(site, "carl", scope="read write:statuses").token, json={"size": 1}).status_code == 403


def test_a_conversation_of_two_who_both_move_is_whole_again(site: Site, other: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    question = say(site, alice, "a question")
    answer = say(site, bob, "an answer", in_reply_to_id=question["id"])
    site.post(f"/api/v1/statuses/{question['id']}/favourite", bob.token)
    say(site, alice, "thanks", in_reply_to_id=answer["id"])
    trusts(other, site)
    new_bob, new_alice = person(other, "robert"), person(other, "alice")
    bring(other, new_bob, archive(site, bob))
    waiting = other.get(f"/api/v1/accounts/{new_bob.id}/statuses").json()[0]
    assert waiting["in_reply_to_id"] is None
    bring(other, new_alice, archive(site, alice))
    context = other.get(f"/api/v1/statuses/{waiting['id']}/context").json()
    assert [one["content"] for one in context["ancestors"]] == ["<p>a question</p>"]
    assert context["ancestors"][0]["favourites_count"] == 1
    assert [one["content"] for one in context["descendants"]] == ["<p>thanks</p>"]


def test_a_signature_by_a_key_that_is_no_sites_is_told_as_such(site: Site, other: Site) -> None:
    alice = person(site, "alice")
    data = archive(site, alice)
    told = document(opened(data), "manifest.json")["document"]
    forged = changed(data, "manifest.json", signing.sign("member-export", told, signing.new_key()))
    trusts(other, site)
    assert bring(other, person(other, "alice"), forged)["signature"] == "unknown"


def test_an_archive_that_unpacks_to_more_than_it_says_is_stopped_there(site: Site) -> None:
    alice = person(site, "alice")
    say(site, alice, "mine")
    data = archive(site, alice)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in opened(data).namelist():
            made.writestr(one, b"\0" * 50_000_000 if one == "posts.jsonl" else opened(data).read(one))
    assert len(out.getvalue()) < 200_000
    done = bring(site, alice, out.getvalue())
    assert (done["state"], "posts.jsonl was changed" in done["error"]) == ("failed", True)


def test_an_import_that_was_cut_off_goes_on_and_doubles_nothing(site: Site, other: Site) -> None:
    alice, newcomer = person(site, "alice"), person(other, "alice")
    for number in range(20):
        say(site, alice, f"number {number}")
    data = archive(site, alice)
    made = other.post(PATH, newcomer.token, json={"size": len(data)}).json()
    place = {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}
    other.put(f"{PATH}/{made['id']}/data", newcomer.token, content=data, headers=place)
    other.post(f"{PATH}/{made['id']}/start", newcomer.token)
    assert other.write(runs.claim, int(made["id"]), other.clock.now_ms() + 600_000)
    other.work()
    assert other.get(f"{PATH}/{made['id']}", newcomer.token).json()["state"] == "running"
    other.clock.advance(seconds=601)
    other.run_jobs()
    found = other.get(f"{PATH}/{made['id']}", newcomer.token).json()
    assert (found["state"], found["report"]["added"]["posts"]) == ("done", 20)
