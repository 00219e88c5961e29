"""Runs toot's own integration tests against a throw-away server. They are installed from its package, never kept here.

Exits with pytest's status: 0 only where every one of them passes.
"""

import re
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from pathlib import Path

LOCK = Path("requirements/peers.lock")
TOOT = "toot==0.52.1"
URL = "http://localhost:3000"  # toot's sign-in tests know this origin only
START_S = 60.0


def main() -> int:
    """Install, serve, test."""
    with tempfile.TemporaryDirectory(prefix="perdure-peers-") as name:
        folder = Path(name)
        python = _install(folder)
        with tarfile.open(next(folder.glob("toot-*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
        suite = next(path for path in folder.glob("toot-*") if path.is_dir())
        server = subprocess.Popen(
            [Path(sys.executable).with_name("perdure"), "serve", "--peer-test", "--data", folder / "data"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            _wait(server)
            command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "tests/integration"]
            done = subprocess.run(
                command, cwd=suite, env={"TOOT_TEST_BASE_URL": URL, "PATH": "/usr/bin:/bin"}, check=False
            )
            return done.returncode
        finally:
            server.terminate()
            server.wait(30)


def _install(folder: Path) -> Path:
    """An environment of the suite's own, and its source distribution, both checked against the lock file."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", LOCK], check=True)
    block = re.search(rf"^{re.escape(TOOT)}(?: \\\n    --hash=\S+)+", LOCK.read_text(), re.MULTILINE)
    assert block is not None
    only = folder / "toot.txt"
    only.write_text(block[0])
    source = ["download", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", only, "-d", folder]
    subprocess.run([*pip, *source], check=True)
    return python


def _wait(server: subprocess.Popen[str]) -> None:
    """Until the server says where it listens."""
    assert server.stdout is not None
    deadline = time.monotonic() + START_S
    for line in server.stdout:
        if "Perdure is at" in line:
            return
        if time.monotonic() > deadline:
            break
    sys.exit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
