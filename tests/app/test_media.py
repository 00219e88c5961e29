import struct
import zlib
from typing import Any

import httpx
import pytest
import pyvips

from perdure.media.ports import ObjectStore
from tests.app import pictures
from tests.app.people import Person, person
from tests.site import Site, rows

BROKEN = "Validation failed: File content type is invalid, File is invalid"


def send(site: Site, who: Person, body: bytes, *, version: int = 2, label: str | None = None, **form: Any) -> Any:
    return site.post(
        f"/api/v{version}/media",
        who.token,
        files={"file": ("upload", body, label or "application/octet-stream")},
        data=form,
    )


def opened(answer: httpx.Response) -> Any:
    return pyvips.Image.new_from_buffer(answer.content, "")


def local(url: str) -> str:
    assert url.startswith("http://perdure.test/media/")
    return url.removeprefix("http://perdure.test")


def stored(site: Site) -> list[str]:
    folder = site.rt.settings.data / "media"
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("kind", "ending"), [("jpg", "jpg"), ("png", "png"), ("webp", "webp"), ("avif", "jpg"), ("gif", "png")]
)
def test_a_picture_is_ready_at_once_and_served_safely(site: Site, kind: str, ending: str) -> None:
    alice = person(site, "alice")
    answer = send(site, alice, pictures.picture(kind), description="two halves", focus="0.5,-0.25")
    assert answer.status_code == 200, answer.text
    entity = answer.json()
    assert entity["type"] == "image"
    assert entity["url"].endswith(f".{ending}")
    assert entity["description"] == "two halves"
    assert entity["meta"]["focus"] == {"x": 0.5, "y": -0.25}
    assert entity["meta"]["original"] == {"width": 60, "height": 40, "size": "60x40", "aspect": 1.5}
    assert len(entity["blurhash"]) == 36
    served = site.get(local(entity["url"]))
    assert (opened(served).width, opened(served).height) == (60, 40)
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]
    assert "immutable" in served.headers["cache-control"]
    assert served.headers["content-type"].startswith("image/")
    assert site.get(local(entity["preview_url"])).status_code == 200


def test_the_bytes_count_and_not_the_label(site: Site) -> None:
    alice = person(site, "alice")
    answer = send(site, alice, pictures.picture("png"), label="image/jpeg")
    assert answer.json()["url"].endswith(".png")
    assert send(site, alice, b"<svg xmlns='http://www.w3.org/2000/svg'/>", label="image/png").status_code == 422


def test_a_picture_is_turned_upright_and_loses_what_it_tells_about_its_owner(site: Site) -> None:
    alice, sent = person(site, "alice"), pictures.turned_with_place()
    assert b"secret" in sent
    entity = send(site, alice, sent).json()
    assert entity["meta"]["original"]["size"] == "40x60"
    for url in (entity["url"], entity["preview_url"]):
        served = site.get(local(url))
        assert b"secret" not in served.content
        assert b"Exif" not in served.content
        assert not [name for name in opened(served).get_fields() if name.startswith(("exif", "xmp", "iptc", "icc"))]


def test_a_large_picture_is_scaled_down(site: Site) -> None:
    entity = send(site, person(site, "alice"), pictures.picture("jpg", 4000, 3000)).json()
    original, small = entity["meta"]["original"], entity["meta"]["small"]
    assert 8_200_000 < original["width"] * original["height"] <= 8_294_400
    assert small["width"] * small["height"] <= 230_400


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\nnot really",
        pictures.picture("jpg", 400, 400)[:900],
        pictures.picture("png", 400, 400)[:300],
        b"GIF89a" + bytes(200),
        b"\x1a\x45\xdf\xa3" + bytes(5000),
        b"\x00\x00\x00\x1cftypavif" + bytes(400),
        b"<?php system($_GET['c']); ?>",
        _bomb(60_000, 60_000),
        _bomb(2_000_000_000, 2),
    ],
    ids=["empty", "text", "png", "jpg-cut", "png-cut", "gif", "webm", "avif", "php", "bomb", "wide-bomb"],
)
def test_a_broken_or_hostile_file_is_refused_and_leaves_nothing(
    site: Site, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    alice = person(site, "alice")
    answer = send(site, alice, body, version=1)
    assert (answer.status_code, answer.json()) == (422, {"error": BROKEN})
    assert stored(site) == []
    assert "media_defect" not in capsys.readouterr().out
    assert send(site, alice, pictures.picture()).status_code == 200  # and the site lives on


def test_a_file_over_the_limit_is_refused(site: Site) -> None:
    answer = send(site, person(site, "alice"), pictures.picture("png") + bytes(16 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.json() == {"error": "Validation failed: File size must be less than 16 MB"}


def test_an_upload_needs_a_file_and_a_token_that_may(site: Site) -> None:
    alice, reader = person(site, "alice"), person(site, "reader", scope="read")
    assert site.post("/api/v2/media", alice.token, data={"description": "x"}).status_code == 422
    assert send(site, reader, pictures.picture()).status_code == 403
    assert site.post("/api/v2/media", files={"file": ("x", pictures.picture())}).status_code == 401
    assert send(site, alice, pictures.picture(), description="x" * 1501).status_code == 422
    assert send(site, alice, pictures.picture(), focus="3,0").status_code == 422


def test_only_the_owner_reads_and_changes_a_file(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    path = f"/api/v1/media/{send(site, alice, pictures.picture()).json()['id']}"
    for answer in (
        site.get(path, bob.token),
        site.put(path, bob.token, json={"description": "mine"}),
        site.delete(path, bob.token),
    ):
        assert answer.status_code == 404
    changed = site.put(path, alice.token, json={"description": "new", "focus": "-1,1"}).json()
    assert (changed["description"], changed["meta"]["focus"]) == ("new", {"x": -1.0, "y": 1.0})
    assert site.get(path, alice.token).json() == changed


def test_a_thumbnail_of_ones_own(site: Site) -> None:
    alice = person(site, "alice")
    entity = send(site, alice, pictures.picture("jpg")).json()
    files = {"thumbnail": ("t", pictures.picture("png", 50, 60), "image/jpeg")}
    changed = site.put(f"/api/v1/media/{entity['id']}", alice.token, files=files).json()
    assert changed["preview_url"].endswith(".png")
    assert changed["meta"]["small"]["size"] == "50x60"
    assert changed["url"] == entity["url"]
    assert site.get(local(entity["preview_url"])).status_code == 404


def test_a_post_shows_its_files_in_the_order_of_the_author(site: Site) -> None:
    alice = person(site, "alice")
    ids = [send(site, alice, pictures.picture(), description=str(n)).json()["id"] for n in range(3)]
    post = site.post("/api/v1/statuses", alice.token, json={"media_ids": ids[::-1]}).json()
    assert [one["id"] for one in post["media_attachments"]] == ids[::-1]
    guest = site.get(f"/api/v1/statuses/{post['id']}").json()
    assert guest["media_attachments"] == post["media_attachments"]
    echo = site.post(f"/api/v1/statuses/{post['id']}/reblog", alice.token).json()
    assert [one["id"] for one in echo["reblog"]["media_attachments"]] == ids[::-1]
    again = site.post("/api/v1/statuses", alice.token, json={"status": "x", "media_ids": ids[:1]})
    assert again.status_code == 422
    assert site.delete(f"/api/v1/media/{ids[0]}", alice.token).status_code == 422
    assert site.put(f"/api/v1/media/{ids[0]}", alice.token, json={"description": "late"}).status_code == 404


def test_nobody_attaches_what_is_not_theirs(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    media_id = send(site, alice, pictures.picture()).json()["id"]
    for wrong in (media_id, "1"):
        answer = site.post("/api/v1/statuses", bob.token, json={"status": "x", "media_ids": [wrong]})
        assert answer.status_code == 422
        assert f"Media {wrong} not found" in answer.json()["error"]
    assert site.get(f"/api/v1/accounts/{bob.id}/statuses").json() == []


def test_an_edit_changes_files_and_their_descriptions(site: Site) -> None:
    alice = person(site, "alice")
    first, second = (send(site, alice, pictures.picture()).json()["id"] for _ in range(2))
    post = site.post("/api/v1/statuses", alice.token, json={"status": "x", "media_ids": [first]}).json()
    edit = {
        "status": "y",
        "media_ids": [second, first],
        "media_attributes": [{"id": first, "description": "seen", "focus": "0.1,0.2"}],
    }
    shown = site.put(f"/api/v1/statuses/{post['id']}", alice.token, json=edit).json()["media_attachments"]
    assert [(one["id"], one["description"]) for one in shown] == [(second, None), (first, "seen")]
    bare = site.put(f"/api/v1/statuses/{post['id']}", alice.token, json={"status": "z"}).json()
    assert bare["media_attachments"] == []


def test_delete_and_redraft_keeps_files_for_a_day(site: Site) -> None:
    alice = person(site, "alice")
    media_id = send(site, alice, pictures.picture()).json()["id"]
    draft = {"status": "x", "media_ids": [media_id]}
    post = site.post("/api/v1/statuses", alice.token, json=draft).json()
    site.clock.advance(seconds=30 * 86_400)
    assert site.delete(f"/api/v1/statuses/{post['id']}", alice.token).json()["media_attachments"][0]["id"] == media_id
    site.run_jobs()
    again = site.post("/api/v1/statuses", alice.token, json=draft).json()
    assert again["media_attachments"][0]["id"] == media_id
    site.delete(f"/api/v1/statuses/{again['id']}", alice.token)
    site.clock.advance(seconds=86_401)
    site.run_jobs()
    assert site.get(f"/api/v1/media/{media_id}", alice.token).status_code == 404
    assert stored(site) == []
    assert site.read(rows, "SELECT id FROM media") == []


def test_files_of_a_scheduled_post_wait_with_it(site: Site) -> None:
    alice = person(site, "alice")
    media_id = send(site, alice, pictures.picture()).json()["id"]
    at = "2026-10-01T00:00:00Z"
    draft = {"status": "later", "media_ids": [media_id], "scheduled_at": at}
    assert site.post("/api/v1/statuses", alice.token, json=draft).status_code == 200
    site.clock.advance(seconds=3 * 86_400)
    site.run_jobs()
    site.clock.advance(seconds=30 * 86_400)
    site.run_jobs()
    site.run_jobs()
    posts = site.get(f"/api/v1/accounts/{alice.id}/statuses").json()
    assert [one["id"] for one in posts[0]["media_attachments"]] == [media_id]


def test_a_deleted_file_is_gone(site: Site) -> None:
    alice = person(site, "alice")
    entity = send(site, alice, pictures.picture()).json()
    assert site.delete(f"/api/v1/media/{entity['id']}", alice.token).json() == {}
    assert site.get(local(entity["url"])).status_code == 404
    assert stored(site) == []


def test_ranges_and_conditions(site: Site) -> None:
    entity = send(site, person(site, "alice"), pictures.picture()).json()
    path = local(entity["url"])
    whole = site.get(path)
    size = len(whole.content)

    def part(spec: str) -> httpx.Response:
        return site.get(path, headers={"Range": spec})

    assert part("bytes=2-5").content == whole.content[2:6]
    assert part("bytes=2-5").headers["content-range"] == f"bytes 2-5/{size}"
    assert (part("bytes=-3").status_code, part("bytes=-3").content) == (206, whole.content[-3:])
    assert part(f"bytes=4-{size * 9}").content == whole.content[4:]
    assert part(f"bytes={size}-").status_code == 416
    assert part("bytes=5-2").status_code == 416
    assert part("lines=1-2").status_code == 200
    assert site.get(path, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    head = site.request("HEAD", path)
    assert (head.headers["content-length"], head.content) == (str(size), b"")


@pytest.mark.parametrize("path", ["/media/../perdure.db", "/media/..%2fperdure.db", "/media/aa/x.png", "/media/aa"])
def test_only_stored_files_are_served(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


def test_profile_pictures(site: Site) -> None:
    alice = person(site, "alice")

    def change(**files: bytes) -> Any:
        given = {name: (name, body) for name, body in files.items()}
        return site.patch("/api/v1/accounts/update_credentials", alice.token, files=given)

    first = change(avatar=pictures.picture("png", 900, 700), header=pictures.picture("jpg", 2000, 2000)).json()
    assert opened(site.get(local(first["avatar"]))).width == 400
    assert opened(site.get(local(first["header"]))).height == 500
    second = change(avatar=pictures.picture("png")).json()
    assert second["avatar"] != first["avatar"]
    assert second["header"] == first["header"]
    assert site.get(local(first["avatar"])).status_code == 404
    assert change(avatar=b"no picture").json() == {"error": BROKEN}
    removed = site.delete("/api/v1/profile/avatar", alice.token).json()
    assert removed["avatar"].endswith("/static/avatar.svg")
    assert len(stored(site)) == 1


def test_a_store_that_is_wired_is_the_one_of_the_settings(site: Site) -> None:
    assert type(site.rt.port(ObjectStore)).__name__ == "FolderStore"
