"""What is left of a drill that anybody may read: ``continuity/drills/*.json``, one file each."""

from typing import Literal

import msgspec


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """The heading of a drill's report; the report itself says more."""

    at: int
    """When it ended, in ms since the epoch."""
    outcome: Literal["passed", "failed", "could_not_run"]
    seconds: float = 0.0
    """From the first byte to a member's timeline."""
    reason: str = ""
    """Why it did not pass, in English."""
