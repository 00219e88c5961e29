"""What a report, a case and a decision are to the rest of the program."""

from typing import Any, Final, Literal

import msgspec

Severity = Literal[0, 1, 2, 3]
Channel = Literal["api", "page", "form", "console", "machine", "sweep", "mail", "desk", "author"]
Authority = Literal[
    "user", "no_account", "article_16", "trusted_flagger", "provider", "member_state", "court", "machine"
]
Category = Literal["spam", "legal", "violation", "other"]
CATEGORIES: Final[tuple[str, ...]] = ("spam", "legal", "violation", "other")
CaseState = Literal["received", "open", "leased", "panel", "escalated", "decided", "notified", "closed"]
OPEN_STATES: Final[tuple[str, ...]] = ("received", "open", "leased", "panel", "escalated")
ItemState = Literal[
    "pending",
    "actioned",
    "already_actioned",
    "no_violation",
    "not_found",
    "deleted_by_author",
    "not_ours",
    "duplicate_of",
    "unreadable_needs_info",
]
ClockState = Literal["running", "warned50", "warned80", "missed", "met", "paused"]
LeaseState = Literal["granted", "renewed", "released", "expired", "taken_over"]
Order = Literal["priority", "oldest", "newest", "deadline"]
SnapshotReason = Literal["report", "hold", "flag", "sweep", "decision"]
Purpose = Literal["case", "appeal", "proof", "audit"]


class Subject(msgspec.Struct, frozen=True):
    """One version of one thing. ``version`` 0: whatever it is now."""

    kind: str
    id: int
    version: int = 0
    author_id: int | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a member reports: an account, and perhaps posts of it."""

    target_id: int
    post_ids: tuple[int, ...] = ()
    comment: str = ""
    category: str = "other"
    harm: str = ""  # key of a house rule
    threat_to_life: bool = False
    rule_ids: tuple[int, ...] = ()
    forward: bool = False
    channel: Channel = "api"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody without an account reports (DSA Art 16). Name and mail may be left out for child safety alone."""

    urls: tuple[str, ...]
    reasons: str
    harm: str = ""
    name: str = ""
    email: str = ""
    good_faith: bool = False
    threat_to_life: bool = False
    legal_basis: str = ""
    locale: str = "en"
    language: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What whoever reports gets at once. ``token`` opens the public state; members have none."""

    intake_id: int
    case_id: int
    received_at: int
    token: str = ""


class OwnReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as its author sees it. ``stage``: received, in_review, decided."""

    id: int
    target_id: int | None
    post_ids: tuple[int, ...]
    comment: str
    category: str
    harm: str
    rule_ids: tuple[int, ...]
    forward: bool
    stage: str
    outcome: str | None  # upheld, partly, dismissed, void
    deadline: int | None
    received_at: int
    decided_at: int | None
    items: tuple["OwnItem", ...]


class OwnItem(msgspec.Struct, frozen=True):
    """What became of one thing that was reported: nothing of its author is in here."""

    claim: str
    state: ItemState
    settled_at: int | None


class Part(msgspec.Struct, frozen=True):
    """One part of a priority: how much it adds, and the figure that it comes from."""

    name: str  # severity, deadline, reach, score, reliability, ageing
    points: int
    because: str


class Priority(msgspec.Struct, frozen=True):
    """Why a case stands where it stands."""

    total: int
    parts: tuple[Part, ...]


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One deadline of a case. ``number`` is the version of its row in the register, ``target`` the house's own goal."""

    id: int
    obligation: str
    number: int
    target: bool
    ends: str
    state: ClockState
    started_at: int
    half_at: int
    late_at: int
    due_at: int
    paused_at: int | None
    taken_by: int | None
    taken_at: int | None
    page_at: int | None
    met_at: int | None
    late: bool
    pause_reason: str | None
    pause_proof: str | None
    version: int
    titles: dict[str, str]  # what is owed, by language
    source: str  # where that is written
    pauses: tuple[str, ...]  # reasons for which it may stand still
    anew: bool  # whether it then begins again from zero

    def title(self, language: str) -> str:
        """What is owed, in a language or English."""
        return self.titles.get(language) or self.titles.get("en") or self.obligation


class Lease(msgspec.Struct, frozen=True):
    """Who works on a case, and until when nobody else does."""

    id: int
    case_id: int
    holder_id: int
    until: int
    renewals: int


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a case is about."""

    id: int
    case_id: int
    subject: Subject | None
    subject_id: int | None
    snapshot_id: int | None
    claim: str
    resolution: str
    state: ItemState
    duplicate_of: int | None
    decision_id: int | None
    evidence_hash: str | None
    note: str
    settled_by: int | None
    settled_at: int | None
    version: int


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """One report, notice or flag as staff sees it. ``counts``: an independent voice, not an echo of another one."""

    id: int
    case_id: int
    channel: Channel
    authority: Authority
    verified: bool
    reporter_id: int | None
    provider: str | None
    provider_reference: str | None
    category: str
    harm: str
    threat_to_life: bool
    comment: str
    rule_ids: tuple[int, ...]
    forward: bool
    language: str | None
    target_id: int | None
    counts: bool
    weight_permille: int
    source: str | None
    policy: str | None
    severity: int
    score_permille: int | None
    signal_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    outcome: str | None
    received_at: int


class Note(msgspec.Struct, frozen=True):
    """What staff wrote down about a case."""

    id: int
    author_id: int
    text: str
    created_at: int


class CaseEvent(msgspec.Struct, frozen=True):
    """One thing that happened to a case."""

    id: int
    actor_id: int | None
    kind: str
    detail: dict[str, Any]
    created_at: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as the queue lists it. ``subject`` is the first thing it is about."""

    id: int
    state: CaseState
    severity: int
    severity_by: str  # claim, support, staff
    policy: str
    category: str
    queue: str
    author_id: int | None
    assigned_to: int | None
    holder_id: int | None
    held_until: int | None
    human: bool
    machine: bool
    language: str | None
    priority: Priority
    intakes: int
    reporters: int
    pending_items: int
    group_key: str
    due_at: int | None
    opened_at: int
    first_action_at: int | None
    decided_at: int | None
    closed_at: int | None
    decided_by: int | None
    automated: bool
    drill: bool
    version: int
    subject: Subject | None
    subject_text: str  # its beginning, of the snapshot's time


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one case. ``copies`` is how many other open cases hold the same text."""

    case: Case
    items: tuple[Item, ...]
    intakes: tuple[Intake, ...]
    clocks: tuple[Clock, ...]
    notes: tuple[Note, ...]
    events: tuple[CaseEvent, ...]
    lease: Lease | None
    copies: int
    earlier: tuple[int, ...]  # closed cases about the same author, newest first


class SnapshotMedia(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a snapshot. The bytes stay where they are, kept as long as the case needs them."""

    id: int
    kind: str
    mime: str
    description: str | None
    file_key: str | None
    preview_key: str | None
    sha256: tuple[str, ...] = ()  # of the bytes as sent and as served
    looks: tuple[str, ...] = ()  # by which nearly the same picture is recognised


class SnapshotPost(msgspec.Struct, frozen=True, kw_only=True):
    """A post around the one that a snapshot shows."""

    id: int
    author_id: int
    author_name: str
    text: str
    spoiler_text: str
    created_at: int
    relation: str  # parent, quoted, before


class SnapshotContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a subject looked like when it was first reported or held."""

    kind: str
    ref_id: int
    version: int
    author_id: int | None
    author_name: str
    author_display_name: str
    author_state: str
    author_role: str
    author_created_at: int
    author_followers: int
    author_statuses: int
    text: str
    spoiler_text: str
    fields: dict[str, str] = {}  # of a profile, list, tag or link: name to text
    views: dict[str, str] = {}  # the normalised texts that scoring saw
    language: str | None = None
    visibility: str = ""
    state: str = ""  # of the post when the snapshot was taken
    created_at: int = 0
    edited_at: int | None = None
    media: tuple[SnapshotMedia, ...] = ()
    poll_options: tuple[str, ...] = ()
    card_url: str | None = None
    context: tuple[SnapshotPost, ...] = ()
    replies: int = 0
    reblogs: int = 0
    favourites: int = 0
    taken_at: int = 0


class SnapshotView(msgspec.Struct, frozen=True):
    """A snapshot, opened. ``digest`` is the SHA-256 of its content."""

    id: int
    subject: Subject
    digest: str
    reason: str
    content: SnapshotContent
    created_at: int


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list shows; empty means any. There is no filter by score or priority (I6)."""

    states: tuple[str, ...] = OPEN_STATES
    severities: tuple[int, ...] = ()
    policies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    queue: str = ""
    source: Literal["", "human", "machine"] = ""
    assigned: Literal["", "me", "nobody", "others"] = ""
    language: str = ""
    author_id: int = 0
    reporter_id: int = 0
    group_key: str = ""
    order: Order = "priority"


class SavedFilter(msgspec.Struct, frozen=True):
    """A filter that a moderator keeps under a name."""

    id: int
    name: str
    filter: QueueFilter


class Exposure(msgspec.Struct, frozen=True):
    """How much a moderator looked at today; ``rest`` says that a break would be good now."""

    items: int
    grave: int
    stretch_items: int
    stretch_minutes: int
    rest: bool


class Workload(msgspec.Struct, frozen=True, kw_only=True):
    """What one member of staff has before them and did in the last 24 hours."""

    account_id: int
    assigned: int
    holding: int
    decided: int
    items_viewed: int
    median_handling_s: int | None
