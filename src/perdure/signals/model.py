"""What scoring tells the rest of the program."""

from typing import Final, Literal

import msgspec

SubjectKind = Literal["account", "post", "media", "profile_field", "poll", "link", "tag", "list", "message"]
SUBJECT_KINDS: Final[tuple[str, ...]] = (
    "account",
    "post",
    "media",
    "profile_field",
    "poll",
    "link",
    "tag",
    "list",
    "message",
)
# What the action matrix may answer, mildest first (safety.md §5.7).
Action = Literal["publish", "queue", "label", "limit", "hold_review", "auto_hold"]


class BankMatch(msgspec.Struct, frozen=True):
    """Something new that is like something a decision removed.

    ``manner`` says how: ``exact`` (the whole text) and ``bytes`` (a file's) may hold; ``near``, ``look`` and ``link``
    are for a person. ``score`` is 0 to 1. ``policy``, ``severity`` and ``decision_id`` are those of the removal.
    """

    entry_id: int
    decision_id: int
    policy: str
    severity: int
    manner: str
    score: float

    @property
    def holds(self) -> bool:
        """Whether a machine may hold the copy (safety.md §4.4, §5.7)."""
        return self.manner in {"exact", "bytes"}


class BankEntry(msgspec.Struct, frozen=True):
    """What the bank remembers, as staff sees it. Instants in ms; ``hits`` are copies, ``people`` their authors."""

    id: int
    decision_id: int
    origin_kind: str
    origin_id: int
    policy: str
    severity: int
    kind: str
    created_at: int
    expires_at: int | None
    quarantined_at: int | None
    quarantine_reason: str | None
    hits: int
    people: int


class SweepView(msgspec.Struct, frozen=True):
    """How a search for copies of what was removed went. Instants in ms; ``looked_at`` candidates were compared."""

    entry_id: int
    asked_at: int
    finished_at: int | None
    looked_at: int
    held: int
    queued: int
