"""What happens in moderation."""

from typing import ClassVar

from perdure.kernel.events import Event


class ReportFiled(Event, frozen=True):
    """A person asked for something to be looked at."""

    kind: ClassVar[str] = "moderation.report_filed"
    intake_id: int
    case_id: int
    severity: int
    reporter_id: int | None = None


class ReportAnswered(Event, frozen=True):
    """What somebody reported was decided. ``reporter_id`` is None for whoever has no account: they get a mail."""

    kind: ClassVar[str] = "moderation.report_answered"
    intake_id: int
    case_id: int
    outcome: str
    reporter_id: int | None = None


class ClockMoved(Event, frozen=True):
    """A deadline came nearer (warned50, warned80) or passed (missed)."""

    kind: ClassVar[str] = "moderation.clock_moved"
    case_id: int
    clock_id: int
    obligation: str
    state: str
    severity: int


class CaseDecided(Event, frozen=True):
    """Nothing of a case is pending any more. ``actor_id`` is None where no person decided."""

    kind: ClassVar[str] = "moderation.case_decided"
    case_id: int
    actor_id: int | None = None
