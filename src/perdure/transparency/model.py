"""The words of what is published about moderation."""

from typing import Final, Literal

import msgspec

StatementState = Literal["pending", "sending", "accepted", "rejected", "withheld", "not_owed"]
STATES: Final[tuple[StatementState, ...]] = ("pending", "sending", "accepted", "rejected", "withheld", "not_owed")
MOST_IN_BATCH: Final = 100
"""Statements in one request (safety.md §4.1)."""

NotOwed = Literal["no_restriction", "drill", "order", "undone"]


class Accepted(msgspec.Struct, frozen=True):
    """The database has a statement, under this id of its own (empty where it only says that the puid is taken)."""

    uuid: str


class Rejected(msgspec.Struct, frozen=True):
    """The database refuses a statement: what is wrong, by field."""

    errors: dict[str, tuple[str, ...]]


class Answered(msgspec.Struct, frozen=True):
    """What the database said to a batch: ``stored``, or what is wrong, by the place in the batch.

    A batch is stored whole or not at all. ``taken`` are places whose puid was there already, with the id it has.
    """

    stored: tuple[str, ...] = ()
    faulty: dict[int, Rejected] = {}
    taken: dict[int, Accepted] = {}


class Counted(msgspec.Struct, frozen=True):
    """How statements stand: how many in each state, what waits longest (ms), and the last that was accepted (ms)."""

    states: dict[str, int]
    waiting_since: int | None
    accepted_at: int | None


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """One statement and how it stands. ``document`` is what was or will be sent."""

    decision_id: int
    puid: str
    state: StatementState
    reason: str
    uuid: str
    attempts: int
    errors: dict[str, tuple[str, ...]]
    document: dict[str, object]
    created_at: int
    accepted_at: int | None


class Part(msgspec.Struct, frozen=True):
    """One table of a report. With ``sums`` its last column adds up to a number of decisions."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]
    sums: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report over a calendar year, or over as much of it as has passed. Times in ms.

    ``statements`` counts the rows that say of each decision whether a public statement is owed: as many as decisions.
    """

    year: int
    first: int
    end: int
    complete: bool
    decisions: int
    restrictions: int
    statements: int
    parts: tuple[Part, ...]


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A published version of a report. ``digest`` is the SHA-256 (hex) of its archive; ``why`` of a correction."""

    id: int
    year: int
    number: int
    why: str
    digest: str
    published_at: int
    report: Report
