"""Where a case stands in the queue: a sum of parts, each of which is stored and shown (safety.md §6.1, I6). Pure.

The number of reports is no part of it. Ageing grows alike for every case, so that the order between two cases never
changes by it and one stored key serves the queue: ``sort_key = ageing × opened − parts``. The part for the deadline
grows in steps, which the clocks' own transitions take.
"""

import math
from collections.abc import Mapping
from typing import Final

from perdure.moderation.model import Part, Priority

_SEVERITY: Final[Mapping[int, int]] = {0: 4000, 1: 1200, 2: 500, 3: 100}
# Past four fifths of its time a case stands before every fresh one but those of sev-0.
_DEADLINE: Final[Mapping[str, int]] = {
    "running": 0,
    "paused": 0,
    "met": 0,
    "warned50": 300,
    "warned80": 2200,
    "missed": 2600,
}
_WORDS: Final = {
    "running": "less than half of its time is over",
    "paused": "its clock is paused",
    "met": "no clock runs",
    "warned50": "half of its time is over",
    "warned80": "four fifths of its time are over",
    "missed": "its time is over",
}
AGEING_PER_HOUR: Final = 12
_HOUR_MS: Final = 3_600_000
REACH_MOST: Final = 300
SCORE_MOST: Final = 300
RELIABILITY_MOST: Final = 200


def severity_part(severity: int, severity_by: str) -> Part:
    """How grave it is, and who says so."""
    return Part("severity", _SEVERITY[severity], f"sev-{severity}, {severity_by}")


def deadline_part(state: str) -> Part:
    """How near its strictest deadline is; ``state`` is that clock's."""
    return Part("deadline", _DEADLINE[state], _WORDS[state])


def reach_part(per_hour: float, basis: str) -> Part:
    """How many see it in an hour, on a logarithmic scale: 10,000 an hour is the most."""
    points = min(REACH_MOST, round(REACH_MOST * math.log10(1 + max(0.0, per_hour)) / 4))
    return Part("reach", points, f"about {per_hour:.0f} an hour, from {basis}")


def score_part(permille: int | None) -> Part:
    """What the calibrated score adds; nothing where no machine saw it."""
    if permille is None:
        return Part("score", 0, "not scored")
    return Part("score", round(SCORE_MOST * permille / 1000), f"score {permille / 1000:.2f}")


def reliability_part(weights_permille: tuple[int, ...]) -> Part:
    """What the reporters' records add: the best of them, not their number."""
    if not weights_permille:
        return Part("reliability", 0, "nobody reported it")
    best = max(weights_permille)
    return Part("reliability", round(RELIABILITY_MOST * best / 1000), f"a reporter is right in {best / 10:.0f} of 100")


def sort_key(parts: tuple[Part, ...], opened_at: int) -> int:
    """What the queue is ordered by, lowest first: the order by total at any moment. In thousandths of a point."""
    return 1000 * AGEING_PER_HOUR * opened_at // _HOUR_MS - 1000 * sum(part.points for part in parts)


def priority(parts: tuple[Part, ...], opened_at: int, now: int) -> Priority:
    """The parts with ageing as it stands now."""
    hours = max(0, now - opened_at) / _HOUR_MS
    ageing = Part("ageing", round(AGEING_PER_HOUR * hours), f"open for {hours:.1f} h")
    all_parts = (*parts, ageing)
    return Priority(sum(part.points for part in all_parts), all_parts)
