"""What may be published of decisions: codes, dates and the text of rules; nobody's name, nothing that staff wrote."""

import msgspec


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A decision as the public copy of its statement of reasons needs it (safety.md §4.1). Times in ms.

    ``rule_title`` and ``rule_text`` are those of the policy version, in English. ``legal_ground`` was written by staff:
    whoever publishes it takes personal data out. ``under_order``: an authority ordered it; ``suppressed``: an order
    forbids telling the author for now; ``undone``: taken back before anybody was told.
    """

    decision_id: int
    puid: str
    outcome: str
    subject_kind: str
    policy: str
    rule_title: str
    rule_text: str
    visibility: tuple[str, ...]
    visibility_other: str
    monetary: str | None
    monetary_other: str
    provision: str | None
    account: str | None
    account_type: str | None
    end_visibility_at: int | None
    end_monetary_at: int | None
    end_service_at: int | None
    end_account_at: int | None
    ground: str | None
    legal_ground: str
    also_illegal: bool
    reference_url: str
    category: str
    category_additions: tuple[str, ...]
    keywords: tuple[str, ...]
    keyword_other: str
    content_types: tuple[str, ...]
    content_type_other: str
    content_at: int
    applied_at: int
    language: str
    territories: tuple[str, ...]
    source: str
    source_identity: str
    automated_detection: bool
    automated_decision: str
    facts: str
    drill: bool
    under_order: bool
    suppressed: bool
    undone: bool
    supersedes: int | None
    created_at: int
