"""toot's own integration tests. They are installed from its package, never kept here."""

import re
import subprocess
import tarfile
import venv
from pathlib import Path

from peers.server import URL

LOCK = Path("requirements/peers.lock")
TOOT = "toot==0.52.1"


def run(folder: Path) -> bool:
    """Install and test; tells whether every test passed."""
    python = _install(folder)
    with tarfile.open(next(folder.glob("toot-*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    suite = next(path for path in folder.glob("toot-*") if path.is_dir())
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "tests/integration"]
    done = subprocess.run(command, cwd=suite, env={"TOOT_TEST_BASE_URL": URL, "PATH": "/usr/bin:/bin"}, check=False)
    return done.returncode == 0


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
