"""A row of the register of obligations."""

from typing import Literal

import msgspec

Start = Literal[
    "receipt", "contact", "awareness", "removal", "restriction", "decision", "report", "exposure", "year_end"
]
Ends = Literal["decision", "answer", "time", "other"]
Pause = Literal["impossible", "defective", "waiting_for_sender", "waiting_for_authority", "severity_lowered"]
Resume = Literal["continue", "anew"]
Scope = Literal["case", "site"]


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Office hours: ``days`` mon to sun, ``opens`` and ``closes`` HH:MM in ``zone``, ``holidays`` YYYY-MM-DD."""

    zone: str
    days: tuple[str, ...]
    opens: str = msgspec.field(name="from")
    closes: str = msgspec.field(name="to")
    holidays: tuple[str, ...] = ()


class Obligation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this site owes, from what moment, until when, and where that is written.

    ``limit`` and ``target`` are ISO 8601 lengths; ``hours`` None counts every hour. The clock of one that ``ends`` by
    ``decision`` stops when its case is decided, by ``answer`` when the sender is answered, by ``time`` when it has run
    out (nobody has to do anything by then), else when whoever started it says so.
    """

    key: str
    title: dict[str, str]
    applies: str
    limit: str = ""
    target: str = ""
    start: Start = "receipt"
    ends: Ends = "decision"
    pause: tuple[Pause, ...] = ()
    resume: Resume = "continue"
    extend: bool = False
    hours: Hours | None = None
    authorities: tuple[str, ...] = ()
    severities: tuple[int, ...] = ()
    scope: Scope = "case"
    source: str


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation as it stands in the register: which version, whose, since when."""

    obligation: Obligation
    number: int
    packaged: bool
    reason: str
    created_by: int | None
    created_at: int | None
