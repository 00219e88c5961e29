"""Texts that say the same or nearly: which of a handful belong together, for whoever decides about them at once."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from perdure.signals.rules.copies import Fingerprint, closest, fingerprint

K = TypeVar("K", bound=Hashable)


def groups(texts: Mapping[K, str], *, near: bool = True) -> dict[K, str]:
    """The group of each text by its key; texts that say too little have none.

    With ``near`` also nearly equal texts are together, which costs the square of how many different ones there are.
    """
    prints = {key: found for key, text in texts.items() if (found := fingerprint(text)) is not None}
    first: dict[int, Fingerprint] = {}
    for one in prints.values():
        first.setdefault(one.core_key, one)
    leader = _joined(first) if near else {key: key for key in first}
    return {key: f"{leader[one.core_key] & (2**64 - 1):016x}" for key, one in prints.items()}


def _joined(first: Mapping[int, Fingerprint]) -> dict[int, int]:
    """Each wording's leader: the first one that it is like."""
    leader: dict[int, int] = {}
    for key, one in first.items():
        like = next((other for other in dict.fromkeys(leader.values()) if closest(first[other], [one])), None)
        leader[key] = like if like is not None else key
    return leader
