"""What the shipper says of itself, once a second, in ``continuity/status.json``."""

from typing import Literal

import msgspec

LaneState = Literal["new", "ok", "trying", "behind", "healing", "refused", "foreign", "lying"]


class LaneStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One store: how far it is, and what keeps it. Instants in ms since the epoch; 0 for never."""

    name: str
    state: LaneState
    seq: int
    """Newest segment that it acknowledged."""
    low: int
    """Every row of the log up to here is there."""
    behind_ms: int
    """Age of the oldest commit that is not there yet; 0 for none."""
    backlog: int
    backlog_bytes: int
    acked_at: int
    head_at: int
    verified_at: int
    """When something was last read back and was right."""
    error: str = ""
    error_since: int = 0
    remarks: tuple[str, ...] = ()
    """What it does otherwise than its probe found, in sentences without their full stop."""

    @property
    def trouble(self) -> str:
        """What is wrong with it, in words; empty where all is well."""
        return self.error or "; ".join(self.remarks)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The whole."""

    at: int
    epoch: int
    seq: int
    last: int
    spool_bytes: int
    lanes: tuple[LaneStatus, ...]
    built_low: int = 0
    """Every row of the log up to here is in a segment on this disk or at a store."""
    snapshot_at: int = 0
    trouble: str = ""
    """What keeps the shipper itself from working, in a sentence; empty when all is well."""
