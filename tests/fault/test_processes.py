"""Processes that die or are asked to go: somebody takes over, and nothing in hand is dropped."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from perdure.kernel import process
from perdure.kernel.settings import Settings
from tests.app.pictures import picture
from tests.fault import crowd, ledger
from tests.fault.processes import children, serving, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_a_killed_worker_and_a_killed_web_worker_come_back_and_take_up_what_waits(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    world = crowd.settle(settings)
    with serving(settings.data) as server:
        with crowd.posting(server, world, clients=2) as found:
            until(lambda: len(found.acknowledged) > 5, 60)
            worker = server.child("perdure-worker")
            os.kill(worker, signal.SIGKILL)
            for pid in children(server.child("perdure-web")):
                os.kill(pid, signal.SIGKILL)
            before = len(found.acknowledged)
            until(lambda: len(found.acknowledged) > before + 5, 90)
            until(lambda: server.child("perdure-worker") != worker, 60)
        ledger.wait_until_delivered(settings, 90)
        assert server.stop() == 0
        ledger.check(settings, world, found.acknowledged)


def test_being_asked_to_go_the_site_finishes_what_it_has_in_hand(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    world = crowd.settle(settings)
    large = picture("png", 3000, 2500)
    answers: list[httpx.Response] = []
    with serving(settings.data) as server:

        def upload() -> None:
            token = {"Authorization": f"Bearer {world.authors[0].token}"}
            files = {"file": ("a.png", large, "image/png")}
            answers.append(httpx.post(f"{server.url}/api/v2/media", files=files, headers=token, timeout=60))

        sending = threading.Thread(target=upload)
        sending.start()
        until(lambda: any("media_process" in line for line in _commands(server.family())), 30)
        assert server.stop() == 0
        sending.join(60)
        assert [answer.status_code for answer in answers] == [200]


def _commands(pids: list[int]) -> list[str]:
    found = []
    for pid in pids:
        try:
            found.append(Path(f"/proc/{pid}/cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.mark.parametrize(("named", "status"), [("", 0), ("1", 1)])
def test_a_child_whose_parent_died_before_it_began_does_not_begin(named: str, status: int) -> None:
    """Also where the parent is process 1, as in a container: only another parent than the named one counts."""
    environ = {**os.environ, **process.for_child(), **({"PERDURE_PARENT": named} if named else {})}
    code = "from perdure.kernel.process import die_with_parent; die_with_parent()"
    assert subprocess.run([sys.executable, "-c", code], env=environ, check=False, timeout=60).returncode == status


def test_a_supervisor_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        family = server.family()
        assert len(family) >= 3
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() and not _zombie(pid) for pid in family):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
