"""What the media process may use, and what it is told: shared by both sides of the pipe."""

from typing import Final

import msgspec


class Task(msgspec.Struct, frozen=True):
    """One file to process. Paths are absolute, as temporary folders are; results go into ``folder``."""

    source: str
    mime: str
    folder: str
    shape: str
    max_pixels: int
    ffmpeg: str = ""
    ffprobe: str = ""
    cpu_s: int = 30
    memory_bytes: int = 2_147_483_648
    file_bytes: int = 536_870_912


REFUSED: Final = 3
"""The exit status that says so. Any other but 0, without a signal, is a defect of ours."""


class Refused(Exception):
    """The file cannot be processed."""
