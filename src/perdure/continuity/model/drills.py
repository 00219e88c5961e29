"""What is left of a drill: ``continuity/drills/AT.json``, and ``AT.signed``, the same under the host's key.

Nothing in it is secret, and no member is named: an operator can show it to anybody. Instants in ms since the epoch,
UTC; stretches in seconds.
"""

from typing import Literal

import msgspec

from perdure.continuity.model.restoring import TableCount

KIND = "drill"
"""The kind under which a report is signed."""
Outcome = Literal["passed", "failed", "could_not_run"]


class Point(msgspec.Struct, frozen=True):
    """An earlier drill, in a trend."""

    at: int
    outcome: Outcome
    seconds: float
    rpo_s: float
    rows: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a rehearsed site shows to those who look."""

    members: int = 0
    home: int = 0
    """Posts on the first page of the busiest member's home timeline."""
    wrote: int = 0
    """How many posts that member has by their own count."""
    cases: int = 0
    """Open cases."""
    clocks: int = 0
    """Deadlines that are not met yet."""
    due_at: int | None = None
    """The earliest of them."""
    measures: int = 0
    """Suspensions and bans in force."""
    free: int = 0
    """Of those, accounts that were not suspended after all."""
    erasures: int = 0
    """Entries of the erasure ledger."""
    standing: int = 0
    """Of those, what stood again after the ledger was replayed."""
    objects: int = 0
    """Objects of files that the rows name."""
    missing: int = 0
    """Of those, objects that no store lists."""


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """One rehearsal. Every field but the first two has a default, so that a report of another release is read."""

    at: int
    """When it ended."""
    outcome: Outcome
    seconds: float = 0.0
    """From the first byte to a member's home timeline (RTO); comparing with the living site is not in it."""
    reason: str = ""
    """Why it did not pass, in English."""
    began_at: int = 0
    site: str = ""
    domains: tuple[str, ...] = ()
    release: str = ""
    engine: str = ""
    """Of the scratch database."""
    rpo_s: float = 0.0
    """Age of the oldest change that no store had when the drill began (RPO); without a living site, of the newest."""
    lacking: int = 0
    """Changes that no store had yet when the copies had been read; taken from the living site to compare."""
    epoch: int = 0
    seq: int = 0
    snapshot: str = ""
    snapshot_at: int = 0
    rows: int = 0
    changes: int = 0
    rows_per_s: float = 0.0
    tables: tuple[TableCount, ...] = ()
    compared: Literal["", "living", "snapshot"] = ""
    """Against what counts and hashes were held: the living database at the same point, or the signed manifest."""
    differing: tuple[str, ...] = ()
    """Tables that are not the same."""
    seen: Seen = Seen()
    erased_again: int = 0
    held: int = 0
    """Erased, and kept by a legal hold."""
    newer_measures: int = 0
    """Measures newer than the rows, which staff would decide again."""
    steps: dict[str, float] = {}
    faults: tuple[str, ...] = ()
    """What stood in the way, each with its object."""
    trend: tuple[Point, ...] = ()
    """Drills before this one, the newest first."""

    def point(self) -> Point:
        """As a later drill remembers it."""
        return Point(self.at, self.outcome, self.seconds, self.rpo_s, self.rows)
