"""What kinds of harm a report may name, and how grave each is. Pure. Source: safety.md §9.2."""

from collections.abc import Mapping
from typing import Final

from perdure.moderation.model import Category

SEVERITIES: Final = range(4)
"""The gravest is 0."""
SEVERITY: Final[Mapping[str, int]] = {
    "threat": 0,
    "terrorism": 0,
    "child_safety": 0,
    "incitement": 1,
    "armed_gathering": 1,
    "doxxing": 1,
    "harassment": 1,
    "self_harm": 1,
    "hate": 2,
    "slur": 2,
    "illegal": 2,
    "graphic": 2,
    "other": 2,
    "spam": 3,
    "impersonation": 3,
}
"""Keys of the house rules, with the severity of a claim that names one."""
_UNLAWFUL: Final = frozenset({"terrorism", "child_safety", "illegal"})
_OF_CATEGORY: Final = {"spam": "spam", "legal": "illegal", "violation": "other", "other": "other"}


def policy_of(category: str, harm: str) -> str:
    """The house rule that a report is most likely about."""
    return harm if harm in SEVERITY else _OF_CATEGORY.get(category, "other")


def category_of(policy: str) -> Category:
    """The category of the client API that a house rule belongs to."""
    return "spam" if policy == "spam" else "legal" if policy in _UNLAWFUL else "violation"


def severity_of(policy: str, *, threat_to_life: bool) -> int:
    """How grave a claim is until somebody looks at it."""
    return 0 if threat_to_life else SEVERITY.get(policy, 2)


def holds_when_missed(severity: int, severity_by: str) -> bool:
    """Whether a missed clock hides what the case is about until somebody decides.

    For sev-0 and sev-1, unless one person's word is all there is: otherwise a single report, sent while the staff
    sleeps, would silence anybody.
    """
    return severity <= 1 and severity_by != "claim"
