"""Objects that others hand to the shipper: put into a folder, taken into the spool, sent to every store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from perdure.continuity.rules.names import checked_name
from perdure.continuity.service import disk

FOLDER: Final = "continuity/outgoing"
_SLASH: Final = "~"  # no object's name holds one


def put(data: Path, name: str, content: bytes) -> None:
    """Hand over an object; it is on this disk when this returns, and at the stores soon. Raises OSError, Invalid."""
    disk.write_private(data / FOLDER / checked_name(name).replace("/", _SLASH), content)


def waiting(data: Path) -> Iterator[tuple[str, Path]]:
    """Names and files of what was handed over, oldest name first."""
    folder = data / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.name.startswith("."):
            yield path.name.replace(_SLASH, "/"), path
