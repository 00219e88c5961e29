"""A throw-away server in test mode."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

URL = "http://localhost:3000"  # toot's sign-in tests know this origin only
START_S = 120.0


@contextmanager
def serving(data: Path) -> Iterator[None]:
    """Serve the seed's data, fresh, for as long as the block runs."""
    perdure = Path(sys.executable).with_name("perdure")
    command = [perdure, "serve", "--peer-test", "--reset", "--data", data]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        _wait(server)
        yield
    finally:
        server.terminate()
        server.wait(60)


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
