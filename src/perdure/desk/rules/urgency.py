"""What is hidden at once, before a person looked, and what deadline a letter's own words set. Pure."""

from collections.abc import Iterable
from typing import Final

from perdure.moderation.rules import harms

TRUSTED: Final = frozenset({"trusted_flagger", "provider", "member_state", "court"})
_HOLDS: Final = frozenset({"hold_review", "auto_hold"})
_HOUR_MS: Final = 3_600_000
_LEAST_VERIFIED_MS: Final = 300_000
_LEAST_UNVERIFIED_MS: Final = 4 * _HOUR_MS


def holds(*, action: str, severity: int, claimed: int, suspicious: bool, vouched: bool) -> bool:
    """Whether a published item is hidden until a person decides.

    ``severity`` and ``action`` are what scoring says, ``claimed`` what the letter does; ``vouched``: by a verified
    sender whose word counts. A claim alone hides nothing (I12); an order is obeyed elsewhere.
    """
    if severity == 0 and action in _HOLDS:
        return True
    return vouched and claimed == 0 and suspicious


def claimed_severity(policies: Iterable[str], *, threat_to_life: bool) -> int:
    """How grave a letter's claims are, at the gravest."""
    named = [policy for policy in policies if policy]
    return min((harms.severity_of(policy, threat_to_life=threat_to_life) for policy in named or ["other"]), default=2)


def own_limit_ms(
    *, received_at: int, deadline_ms: int | None, deadline_at: int | None, contract_ms: int | None, verified: bool
) -> int | None:
    """The time (ms from receipt) that a letter or its sender's contract leaves; None where neither says.

    Nobody unknown makes the whole staff run: what they ask for counts down to four hours.
    """
    given = [
        one for one in (deadline_ms, deadline_at - received_at if deadline_at is not None else None) if one is not None
    ]
    least = _LEAST_VERIFIED_MS if verified else _LEAST_UNVERIFIED_MS
    limits = [max(least, one) for one in given]
    if contract_ms is not None:
        limits.append(contract_ms)
    return min(limits, default=None)
