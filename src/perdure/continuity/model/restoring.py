"""What a restore found and did."""

import msgspec

from perdure.continuity.model.ledger import Entry, Measure


class TableCount(msgspec.Struct, frozen=True):
    """One table as it was restored."""

    name: str
    rows: int
    hash: str = ""
    """The canonical hash, hex; empty where it was not asked for."""


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """What stands outside the epochs, and must hold whatever the rows say."""

    erasures: tuple[Entry, ...] = ()
    salt: bytes = b""
    measures: list[Measure] = msgspec.field(default_factory=list)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the ledger came to in the restored rows."""

    erased: dict[str, int] = msgspec.field(default_factory=dict)
    """How many of each scope were erased again."""
    held: tuple[str, ...] = ()
    """``scope:id`` of what a legal hold keeps though it was erased."""
    enforced: tuple[str, ...] = ()
    """Measures newer than the rows that are in force again."""
    newer_measures: tuple[str, ...] = ()
    """Others that were in force and are not in the rows: staff decides them again."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Instants in ms since the epoch, UTC; stretches in seconds."""

    site: str
    domains: tuple[str, ...]
    epoch: int
    """The epoch that was restored."""
    seq: int
    """The last segment that is in it."""
    snapshot: str
    snapshot_at: int
    last_commit_at: int
    """When the last transaction that came back was written, by the lost host's clock; 0 where none is known."""
    rpo_s: float
    """How old that was when the restore began: what was written after it is not there."""
    rows: int
    """All rows in the captured tables."""
    changes: int
    """Rows of the log that were replayed after the snapshot."""
    tables: tuple[TableCount, ...]
    seconds: dict[str, float]
    """By step."""
    rows_per_s: float
    """Rows and changes, by the seconds of loading and replaying."""
    missing: tuple[str, ...]
    """What stood in the way and was found elsewhere, or is not there: each names its object."""
    outcome: Outcome
    accepted_loss: bool
    """Segments that a sign of life names are missing, and the operator took it."""
    new_epoch: int
    """The reign that began here; 0 for a rehearsal."""
    cleared: bool
    """What an interrupted restore left was thrown away first."""
