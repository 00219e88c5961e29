"""What the scrubber of files last found, in a file that can be read without a database."""

from pathlib import Path
from typing import Final

import msgspec

from perdure.continuity.model.scrub import MediaScrub
from perdure.continuity.service import disk

FILE: Final = "continuity/scrub.json"


def last(data: Path) -> MediaScrub:
    """What it last found; all zero where it never ran, or its file is of another release."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=MediaScrub)
    except (OSError, msgspec.DecodeError):
        return MediaScrub()


def write(data: Path, found: MediaScrub) -> None:
    """Keep what it found. Raises OSError."""
    disk.write_private(data / FILE, msgspec.json.format(msgspec.json.encode(found)))
