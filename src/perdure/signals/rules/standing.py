"""How many people who do not belong together stand behind something."""

from collections.abc import Iterable
from typing import Final

from perdure.accounts.service.grounds import Ground

ESTABLISHED_MS: Final = 3 * 86_400_000
MIN_CLUSTERS: Final = 2
# A trend needs more people the more there are: (sites with fewer active accounts than, people).
_NEEDED: Final = ((50, 2), (500, 3))
_NEEDED_ELSE: Final = 5
COUNTED: Final = 500
"""Counting active accounts further changes nothing."""


def needed(active: int) -> int:
    """How many established accounts a trend needs on a site with so many active ones."""
    return next((people for below, people in _NEEDED if active < below), _NEEDED_ELSE)


def established(grounds: Iterable[Ground], now: int) -> list[Ground]:
    """Those that are active, at least three days old and not kept from strangers."""
    return [
        one for one in grounds if one.state == "active" and not one.limited and one.created_at <= now - ESTABLISHED_MS
    ]


def clusters(grounds: Iterable[Ground]) -> int:
    """How many groups accounts fall into that share nothing.

    Those whom the same member invited, that member, and those who come from the same network are one group: one person
    with many accounts, or a group called together, is one voice. What is shared is followed through (union-find).
    """
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parents.setdefault(name, name)) != name:
            parents[name] = name = parents[above]
        return name

    names = []
    for one in grounds:
        names.append(f"account {one.id}")
        shared = [f"network {network}" for network in one.networks]
        shared += [f"account {one.inviter_id}"] if one.inviter_id is not None else []
        for other in shared:
            parents[root(names[-1])] = root(other)
    return len({root(name) for name in names})
