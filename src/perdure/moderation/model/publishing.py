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


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """So many decisions that are alike in everything that a yearly report tells apart."""

    outcome: str
    ground: str | None
    source: str
    category: str
    visibility: tuple[str, ...]
    account: str | None
    provision: str | None
    monetary: str | None
    automated_detection: bool
    automated_decision: str
    under_order: bool
    count: int


class Notices(msgspec.Struct, frozen=True, kw_only=True):
    """So many notices or reports of one authority and house rule that had one outcome, or none yet.

    ``minutes`` is how long each that was decided took from receipt, by the minute: (minutes, how many).
    """

    authority: str
    policy: str
    outcome: str
    verified: bool
    count: int
    minutes: tuple[tuple[int, int], ...]


class Complaints(msgspec.Struct, frozen=True, kw_only=True):
    """So many appeals of one kind, party, ground of what was decided, and outcome (``filed`` and so on while open).

    ``hours`` is how long each that was decided took: (hours, how many).
    """

    kind: str
    party: str
    ground: str
    outcome: str
    automated: bool
    count: int
    hours: tuple[tuple[int, int], ...]


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """What one automated means brought before people in one language, and how often they agreed."""

    source: str
    language: str
    found: int
    right: int
    wrong: int


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """So many warnings or suspensions against misuse (DSA Art 23) of one role."""

    role: str
    kind: str
    count: int


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """What a period holds: made from the rows of decisions, notices and appeals, rehearsals left out.

    ``categories`` says to which category of the DSA each of the site's rules belongs, by its key.
    """

    decisions: tuple[Count, ...]
    notices: tuple[Notices, ...]
    complaints: tuple[Complaints, ...]
    tools: tuple[Tool, ...]
    measures: tuple[Measures, ...]
    categories: dict[str, str]
