"""The real thing: processes, sockets, signals."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow
PERDURE = str(Path(sys.executable).with_name("perdure"))


def perdure(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PERDURE, *args], capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def serving(data: Path, workers: int = 1) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running site on a free port, and its address."""
    process = subprocess.Popen(
        [PERDURE, "serve", "--data", str(data), "--port", "0", "--workers", str(workers)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://localhost:\d+", process.stdout.readline())
        assert found is not None
        yield process, found[0].replace("localhost", "127.0.0.1")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert process.stdout is not None
        process.stdout.close()


def children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def until(check: object, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if check():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


def member(data: Path) -> str:
    assert (
        "New password: "
        in perdure("accounts", "create", "alice", "--email", "a@x.test", "--confirmed", "--data", str(data)).stdout
    )
    return perdure("tokens", "create", "alice", "--scopes", "read write", "--data", str(data)).stdout.strip()


def test_serve_says_where_it_listens_takes_a_post_and_keeps_it_over_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token = member(data)
    auth = {"Authorization": f"Bearer {token}"}
    with serving(data) as (process, url):
        assert httpx.get(f"{url}/health").json() == {"status": "UP"}
        post = httpx.post(f"{url}/api/v1/statuses", headers=auth, data={"status": "kept"}).json()
    assert process.returncode == 0
    with serving(data) as (_process, url):
        assert httpx.get(f"{url}/api/v1/statuses/{post['id']}").json()["content"] == "<p>kept</p>"


def test_a_killed_child_comes_back_by_itself(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (process, url):
        before = children(process.pid)
        for child in before:
            os.kill(child, signal.SIGKILL)

        def up() -> bool:
            try:
                return httpx.get(f"{url}/health", timeout=2).is_success
            except httpx.HTTPError:
                return False

        time.sleep(0.5)
        assert until(lambda: up() and len(children(process.pid)) == len(before))


def test_no_process_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (process, _url):
        family = [pid for child in children(process.pid) for pid in (child, *children(child))]
        process.kill()
        assert until(
            lambda: (
                not any(
                    Path(f"/proc/{pid}").exists()
                    and "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]
                    for pid in family
                )
            )
        )


@pytest.mark.timeout(400)  # a start after each kill, which takes long on a machine with other work
def test_every_acknowledged_post_survives_killing_the_whole_tree(tmp_path: Path) -> None:
    data = tmp_path / "data"
    token = member(data)
    auth = {"Authorization": f"Bearer {token}"}
    acknowledged: set[str] = set()
    for _ in range(3):
        with serving(data) as (process, url):
            for number in range(40):
                answer = httpx.post(f"{url}/api/v1/statuses", headers=auth, data={"status": f"{number}"})
                acknowledged.add(answer.json()["id"])
            for child in children(process.pid):
                for pid in (*children(child), child):
                    os.kill(pid, signal.SIGKILL)
            process.kill()
    with serving(data) as (_process, url):
        account = httpx.get(f"{url}/api/v1/accounts/verify_credentials", headers=auth).json()["id"]
        kept: list[str] = []
        max_id = ""
        while page := httpx.get(f"{url}/api/v1/accounts/{account}/statuses?limit=40{max_id}", headers=auth).json():
            kept += [post["id"] for post in page]
            max_id = f"&max_id={kept[-1]}"
    assert len(kept) == len(set(kept))
    assert acknowledged <= set(kept)


@pytest.mark.parametrize(
    ("file", "words"), [("prot = 1", "Did you mean 'port'?"), ("workers = 99", "workers"), ("x =", "perdure.toml")]
)
def test_a_broken_settings_file_is_one_line_and_status_2(tmp_path: Path, file: str, words: str) -> None:
    (tmp_path / "perdure.toml").write_text(file)
    done = perdure("serve", "--data", str(tmp_path), "--port", "0")
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_in_use_is_one_line_and_status_2(tmp_path: Path) -> None:
    with serving(tmp_path / "one") as (_process, url):
        done = perdure("serve", "--data", str(tmp_path / "two"), "--port", url.rsplit(":", 1)[1])
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
