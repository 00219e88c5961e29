"""What a decision, its effects, and an appeal against it are to the rest of the program (safety.md §2.1, §4.1)."""

from typing import Any, Final, Literal

import msgspec

Ground = Literal["illegal", "incompatible"]
Outcome = Literal["restricted", "warned", "no_violation", "reversed", "amended"]
Automated = Literal["fully", "partially", "not"]
Source = Literal["article_16", "trusted_flagger", "other_notification", "voluntary"]
ScopeOf = Literal["content", "account", "both", "none"]
ActKind = Literal[
    "hold",
    "hide",
    "limit",
    "sensitive",
    "label",
    "warn",
    "account_sensitive",
    "account_label",
    "account_freeze",
    "account_limit",
    "account_suspend",
    "account_ban",
    "trend_block",
]
CONTENT_ACTS: Final[frozenset[str]] = frozenset({"hold", "hide", "limit", "sensitive", "label"})
ACCOUNT_ACTS: Final[frozenset[str]] = frozenset(
    {
        "account_sensitive",
        "account_label",
        "account_freeze",
        "account_limit",
        "account_suspend",
        "account_ban",
    }
)
LabelSeverity = Literal["inform", "alert", "none"]
LabelBlur = Literal["content", "media", "none"]
PolicyState = Literal["draft", "published", "superseded"]
NoticeState = Literal["due", "rendered", "sent", "delivered", "bounced", "suppressed"]
Audience = Literal["author", "notifier", "provider", "authority", "tdb", "public"]
AppealState = Literal["filed", "assigned", "read", "upheld", "overturned", "partly"]
Verdict = Literal["upheld", "overturned", "partly"]
HoldReason = Literal["legal", "tco", "ncmec", "appeal", "dispute", "provider"]
LABEL_ACTS: Final[frozenset[str]] = frozenset({"label", "account_label"})
UNDO_MS: Final = 30_000


class LabelInput(msgspec.Struct, frozen=True, kw_only=True):
    """A label with its interstitial. Either ``until`` (ms) or ``permanent``; ``reason`` is read by everybody (I15)."""

    value: str
    reason: str
    severity: LabelSeverity = "alert"
    blur: LabelBlur = "content"
    until: int | None = None
    permanent: bool = False


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a decision does. Without ``ref`` it falls on what the case items are about, or on their author.

    ``until`` (ms) ends it by itself; None: until it is reversed. A suspension needs ``until``, a ban has none.
    """

    kind: ActKind
    ref: tuple[str, int] | None = None  # (subject kind, id)
    until: int | None = None
    label: LabelInput | None = None


class DecisionInput(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever decides fills in. None where nothing was said: such an input is refused, the field named."""

    policy: str = ""  # key of a house rule
    acts: tuple[Act, ...] = ()  # none: no violation
    item_ids: tuple[int, ...] = ()  # none: every pending item of the case
    ground: Ground | None = None
    legal_ground: str = ""  # the law, or the clause of the rules (≤ 500); empty: the title of the policy
    explanation: str = ""  # why the ground applies (≤ 2,000); the author reads it
    also_illegal: bool = False
    reference_url: str = ""
    facts: str = ""  # what happened (≤ 5,000); the author reads it
    scope: ScopeOf | None = None
    territories: tuple[str, ...] = ()  # none: every country of the European Economic Area
    automated_detection: bool | None = None
    automated_decision: Automated | None = None
    source: Source | None = None  # None: as the case's intakes say
    source_identity: str = ""  # organisations only
    category: str = ""  # of the DSA; empty: the policy's
    category_additions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()  # none: the policy's
    keyword_other: str = ""
    content_types: tuple[str, ...] = ()  # none: as what it is about shows
    content_type_other: str = ""
    content_language: str | None = None
    visibility_other: str = ""
    monetary: str | None = None
    monetary_other: str = ""
    monetary_until: int | None = None
    provision: str | None = None
    provision_until: int | None = None
    account_type: str | None = None
    strike: bool | None = None  # None: as the policy says
    provider_clauses: tuple[str, ...] = ()
    suppressed_by: str = ""  # reference of the order that forbids telling the author
    suppressed_until: int | None = None
    by_mail: bool = True  # the statement is in the app in any case
    key: str = ""  # idempotency key of the caller


class Decided(msgspec.Struct, frozen=True):
    """What was decided: one decision for each thing it is about, and until when (ms) one keystroke takes all back."""

    batch_id: int
    decision_ids: tuple[int, ...]
    undo_until: int


class PolicyText(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one house rule. Texts by language."""

    id: int
    key: str
    number: int
    state: PolicyState
    severity: int
    category: str  # of the DSA, without STATEMENT_CATEGORY_
    keyword: str  # without KEYWORD_
    strike_weight: int
    strike_days: int | None  # None: it never expires
    label_only: bool
    titles: dict[str, str]
    texts: dict[str, str]
    effective_at: int | None
    published_at: int | None
    superseded_at: int | None
    created_at: int
    version: int

    def title(self, locale: str) -> str:
        """The rule's name in a language, in English where there is no other."""
        return self.titles.get(locale) or self.titles["en"]

    def text(self, locale: str) -> str:
        """The rule in a language, in English where there is no other."""
        return self.texts.get(locale) or self.texts["en"]


class PolicyDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What staff writes for a new version of a house rule."""

    key: str
    severity: int
    category: str
    keyword: str
    strike_weight: int = 0
    strike_days: int | None = 90
    label_only: bool = False
    titles: dict[str, str] = {}
    texts: dict[str, str] = {}


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An action as it stands. ``state``: planned, active, ended, reversed."""

    id: int
    kind: ActKind
    subject_kind: str
    ref_id: int
    state: str
    starts_at: int
    until: int | None
    permanent: bool
    label: LabelInput | None
    reversed_at: int | None


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision with everything that is owed to the author. ``actor_id`` is for staff alone (I14)."""

    id: int
    batch_id: int
    case_id: int | None
    subject_kind: str
    subject_ref: int
    subject_version: int
    author_id: int | None
    snapshot_id: int | None
    outcome: Outcome
    actor_id: int | None
    policy: PolicyText | None
    ground: Ground | None
    legal_ground: str
    explanation: str
    also_illegal: bool
    reference_url: str
    facts: str
    category: str
    category_additions: tuple[str, ...]
    keywords: tuple[str, ...]
    visibility: tuple[str, ...]
    account: str | None
    territories: tuple[str, ...]
    content_types: tuple[str, ...]
    content_language: str | None
    content_date: int
    application_date: int
    source: Source
    automated_detection: bool
    automated_decision: Automated
    provider_clauses: tuple[str, ...]
    supersedes: int | None
    appeal_id: int | None
    signal_ids: tuple[int, ...]
    puid: str
    created_at: int
    acts: tuple[ActView, ...] = ()
    strike_weight: int = 0
    strike_until: int | None = None
    reversed_by: int | None = None  # the decision that took this one back
    appeal: "AppealView | None" = None
    appeal_until: int = 0


class StrikeView(msgspec.Struct, frozen=True):
    """A strike that counts or counted. It is recomputed from decisions, never counted by hand."""

    decision_id: int
    account_id: int
    policy: str
    weight: int
    until: int | None
    created_at: int
    counts: bool


class Standing(msgspec.Struct, frozen=True):
    """What an account's strikes add up to, and what the house proposes for it (nothing, warn, freeze, suspend, ban)."""

    total: int
    strikes: tuple[StrikeView, ...]
    proposal: str
    proposal_days: int | None


class AppealView(msgspec.Struct, frozen=True, kw_only=True):
    """An appeal. Who decided first and who reviews is for staff alone (I14)."""

    id: int
    decision_id: int
    case_id: int | None
    kind: str
    party: Literal["author", "notifier"]
    appellant_id: int | None
    text: str
    state: AppealState
    reviewer_id: int | None
    read_at: int | None
    read_verdict: str | None
    read_note: str
    outcome_text: str
    exception: str  # why nobody may review it here, or empty
    decided_at: int | None
    due_at: int
    created_at: int
    version: int


class AppealRead(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer sees. ``decision`` and ``appeal.text`` stay away until the first read is recorded."""

    appeal: AppealView
    snapshot_id: int | None
    policy: PolicyText | None
    decision: DecisionView | None


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is told about a decision or an appeal, and how far it got."""

    id: int
    decision_id: int | None
    appeal_id: int | None
    audience: Audience
    account_id: int | None
    channel: str
    kind: str
    locale: str
    state: NoticeState
    subject: str
    body: str
    created_at: int
    sent_at: int | None


class Preservation(msgspec.Struct, frozen=True, kw_only=True):
    """Why something must not be erased, and until when (None: until it is released)."""

    id: int
    subject_kind: str
    ref_id: int
    case_id: int | None
    reason: HoldReason
    reference: str
    until: int | None
    state: str  # active, released, expired
    created_at: int


class EvasionLink(msgspec.Struct, frozen=True, kw_only=True):
    """Why an account may belong to somebody who was banned. A person decides; the score is 0 to 1,000."""

    id: int
    account_id: int
    banned_id: int
    score_permille: int
    evidence: tuple[dict[str, Any], ...]  # kind: email, device, network, text, copy, invited_by
    state: str  # open, confirmed, dismissed
    created_at: int


class WarningPreset(msgspec.Struct, frozen=True, kw_only=True):
    """A text that staff's apps put in front of their own words."""

    id: int
    title: str
    text: str
    updated_at: int
    version: int


class AppealFigures(msgspec.Struct, frozen=True):
    """Figures about appeals: how many, how they ended, and how long the middle one took (ms)."""

    filed: int
    open: int
    overturned: int
    decided: int
    median_ms: int | None
    p95_ms: int | None
