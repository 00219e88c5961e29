"""The clients of Debian, each on its journey: independent code bases of other ages (api.md §7)."""

import shutil
import struct
import subprocess
import zlib
from pathlib import Path

from peers.server import URL

JOURNEY_S = 180
# Package, what shows that it is there, and the script with its interpreter: the system's, where Debian puts modules.
CLIENTS = (
    ("toot", Path("/usr/bin/toot"), ("/usr/bin/python3", "debian_toot.py")),
    ("python3-mastodon", Path("/usr/lib/python3/dist-packages/mastodon"), ("/usr/bin/python3", "debian_mastodon.py")),
    ("libmastodon-client-perl", Path("/usr/share/perl5/Mastodon/Client.pm"), ("/usr/bin/perl", "debian_mastodon.pl")),
)


def missing() -> list[str]:
    """The packages that are not installed."""
    return [name for name, place, _ in CLIENTS if not place.exists()]


def run(folder: Path) -> bool:
    """Send every installed client on its journey; tells whether all arrived."""
    picture = folder / "square.png"
    picture.write_bytes(_square())
    arrived = [_journey(script, picture) for _, place, script in CLIENTS if place.exists()]
    return all(arrived)


def _journey(script: tuple[str, str], picture: Path) -> bool:
    interpreter, name = script
    assert shutil.which(interpreter), interpreter
    command = [interpreter, str(Path(__file__).with_name(name)), URL, str(picture)]
    try:
        return subprocess.run(command, check=False, timeout=JOURNEY_S).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _square() -> bytes:
    """A small red PNG."""
    head = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\xcc\x33\x33" * 32 for _ in range(32))
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
