"""Test mode refuses everything but a throw-away server on loopback."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def refused(*args: str) -> str:
    command = [sys.executable, "-c", "from perdure.cli import main; main()", *args]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_an_address_that_is_not_loopback_is_refused(tmp_path: Path) -> None:
    assert "loopback" in refused("serve", "--peer-test", "--data", str(tmp_path), "--host", "0.0.0.0")


def test_a_real_site_is_refused(tmp_path: Path) -> None:
    (tmp_path / "perdure.db").touch()
    assert "new data directory" in refused("serve", "--peer-test", "--data", str(tmp_path), "--port", "0")


def test_a_file_cannot_switch_it_on(tmp_path: Path) -> None:
    (tmp_path / "perdure.toml").write_text("peer_test = true\n")
    assert "--peer-test" in refused("serve", "--data", str(tmp_path), "--port", "0")
