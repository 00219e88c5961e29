"""A site on a free port of this machine with the gallery's community, served as people serve it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from perdure.kernel.settings import Settings
from tools.gallery.community import Community, seed
from tools.gallery.pages import Page

_PERDURE: Final = str(Path(sys.executable).with_name("perdure"))
_STOP_S: Final = 30


class Gallery(NamedTuple):
    """A site that runs, and who is on it."""

    url: str
    community: Community

    def address(self, page: Page) -> str:
        """Where a page of the table is."""
        return self.url + page.path.format(**self.community.facts)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gallery(*, demo: bool = False) -> Iterator[Gallery]:
    """A site with hard cases, and with ``demo`` the demo's people too; it and its data are gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="perdure-gallery-"))
    try:
        port = free_port()
        settings = Settings(data=folder / "data", base_url=f"http://localhost:{port}")
        if demo:
            command = [_PERDURE, "demo", "--data", str(settings.data)]
            environ = {**os.environ, "PERDURE_BASE_URL": settings.base_url}
            subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
        community = seed(settings)
        with serving(settings.data, port) as url:
            yield Gallery(url, community)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(data: Path, port: int) -> Iterator[str]:
    """``perdure serve`` on a data directory; yields its address once it answers."""
    command = [_PERDURE, "serve", "--data", str(data), "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://localhost:\d+", process.stdout.readline())
        assert found is not None, "perdure serve did not start"
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_S)
        assert process.stdout is not None
        process.stdout.close()
