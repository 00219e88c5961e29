"""When an entry of the bank hits so much that it must be wrong: a greeting by mistake, or a trap somebody set.

Only people who have been here for a while count: a raid of fresh accounts is what the bank is for, and must not switch
it off. What established people have said for weeks is no violation that somebody copies.
"""

from typing import Final

from perdure.signals.rules.chance import poisson_tail

_FACTOR: Final = 10.0  # times the usual: safety.md §9.2 on hash banks
_USUAL: Final = 0.5  # established people an hour of an entry about which nothing is known yet
_UNLIKELY: Final = 1e-6
_FEWEST: Final = 12
_SWEPT_PEOPLE: Final = 30
_SWEPT_DAYS: Final = 14


def too_many(now: int, before: int, hours: float) -> str | None:
    """Why an entry must rest, if it must.

    ``now`` established people said its text in the last hour, ``before`` in the ``hours`` before that.
    """
    usual = max(_USUAL, (before + _USUAL) / max(hours, 1.0))
    if now < _FEWEST or poisson_tail(now, _FACTOR * usual) >= _UNLIKELY:
        return None
    return f"{now} established people in an hour, where {usual:.1f} are usual"


def long_known(said: list[tuple[int, int]]) -> str | None:
    """Why a banned text must rest: exact copies as (account, day) that were there before show it to be in daily use."""
    people, days = len({account for account, _ in said}), len({day for _, day in said})
    if people < _SWEPT_PEOPLE or days < _SWEPT_DAYS:
        return None
    return f"{people} people have said it on {days} different days"
