"""Near-duplicates: four-character pieces of folded text, and the few keys by which near ones find each other.

Two texts are near where the sets of their pieces ("grams") overlap by half (Jaccard). To find near ones among millions
without looking at each, a text is stored under pairs of its rarest-ranked grams: a fixed order that has nothing to do
with language (a checksum), except that grams of the commonest words come last, ranks them. Near texts share most grams,
so they share low-ranked ones, and hence pairs; a question asks with more of its own pairs than are stored, which finds
what a few added words pushed down the ranks. Pairs, because single grams are shared by very many texts.
"""

import zlib
from collections.abc import Collection
from functools import lru_cache
from hashlib import blake2b
from heapq import nsmallest
from itertools import combinations
from typing import Final

NEAR: Final = 0.5
"""Jaccard from which on texts are near: finds 3 words added, 1 dropped or 2 swapped (safety.md §4.4)."""
_SIZE: Final = 4
_STORED: Final = 5  # ranks whose pairs a text is stored under: 10 keys
_ASKED: Final = 8  # and asks with: 28 keys
_COMMON_WORDS: Final = (
    "about after again alors also always apres aussi avant avec because been before being better both bien cause cela "
    "ces c'est cette come comme could dans depuis deux does doing donc down each elle encore entre est-ce etre even "
    "every everyone everybody faire fait first from getting going gonna good great have having here hello into it's "
    "jamais just know l'est last leur like little look love made mais make many more most much need never nous only "
    "other over parce peut people plus pour pourquoi quand quelque really right sans should some something still sont "
    "sous take tell than thank thanks that that's their them then there these they thing think this those through "
    "time today toujours tous tout toute tres under until very vous want well were what when where which while will "
    "with without would year years your you're yourself"
)


def _pieces(joined: str) -> frozenset[str]:
    if len(joined) <= _SIZE:
        return frozenset((joined,)) if joined else frozenset()
    return frozenset(joined[place : place + _SIZE] for place in range(len(joined) - _SIZE + 1))


_COMMON: Final = frozenset(
    piece for word in _COMMON_WORDS.split() for piece in _pieces("".join(filter(str.isalpha, word)))
)


@lru_cache(maxsize=1 << 16)
def _rank(piece: str) -> int:
    found = zlib.crc32(piece.encode()) >> 2
    return found | 1 << 30 if piece in _COMMON else found


def grams(joined: str) -> frozenset[int]:
    """The four-character pieces of a folded text without separators, as their ranks below 2**31.

    A text of fewer characters is its only piece.
    """
    return frozenset(map(_rank, _pieces(joined)))


def jaccard(one: Collection[int], other: frozenset[int]) -> float:
    """What two texts have in common as a share of all they have, 0 to 1."""
    shared = len(other.intersection(one))
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def containment(part: Collection[int], whole: frozenset[int]) -> float:
    """Which share of a text's grams another one holds: near 1 where it is quoted."""
    return len(whole.intersection(part)) / len(part) if part else 0.0


def _pairs(found: Collection[int], most: int) -> tuple[int, ...]:
    lowest = nsmallest(most, found)
    if len(lowest) == 1:
        lowest *= 2
    return tuple(one << 31 | other for one, other in combinations(lowest, 2))


def stored_keys(found: Collection[int]) -> tuple[int, ...]:
    """The keys under which a text is kept: 62-bit numbers, at most ten."""
    return _pairs(found, _STORED)


def asked_keys(found: Collection[int]) -> tuple[int, ...]:
    """The keys by which a text asks for near ones; they include those it would be stored under."""
    return _pairs(found, _ASKED)


def exact_key(text: str) -> int:
    """A 63-bit number for a whole text, apart from those of pairs by its top bit."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 2 | 1 << 62


def packed(found: Collection[int]) -> str:
    """Grams as text, eight hexadecimal digits each."""
    return "".join(f"{one:08x}" for one in sorted(found))


def unpacked(text: str) -> frozenset[int]:
    """What :func:`packed` made."""
    return frozenset(int(text[start : start + 8], 16) for start in range(0, len(text), 8))
