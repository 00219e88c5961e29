"""Test mode's fixed data, and what it changes for requests (api.md §6)."""

import asyncio
import base64
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from perdure import worker
from perdure.accounts import service as accounts
from perdure.cli import peer_test, seed
from perdure.kernel.clock import ManualClock, SystemClock
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import Settings
from tests.app.people import person
from tests.app.pictures import picture
from tests.site import Site, open_site

Blank = Callable[[str], Settings]
USER = {"id": "7", "name": "zoe", "mail": "zoe@x.test", "password": "zoe password"}


@pytest.fixture
def blank(tmp_path: Path, sqlite_template: Path) -> Blank:
    """Makes the settings of an empty, migrated site of test mode."""

    def make(name: str) -> Settings:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(sqlite_template, folder / "perdure.db")
        return Settings(data=folder, base_url="http://perdure.test", peer_test=True)

    return make


def file_of(tmp_path: Path, **content: Any) -> Path:
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(content))
    return path


def seeded(settings: Settings, file: Path | None = None) -> Any:
    seed.load(settings, seed.read(file))
    return open_site(settings, ManualClock(SystemClock().now_ms()))


def test_the_built_in_seed_has_an_admin_a_moderator_a_locked_and_three_ordinary_users(blank: Blank) -> None:
    with seeded(blank("one")) as site:
        people = [site.get(f"/api/v1/accounts/{number}").json() for number in range(1, 7)]
        assert [one["username"] for one in people] == ["admin", "moderator", "locked", "alice", "bob", "carol"]
        assert [one["locked"] for one in people] == [False, False, True, False, False, False]
        roles = [site.get("/api/v1/accounts/verify_credentials", f"{one['username']}-token").json() for one in people]
        assert [one["role"]["name"] for one in roles] == ["Admin", "Moderator", "", "", "", ""]


def test_loading_the_built_in_seed_takes_less_than_a_second_and_gives_the_same_ids_each_time(blank: Blank) -> None:
    told = []
    for name in ("one", "two"):
        settings = blank(name)
        started = time.process_time()
        seed.load(settings, seed.read(None))
        assert time.process_time() - started < 1
        with open_site(settings, ManualClock(SystemClock().now_ms())) as site:
            home = site.get("/api/v1/timelines/home", "alice-token").json()
            notes = site.get("/api/v1/notifications", "alice-token").json()
            told.append(([post["id"] for post in home], [note["id"] for note in notes]))
    assert told[0] == told[1]
    assert len(told[0][0]) == 4
    assert told[0][1]


def test_a_seeded_post_has_the_id_of_its_time(blank: Blank, tmp_path: Path) -> None:
    post = {"account": "zoe", "text": "old", "created_at": "2020-05-06T07:08:09.123Z", "visibility": "unlisted"}
    with seeded(blank("one"), file_of(tmp_path, users=[USER], posts=[post])) as site:
        (made,) = site.get("/api/v1/accounts/7/statuses").json()
        assert (made["created_at"], made["visibility"]) == ("2020-05-06T07:08:09.123Z", "unlisted")
        assert int(made["id"]) >> 16 == 1588748889123


def test_a_seed_file_sets_profiles_defaults_apps_tokens_and_follows(blank: Blank, tmp_path: Path) -> None:
    app = {
        "name": "A",
        "client_id": "c",
        "client_secret": "s",
        "redirect_uris": ["http://localhost/"],
        "scopes": "read write",
    }
    zoe = USER | {
        "role": "Owner", "display_name": "Zoe", "note": "hi", "locale": "fr", "created_at": "2021-01-01T00:00:00Z",
        "discoverable": False, "indexable": False, "trendable": True,
        "settings": {"default_privacy": "private", "default_sensitive": True},
        "tokens": [{"token": "t", "scopes": "read", "app": "c"}],
    }  # fmt: skip
    yan = {"id": "8", "name": "yan", "mail": "yan@x.test", "password": "yan password", "locked": True}
    file = file_of(tmp_path, users=[zoe, yan], apps=[app], follows=[{"from": "zoe", "to": "8"}])
    with seeded(blank("one"), file) as site:
        mine = site.get("/api/v1/accounts/verify_credentials", "t").json()
        assert (mine["id"], mine["display_name"], mine["role"]["name"]) == ("7", "Zoe", "Owner")
        assert (mine["source"]["privacy"], mine["source"]["sensitive"]) == ("private", True)
        assert (mine["created_at"], mine["discoverable"], mine["indexable"]) == (
            "2021-01-01T00:00:00.000Z",
            False,
            False,
        )
        assert site.get("/api/v1/accounts/relationships?id=8", "t").json()[0]["following"]
        grant = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s", "scope": "write"}
        assert site.post("/oauth/token", data=grant).json()["scope"] == "write"


def test_seeded_emoji_are_pictures_of_the_site(blank: Blank, tmp_path: Path) -> None:
    emoji = {"shortcode": "dot", "visible_in_picker": True, "content_type": "image/png"}
    emoji["image_base64"] = base64.b64encode(picture(width=20, height=20)).decode()
    with seeded(blank("one"), file_of(tmp_path, custom_emojis=[emoji])) as site:
        (one,) = site.get("/api/v1/custom_emojis").json()
        assert one["shortcode"] == "dot"
        assert site.get(one["url"].removeprefix("http://perdure.test")).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"colour": 1}, "`colour`"),
        ({"users": [USER | {"collor": 1}]}, "`collor`"),
        ({"users": [USER | {"id": "x7"}]}, "'x7' is no id"),
        ({"users": [USER | {"name": "z o e"}]}, "'z o e' must contain only letters"),
        ({"users": [USER | {"role": "King"}]}, "King"),
        ({"users": [USER | {"tokens": [{"token": "t", "scopes": "read", "app": "c"}]}]}, "client_id 'c'"),
        ({"apps": [{"name": "A", "client_id": "c", "client_secret": "s", "redirect_uris": [], "scopes": "fly"}]}, "'fly'"),
        ({"posts": [{"account": "zoe", "text": "x"}]}, "no user is called 'zoe'"),
        ({"users": [USER], "posts": [{"account": "zoe", "text": "x", "visibility": "dim"}]}, "'dim'"),
    ],
)  # fmt: skip
def test_a_wrong_seed_file_is_refused_and_says_what_is_wrong(
    content: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as refusal:
        seed.read(file_of(tmp_path, **content))
    assert words in refusal.value.public


@pytest.mark.parametrize("options", [peer_test.Options(), peer_test.Options(reset=True)])
def test_a_database_that_test_mode_did_not_make_is_refused_and_left_alone(
    blank: Blank, options: peer_test.Options
) -> None:
    settings = msgspec.structs.replace(blank("real"), port=0)
    before = (settings.data / "perdure.db").read_bytes()
    with pytest.raises(Invalid, match="holds a site that it did not make"):
        peer_test.run(settings, options)
    assert (settings.data / "perdure.db").read_bytes() == before


def test_production_refuses_what_test_mode_made(blank: Blank) -> None:
    settings = blank("one")
    peer_test.refuse_test_data(settings)
    seed.load(settings, seed.read(None))
    with pytest.raises(Invalid, match="its passwords are public"):
        peer_test.refuse_test_data(msgspec.structs.replace(settings, peer_test=False))


def test_data_of_another_seed_is_refused_until_a_reset_is_asked_for(blank: Blank, tmp_path: Path) -> None:
    settings = msgspec.structs.replace(blank("one"), port=0)
    seed.load(settings, seed.read(None))
    with pytest.raises(Invalid, match="another seed: add --reset"):
        peer_test.run(settings, peer_test.Options(seed_file=file_of(tmp_path)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_an_address_that_is_not_loopback_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(Invalid, match="loopback"):
        peer_test.run(Settings(data=tmp_path, host=host, peer_test=True), peer_test.Options())
    assert list(tmp_path.iterdir()) == []


def test_a_database_server_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url="postgresql://localhost/x", peer_test=True)
    with pytest.raises(Invalid, match="SQLite"):
        peer_test.run(settings, peer_test.Options())


def test_in_test_mode_loopback_is_counted_but_not_limited_and_others_are(blank: Blank) -> None:
    with seeded(blank("one")) as site:
        for _ in range(300):
            site.get("/api/v1/nothing", headers={"X-Forwarded-For": "127.0.0.1"})
        assert site.get("/api/v1/nothing", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 429


def test_test_mode_needs_no_owner_and_shows_itself(blank: Blank) -> None:
    with seeded(blank("one")) as site:
        assert site.get("/", follow_redirects=False).status_code == 200
        assert site.get("/api/v2/instance").json()["perdure"]["peer_test"] is True


def test_the_mark_of_test_mode_is_no_part_of_a_real_site(site: Site) -> None:
    assert site.read(accounts.test_seed_in) is None


def test_in_test_mode_what_is_due_happens_at_once(site: Site) -> None:
    alice = person(site, "alice")
    later = {"status": "due", "scheduled_at": "2026-09-21T15:20:00Z"}
    assert site.post("/api/v1/statuses", alice.token, json=later).status_code == 200

    async def hurried() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(worker.hurry(site.rt, stop))
        await asyncio.sleep(0.2)
        stop.set()
        await running

    site.run(hurried)
    assert site.get(f"/api/v1/accounts/{alice.id}/statuses").json() == []
    site.clock.advance(days=1)
    site.run(hurried)
    assert site.get(f"/api/v1/accounts/{alice.id}/statuses").json()[0]["content"] == "<p>due</p>"
