"""What measures against misuse are to the rest of the program (DSA Art 23)."""

from typing import Literal

import msgspec

Role = Literal["poster", "notifier", "complainant"]
Party = Literal["account", "sender"]


class Figures(msgspec.Struct, frozen=True):
    """What counts against somebody, and out of how much, within the last year."""

    counted: int
    of_all: int

    @property
    def share(self) -> float:
        """Which part of all, 0 to 1."""
        return self.counted / self.of_all if self.of_all else 0.0


class MisuseInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff weighs. ``until`` (ms) of a suspension; ``decision_id`` of a poster's: what suspends the account."""

    role: Role
    party: Party = "account"
    party_id: int
    gravity: str
    intent: str
    reasons: str
    until: int | None = None
    decision_id: int | None = None


class MisuseMeasure(msgspec.Struct, frozen=True, kw_only=True):
    """A warning or a suspension. ``created_by`` is for staff alone (I14)."""

    id: int
    role: Role
    party: Party
    party_id: int
    kind: Literal["warning", "suspension"]
    state: Literal["active", "ended", "lifted"]
    counted: int
    of_all: int
    gravity: str
    intent: str
    reasons: str
    warning_id: int | None
    decision_id: int | None
    until: int | None
    created_by: int | None
    created_at: int
    ended_at: int | None
    end_reason: str
    version: int
