"""How often a reporter was right: a Beta posterior for each reporter and category, with shrinkage. Pure.

It weights a priority and never discards a report (safety.md §6.1).
"""

from typing import Final

import msgspec

# Before anybody decided anything: 10 to 50 % of reports are right elsewhere (safety.md §9.2).
_FIRST_MEAN: Final = 0.3
_SITE_STRENGTH: Final = 20.0
_OWN_STRENGTH: Final = 8.0
_OTHER_STRENGTH: Final = 4.0


class Record(msgspec.Struct, frozen=True):
    """How many reports were upheld and how many dismissed."""

    upheld: int = 0
    dismissed: int = 0


def mean(own: Record, own_elsewhere: Record, everybody: Record) -> float:
    """The posterior mean that a report is right.

    Everybody's record in the category shrinks to a first guess, the reporter's record in other categories to that,
    and the reporter's record in this category to the result.
    """
    site = _posterior(everybody, _FIRST_MEAN, _SITE_STRENGTH)
    elsewhere = _posterior(own_elsewhere, site, _OWN_STRENGTH)
    return _posterior(own, elsewhere, _OTHER_STRENGTH)


def _posterior(record: Record, prior: float, strength: float) -> float:
    return (record.upheld + prior * strength) / (record.upheld + record.dismissed + strength)
