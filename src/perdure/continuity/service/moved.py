"""Where the site lives, once another host has taken it over and said so."""

import re
from pathlib import Path
from typing import Final

from perdure.continuity.service import disk
from perdure.kernel.errors import Invalid

FILE: Final = "continuity/moved"
_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?", re.ASCII
)


def checked(address: str) -> str:
    """An address as people type it into a browser, without a path. Raises Invalid."""
    plain = address.rstrip("/")
    if not _ADDRESS.fullmatch(plain):
        raise Invalid(f"{address!r} is no address: write https:// and the host's name, nothing behind it")
    return plain


def note(data: Path, address: str) -> None:
    """Remember the new address on the host that was left. Raises OSError, Invalid."""
    disk.write_private(data / FILE, checked(address).encode())


def address(data: Path) -> str:
    """The new address, scheme and host; empty where the site is here."""
    try:
        return (data / FILE).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
