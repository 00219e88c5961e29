"""A disk that is full, refuses, or breaks: a clear answer, nothing lost, and back by itself when it is well again."""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from perdure import wiring
from perdure.accounts.service.sign_in import open_session_in
from perdure.kernel.settings import Settings
from tests.app.pictures import picture
from tests.fault import crowd, disks, ledger
from tests.fault.crowd import Post, World
from tests.fault.processes import Server, perdure, serving, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), disks.as_root]


class Visitor:
    """Somebody who posts, uploads and reads over HTTP, by program and by browser."""

    def __init__(self, server: Server, settings: Settings, world: World) -> None:
        self._http = httpx.Client(base_url=server.url, timeout=30)
        self._world = world
        self._turns = itertools.count()
        self.acknowledged: list[Post] = []
        with wiring.runtime(settings, local=True) as rt:
            self._cookie = rt.db.write_now("test", open_session_in, world.readers[0].id, "test", "127.0.0.1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_args: object) -> None:
        self._http.close()

    def post(self) -> httpx.Response:
        number = next(self._turns)
        author = self._world.authors[number % crowd.AUTHORS]
        text = f"number {number}"
        answer = self._http.post(
            "/api/v1/statuses", json={"status": text}, headers={"Authorization": f"Bearer {author.token}"}
        )
        if answer.status_code == 200:
            self.acknowledged.append(Post(int(answer.json()["id"]), author, "public", None, text))
        return answer

    def upload(self) -> httpx.Response:
        author = self._world.authors[next(self._turns) % crowd.AUTHORS]
        file = {"file": ("a.png", picture("png", 400, 300), "image/png")}
        return self._http.post("/api/v2/media", files=file, headers={"Authorization": f"Bearer {author.token}"})

    def write_on_page(self) -> httpx.Response:
        return self._http.post(
            "/posts",
            data={"status": "from a page"},
            headers={
                "Cookie": f"perdure_session={self._cookie}",
                "Accept": "text/html",
                "Sec-Fetch-Site": "same-origin",
            },
        )

    def reads(self) -> list[int]:
        token = {"Authorization": f"Bearer {self._world.readers[1].token}"}
        return [
            self._http.get("/health").status_code,
            self._http.get("/api/v1/timelines/home", headers=token).status_code,
            self._http.get("/api/v1/timelines/public").status_code,
            self._http.get(f"/@{self._world.authors[0].name}", headers={"Accept": "text/html"}).status_code,
        ]

    def until(self, call: Callable[[], httpx.Response], status: int, seconds: float = 30) -> httpx.Response:
        """Repeat until the answer has this status."""
        answers: list[httpx.Response] = []

        def tried() -> bool:
            answers.append(call())
            return answers[-1].status_code == status

        until(tried, seconds)
        return answers[-1]


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.json() == {"error": "Service Unavailable"}
    assert int(answer.headers["retry-after"]) > 0


def refused_on_page(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert int(answer.headers["retry-after"]) > 0
    assert "<h1" in answer.text


def hurt_and_heal(data: Path, hurt: Callable[[], Any], heal: Callable[[], Any]) -> None:
    settings = Settings(data=data)
    world = crowd.settle(settings)
    with serving(data) as server, Visitor(server, settings, world) as visitor:
        assert visitor.post().status_code == 200
        assert visitor.upload().status_code == 200
        family = set(server.family())
        hurt()
        refused(visitor.until(visitor.post, 503))
        refused(visitor.until(visitor.upload, 503))
        refused_on_page(visitor.write_on_page())
        time.sleep(2)  # the worker meets it too
        assert visitor.reads() == [200, 200, 200, 200]
        heal()
        visitor.until(visitor.post, 200)
        visitor.until(visitor.upload, 200)
        visitor.until(visitor.write_on_page, 303)
        ledger.wait_until_delivered(settings)
        assert set(server.family()) == family, "a process was restarted"
        assert server.stop() == 0
        page = crowd.Post(0, world.readers[0], "public", None, "from a page")
        ledger.check_posts(settings, visitor.acknowledged, others=[page.text])


def test_a_full_disk_refuses_writes_with_503_goes_on_reading_and_recovers_when_there_is_room(tmp_path: Path) -> None:
    with disks.small(tmp_path / "data", 16) as data:
        hurt_and_heal(data, lambda: disks.fill(data), (data / "filler").unlink)


def test_a_folder_that_refuses_writes_gives_503_goes_on_reading_and_recovers(tmp_path: Path) -> None:
    with disks.image(tmp_path / "data") as data:
        frozen = [data / "perdure.db", data / "perdure.db-wal", data / "media"]
        hurt_and_heal(data, lambda: disks.freeze(*frozen), lambda: disks.thaw(*frozen))


def test_a_file_system_that_breaks_under_the_site_leaves_it_readable(tmp_path: Path) -> None:
    with disks.image(tmp_path / "data") as data:
        settings = Settings(data=data)
        world = crowd.settle(settings)
        with serving(data) as server, Visitor(server, settings, world) as visitor:
            assert visitor.post().status_code == 200
            disks.break_it(data)
            refused(visitor.until(visitor.post, 503))
            refused(visitor.until(visitor.upload, 503))
            refused_on_page(visitor.write_on_page())
            assert visitor.reads() == [200, 200, 200, 200]


@pytest.fixture
def site_on_read_only(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    crowd.settle(Settings(data=folder))
    with disks.read_only(folder) as view:
        yield view


def one_line(*args: str) -> str:
    done = perdure(*args)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_starting_on_a_read_only_directory_is_one_line_and_status_2(site_on_read_only: Path) -> None:
    assert "read-only" in one_line("serve", "--data", str(site_on_read_only), "--port", "0").lower()


def test_starting_on_an_empty_read_only_directory_is_one_line_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with disks.read_only(tmp_path / "empty") as view:
        said = one_line("serve", "--data", str(view / "below"), "--port", "0").lower()
        assert "read-only" in said
        assert "read-only" in one_line("serve", "--data", str(view), "--port", "0").lower()


def test_starting_on_a_full_disk_is_one_line_and_status_2(tmp_path: Path) -> None:
    with disks.small(tmp_path / "data", 1) as data:
        disks.fill(data)
        assert "full" in one_line("serve", "--data", str(data), "--port", "0").lower()


@pytest.mark.parametrize("damage", ["not a database at all", "broken pages"])
def test_starting_on_a_damaged_database_is_one_line_and_status_2(tmp_path: Path, damage: str) -> None:
    data = tmp_path / "data"
    crowd.settle(Settings(data=data))
    file = data / "perdure.db"
    if damage == "broken pages":
        whole = file.read_bytes()
        file.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    else:
        file.write_bytes(b"This is a letter to my grandmother. " * 500)
    said = one_line("serve", "--data", str(data), "--port", "0")
    assert "damaged" in said
    assert "perdure.db" in said
