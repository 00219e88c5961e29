"""What happens in moderation."""

from typing import ClassVar

from perdure.kernel.events import Event


class IntakeReceived(Event, frozen=True):
    """Something came in, from a person or a machine. ``verb``: received, where it opened the case, or joined."""

    kind: ClassVar[str] = "moderation.intake_received"
    intake_id: int
    case_id: int
    verb: str
    channel: str
    policy: str
    severity: int
    received_at: int


class ReportFiled(Event, frozen=True):
    """A person asked for something that nobody had asked for before: later reports are in :class:`IntakeReceived`."""

    kind: ClassVar[str] = "moderation.report_filed"
    intake_id: int
    case_id: int
    severity: int
    reporter_id: int | None = None


class NoticeReceived(Event, frozen=True):
    """Somebody without an account asked for something to be looked at: they get a mail."""

    kind: ClassVar[str] = "moderation.notice_received"
    intake_id: int


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


class PageCalled(Event, frozen=True):
    """Somebody on duty is to get a mail about deadlines."""

    kind: ClassVar[str] = "moderation.page_called"
    round_id: int
    account_id: int


class StaffPaged(Event, frozen=True):
    """Somebody on duty is to be told of deadlines in the app; ``case_id`` is the most urgent case."""

    kind: ClassVar[str] = "moderation.staff_paged"
    round_id: int
    account_id: int
    case_id: int


class CaseDecided(Event, frozen=True):
    """Nothing of a case is pending any more. ``actor_id`` is None where no person decided."""

    kind: ClassVar[str] = "moderation.case_decided"
    case_id: int
    actor_id: int | None = None


class DecisionMade(Event, frozen=True):
    """Something was decided: once for each thing it is about. ``actor_id`` is None for a machine; it never leaves."""

    kind: ClassVar[str] = "moderation.decision_made"
    decision_id: int
    batch_id: int
    case_id: int | None
    item_id: int | None
    subject_kind: str
    subject_ref: int
    author_id: int | None
    outcome: str  # restricted, warned, no_violation
    policy: str
    severity: int
    actor_id: int | None = None


class DecisionReversed(Event, frozen=True):
    """A decision was taken back, by an undo or an appeal. ``decision_id`` is the one that no longer holds."""

    kind: ClassVar[str] = "moderation.decision_reversed"
    decision_id: int
    by_decision_id: int
    case_id: int | None
    item_id: int | None
    subject_kind: str
    subject_ref: int
    author_id: int | None
    policy: str
    signal_ids: tuple[int, ...] = ()
    appeal_id: int | None = None


class ContentRemoved(Event, frozen=True):
    """Content was hidden for good, or held: copies of it are looked for."""

    kind: ClassVar[str] = "moderation.content_removed"
    case_id: int | None
    decision_id: int
    subject_kind: str
    subject_id: int
    policy: str
    severity: int


class ContentReinstated(Event, frozen=True):
    """Content that was removed is back, or a person decided about what a machine held: copies are welcome again."""

    kind: ClassVar[str] = "moderation.content_reinstated"
    decision_id: int
    subject_kind: str
    subject_id: int


class AppealFiled(Event, frozen=True):
    """Somebody does not agree with a decision."""

    kind: ClassVar[str] = "moderation.appeal_filed"
    appeal_id: int
    decision_id: int
    case_id: int | None
    party: str


class AppealDecided(Event, frozen=True):
    """A different person looked again. ``signal_ids`` are what had found it, for the record of rules and models."""

    kind: ClassVar[str] = "moderation.appeal_decided"
    appeal_id: int
    decision_id: int
    case_id: int | None
    outcome: str  # upheld, overturned, partly
    policy: str
    automated: bool
    signal_ids: tuple[int, ...] = ()


class PolicyPublished(Event, frozen=True):
    """A house rule has a new version."""

    kind: ClassVar[str] = "moderation.policy_published"
    policy_id: int
    key: str
    number: int


class NoticeDue(Event, frozen=True):
    """A member is to be told of a decision in the app. ``notice_kind``: statement, reversed."""

    kind: ClassVar[str] = "moderation.notice_due"
    notice_id: int
    account_id: int
    decision_id: int
    notice_kind: str


class NoticeWithdrawn(Event, frozen=True):
    """A decision was undone before its mail went out: what the app said of it goes too."""

    kind: ClassVar[str] = "moderation.notice_withdrawn"
    account_id: int
    decision_id: int


class MisuseMeasured(Event, frozen=True):
    """Somebody was warned, suspended, or let go. ``verb``: warning, suspension, lifted, ended."""

    kind: ClassVar[str] = "moderation.misuse_measured"
    measure_id: int
    verb: str
    role: str
    party: str
    party_id: int
