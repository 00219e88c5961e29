import shutil
from pathlib import Path

import pytest

from perdure.adapters.media_vips import VipsProcessor
from perdure.media.ports import MediaProcessor
from tests.app import pictures
from tests.app.people import person
from tests.app.test_media import local, send, stored
from tests.site import Site

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


@needs_ffmpeg
def test_film_is_processed_in_the_background(site: Site, tmp_path: Path) -> None:
    alice = person(site, "alice")
    answer = send(site, alice, pictures.film(tmp_path, "webm"), focus="0,0.5", description="bars")
    entity = answer.json()
    assert (answer.status_code, entity["url"], entity["type"]) == (202, None, "video")
    path = f"/api/v1/media/{entity['id']}"
    assert site.get(path, alice.token).status_code == 206
    early = site.post("/api/v1/statuses", alice.token, json={"status": "x", "media_ids": [entity["id"]]})
    assert "have not finished processing" in early.json()["error"]
    site.work()
    ready = site.get(path, alice.token)
    assert ready.status_code == 200
    found = ready.json()
    assert found["url"].endswith(".mp4")
    assert found["meta"]["original"]["size"] == "64x48"
    assert 0.5 < found["meta"]["original"]["duration"] < 2
    assert found["meta"]["focus"] == {"x": 0.0, "y": 0.5}
    assert found["description"] == "bars"
    assert found["blurhash"]
    served = site.get(local(found["url"]), headers={"Range": "bytes=0-99"})
    assert (served.status_code, len(served.content), served.headers["content-type"]) == (206, 100, "video/mp4")
    whole = site.get(local(found["url"])).content
    assert b"avc1" in whole
    assert b"secret" not in whole
    assert len(stored(site)) == 2  # what was sent is gone


@needs_ffmpeg
def test_the_old_address_waits(site: Site, tmp_path: Path) -> None:
    answer = send(site, person(site, "alice"), pictures.film(tmp_path, "mp4"), version=1)
    assert (answer.status_code, answer.json()["type"]) == (200, "video")


@needs_ffmpeg
def test_silent_film_and_moving_gifs_are_loops(site: Site, tmp_path: Path) -> None:
    alice = person(site, "alice")
    for body in (pictures.film(tmp_path, "mp4", sound=False), pictures.moving_gif()):
        entity = send(site, alice, body, version=1).json()
        assert (entity["type"], entity["url"][-4:]) == ("gifv", ".mp4")


@needs_ffmpeg
@pytest.mark.parametrize("ending", ["ogg", "wav", "flac"])
def test_sound(site: Site, tmp_path: Path, ending: str) -> None:
    entity = send(site, person(site, "alice"), pictures.film(tmp_path, ending), version=1).json()
    assert (entity["type"], entity["url"][-4:], entity["preview_url"]) == ("audio", ".mp3", None)
    assert entity["meta"]["original"]["duration"] > 0.5


@needs_ffmpeg
def test_broken_film_fails_and_says_so(site: Site) -> None:
    alice = person(site, "alice")
    entity = send(site, alice, b"\x1a\x45\xdf\xa3" + bytes(9000)).json()
    site.work()
    answer = site.get(f"/api/v1/media/{entity['id']}", alice.token)
    assert (answer.status_code, answer.json()) == (422, {"error": "Validation failed: File is invalid"})
    assert stored(site) == []


@needs_ffmpeg
def test_a_playlist_that_poses_as_a_film_opens_nothing(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n".encode()
    alice = person(site, "alice")
    assert send(site, alice, playlist, version=1).status_code == 422
    assert send(site, alice, b"\x1a\x45\xdf\xa3" + playlist, version=1).status_code == 422


@needs_ffmpeg
def test_a_film_stands_alone(site: Site, tmp_path: Path) -> None:
    alice = person(site, "alice")
    ids = [
        send(site, alice, body, version=1).json()["id"] for body in (pictures.film(tmp_path, "mp4"), pictures.picture())
    ]
    answer = site.post("/api/v1/statuses", alice.token, json={"status": "x", "media_ids": ids})
    assert "Cannot attach a video" in answer.json()["error"]


@needs_ffmpeg
def test_work_that_a_stopped_worker_left_is_taken_up(site: Site, tmp_path: Path) -> None:
    alice = person(site, "alice")
    entity = send(site, alice, pictures.film(tmp_path, "webm")).json()
    site.run_jobs()  # no delivery: the job alone finds it
    assert site.get(f"/api/v1/media/{entity['id']}", alice.token).status_code == 200


def test_without_ffmpeg_film_is_refused_with_a_reason(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = site.rt.port(MediaProcessor)
    assert isinstance(processor, VipsProcessor)
    monkeypatch.setattr(processor, "_ffmpeg", "")
    alice = person(site, "alice")
    answer = send(site, alice, b"\x1a\x45\xdf\xa3" + bytes(900))
    assert (answer.status_code, "no ffmpeg" in answer.json()["error"]) == (422, True)
    still = send(site, alice, pictures.moving_gif()).json()
    assert (still["type"], still["url"][-4:]) == ("image", ".png")


@needs_ffmpeg
def test_a_thumbnail_sent_with_a_film_stays_when_the_film_is_ready(site: Site, tmp_path: Path) -> None:
    alice = person(site, "alice")
    files = {
        "file": ("film", pictures.film(tmp_path, "webm"), "video/webm"),
        "thumbnail": ("still", pictures.picture("png", 50, 60), "image/png"),
    }
    entity = site.post("/api/v2/media", alice.token, files=files).json()
    site.work()
    ready = site.get(f"/api/v1/media/{entity['id']}", alice.token).json()
    assert ready["url"].endswith(".mp4")
    assert ready["preview_url"].endswith(".png")
    assert ready["meta"]["small"]["size"] == "50x60"
    assert len(stored(site)) == 2  # the film's own still was not kept
