"""The page for the bad day, run as it stands: its code blocks, in its order, on a machine that has nothing but a kit."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from perdure.continuity.model.status import Status
from tests.command import Command
from tests.e2e.test_serve import children, serving, until
from tests.store_servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "your-host-has-dropped-you.md"
STORES = ("usb", "north", "far")
BLOCK = re.compile(r"^```bash(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    """The commands of the page that are run: all of them, those for trustees, or the one that serves."""
    return [text for named, text in BLOCK.findall(PAGE.read_text("utf-8")) if named == kind]


class Machine:
    """An empty machine: a folder, the program, and the words that the page lets its reader choose."""

    def __init__(self, folder: Path, **words: object) -> None:
        folder.mkdir()
        self.folder = folder
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PERDURE_")}
        self.words = {**clean, "PATH": path, **{name: str(value) for name, value in words.items()}}

    def type(self, text: str) -> subprocess.CompletedProcess[str]:
        """Type a block's commands, with "y" for whatever is asked."""
        return subprocess.run(
            ["bash", "-e", "-c", text], env=self.words, cwd=self.folder, input="y\n", capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    @contextmanager
    def running(self, text: str) -> Iterator[str]:
        """Type the block that serves, and have the site's address as long as it runs."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {text}"], env=self.words, cwd=self.folder, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            assert "Perdure is at" in process.stdout.readline()
            yield f"http://127.0.0.1:{self.words['PORT']}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            assert process.stdout is not None
            process.stdout.close()


@pytest.fixture
def lost(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A site that was served and copied to three stores; then its host was killed and its disk erased."""
    data, told = tmp_path / "lost", {}
    monkeypatch.setenv("PERDURE_DATA", str(data))

    def typed(*words: object) -> str:
        done = command(*words)
        assert done.status == 0, done
        return done.out.strip()

    for name, role in (("alice", "member"), ("ben", "member"), ("mona", "moderator")):
        typed("accounts", "create", name, "--email", f"{name}@x.test", "--role", role, "--confirmed")
        told[name] = typed("tokens", "create", name, "--scopes", "read write")
    for store in STORES:
        (tmp_path / store).mkdir()
        typed("stores", "add", f"file://{tmp_path / store}", "--name", store, "--owner", store)
    typed("kit", "create", "--store", "north", "--out", tmp_path / "kit", "--trustees", 3)
    with serving(data) as (process, url):
        _live(url, told)
        typed("accounts", "ban", "ben", "--facts", "Threats")
        assert until(lambda: _all_copied(tmp_path, data / "continuity" / "status.json"), 60)
        for pid in (process.pid, *[pid for child in children(process.pid) for pid in (*children(child), child)]):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(data)
    monkeypatch.delenv("PERDURE_DATA")
    return told


def _live(url: str, told: dict[str, str]) -> None:
    """Alice writes, Ben answers badly, Alice reports him: a case is open."""
    alice, ben = ({"Authorization": f"Bearer {told[name]}"} for name in ("alice", "ben"))
    for text in ("quillwort", "the last words of the old host"):
        assert httpx.post(f"{url}/api/v1/statuses", headers=alice, data={"status": text}).status_code == 200
    post = httpx.post(f"{url}/api/v1/statuses", headers=ben, data={"status": "rude"}).json()
    report = {
        "account_id": post["account"]["id"],
        "status_ids[]": post["id"],
        "category": "violation",
        "comment": "rude",
    }
    assert httpx.post(f"{url}/api/v1/reports", headers=alice, data=report).status_code == 200


def _all_copied(folder: Path, status: Path) -> bool:
    """Whether every store has a bundle, a snapshot and everything that was written."""
    found = msgspec.json.decode(status.read_bytes(), type=Status) if status.exists() else None
    if found is None or len(found.lanes) < len(STORES) or time.time() * 1000 - found.at > 3000:
        return False
    kinds = ("snap/*/*/manifest", "config/*/*.age")
    if not all(any((folder / name).glob(f"**/{kind}")) for name in STORES for kind in kinds):
        return False
    return all(not lane.backlog and not lane.behind_ms for lane in found.lanes)


def _run(machine: Machine) -> list[subprocess.CompletedProcess[str]]:
    done = []
    for text in blocks("")[1:]:  # the first says where things are; here that is the test's own
        for line in text.strip().splitlines():
            ran = machine.type(line)
            allowed = {0, 1} if line.startswith(("perdure copies status", "perdure doctor")) else {0}
            assert ran.returncode in allowed, (line, ran)
            assert "Traceback" not in ran.stderr
            done.append(ran)
    return done


def test_with_nothing_but_the_kit_and_an_empty_machine_the_page_brings_the_site_back(
    tmp_path: Path, lost: dict[str, str]
) -> None:
    chosen = blocks("")[0]
    assert {line.split("=")[0] for line in chosen.strip().splitlines()} == {"export KIT", "export SITE", "export PORT"}
    desk = Machine(tmp_path / "desk")
    for name in ("share-1.txt", "share-3.txt"):
        shutil.copy(tmp_path / "kit" / name, desk.folder / name)
    (combine,) = blocks("shares")
    assert desk.type(combine.replace(" share-3.txt", "")).returncode == 2
    assert desk.type(combine).returncode == 0

    machine = Machine(tmp_path / "new", KIT="kit.txt", SITE=tmp_path / "new" / "srv", PORT=free_port())
    shutil.copy(desk.folder / "whole.txt", machine.folder / "kit.txt")
    members = next(ran for ran in _run(machine) if "alice" in ran.stdout)
    assert "mona" in members.stdout
    (serve,) = blocks("serve")
    with machine.running(serve.strip()) as url:
        auth = {"Authorization": f"Bearer {lost['alice']}"}
        home = httpx.get(f"{url}/api/v1/timelines/home", headers=auth).json()
        assert [post["content"] for post in home] == ["<p>the last words of the old host</p>", "<p>quillwort</p>"]
        banned = httpx.get(f"{url}/api/v1/timelines/home", headers={"Authorization": f"Bearer {lost['ben']}"})
        assert banned.status_code in {401, 403}
        assert httpx.get(f"{url}/api/v1/accounts/lookup?acct=ben", headers=auth).json()["suspended"] is True
    with_case = machine.type(f'"{sys.executable}" -c "{_CASES}"')
    assert with_case.stdout.split() == ["1", "True"], with_case


_CASES = (
    "import os, sqlite3; d = sqlite3.connect(os.environ['SITE'] + '/perdure.db'); "
    "print(d.execute('SELECT count(*) FROM moderation_case WHERE open_key IS NOT NULL').fetchone()[0], "
    "d.execute('SELECT count(*) FROM case_clock WHERE met_at IS NULL').fetchone()[0] > 0)"
)
