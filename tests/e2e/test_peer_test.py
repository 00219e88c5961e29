"""Test mode refuses everything but a throw-away server on loopback."""

import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.slow
PERDURE = [sys.executable, "-c", "from perdure.cli import main; main()"]


def refused(*args: str, **environment: str) -> str:
    env = {**os.environ, **environment}
    done = subprocess.run([*PERDURE, *args], capture_output=True, text=True, timeout=100, check=False, env=env)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


@contextmanager
def serving(*args: str) -> Iterator[list[str]]:
    """A running server; yields the lines it printed about where it is."""
    command = [*PERDURE, "serve", "--peer-test", "--workers", "1", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield [process.stdout.readline() for _ in range(2 if "--tls" in args else 1)]
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert "PEER TEST MODE" in errors


def test_an_address_that_is_not_loopback_is_refused(tmp_path: Path) -> None:
    assert "loopback" in refused("serve", "--peer-test", "--data", str(tmp_path), "--host", "0.0.0.0")


def test_a_file_that_is_no_database_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "perdure.db").touch()
    assert "new data directory" in refused("serve", "--peer-test", "--data", str(tmp_path), "--port", "0")


def test_neither_a_file_nor_a_variable_switches_it_on(tmp_path: Path) -> None:
    assert "--peer-test" in refused("serve", "--data", str(tmp_path), "--port", "0", PERDURE_PEER_TEST="1")
    (tmp_path / "perdure.toml").write_text("peer_test = true\n")
    assert "--peer-test" in refused("serve", "--data", str(tmp_path), "--port", "0")


def test_its_options_mean_nothing_without_it(tmp_path: Path) -> None:
    assert "belong to --peer-test" in refused("serve", "--data", str(tmp_path), "--reset")


def test_it_prints_its_ports_serves_tls_limits_nobody_and_begins_anew(tmp_path: Path) -> None:
    args = ("--data", str(tmp_path / "data"), "--port", "0", "--tls")
    auth = {"Authorization": "Bearer alice-token"}
    with serving(*args) as lines:
        plain, secure = (re.search(r"https?://localhost:\d+", line) for line in lines)
        assert plain
        assert secure
        trusted = ssl.create_default_context(cafile=tmp_path / "data" / "tls" / "certificate.pem")
        post = httpx.post(f"{secure[0]}/api/v1/statuses", verify=trusted, headers=auth, data={"status": "one"}).json()
        assert post["url"].startswith(f"{secure[0]}/@alice/")
        seen = httpx.get(f"{plain[0]}/api/v1/statuses/{post['id']}").json()
        assert seen["url"].startswith(f"{plain[0]}/@alice/")
        counted = ""
        with (
            httpx.Client() as web
        ):  # where a window of five minutes ends meanwhile, the count begins anew: once more then
            for _ in range(2):
                for _ in range(301):
                    answer = web.get(f"{plain[0]}/api/v1/custom_emojis")
                    assert answer.status_code == 200
                if answer.headers["x-ratelimit-reset"] == counted or answer.headers["x-ratelimit-remaining"] == "0":
                    break
                counted = answer.headers["x-ratelimit-reset"]
        assert answer.headers["x-ratelimit-remaining"] == "0"
    with serving(*args, "--reset") as lines:
        found = re.search(r"http://localhost:\d+", lines[0])
        assert found
        assert httpx.get(f"{found[0]}/api/v1/statuses/{post['id']}").status_code == 404
