"""What a text is recognised by when somebody says it again, and how like two texts are."""

import re
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from perdure.signals.rules import grams
from perdure.signals.rules.normalise import Views, may_hold, views

Manner = Literal["exact", "near"]
QUOTED: Final = 0.8
"""Containment from which on a text holds the other one whole: somebody quotes it."""
MIN_LETTERS: Final = 8
"""Texts of fewer letters are not remembered: too many people say the same."""
_MIN_QUOTED: Final = 20  # grams of a text that may be looked for inside longer ones
_LONGEST_QUOTE: Final = 4  # a quotation in a text more than so many times as long is not looked for
_OPENING: Final = "\"'«»“”„‚‘’‹›「」『』"
# What people put around a text: somebody's name, a link, a hashtag, pictures and signs.
_DRESSING: Final = re.compile(r"(?:@[\w.@-]+|https?://\S+|www\.\S+|#\w+|[^\w\s\"'«»“”„‚‘’‹›「」『』]+)\Z")


class Fingerprint(msgspec.Struct, frozen=True):
    """What a text is recognised by.

    ``words_key`` is of its folded words in order; ``core_key`` of those left when names, links, hashtags and signs at
    its ends are taken away; ``joined_key`` of the letters alone, which nothing may be held for (safety.md §4.4).
    ``core_bans`` tells whether what is left says as much as the whole: no hashtag was taken away, and it is long.
    """

    words_key: int
    core_key: int
    joined_key: int
    grams: frozenset[int]
    letters: int
    holdable: bool
    core_bans: bool
    quoted: bool

    @property
    def stored_keys(self) -> frozenset[int]:
        """Under which keys the text is kept."""
        return frozenset((self.joined_key, *grams.stored_keys(self.grams)))

    @property
    def asked_keys(self) -> frozenset[int]:
        """By which keys it asks for others."""
        return frozenset((self.joined_key, *grams.asked_keys(self.grams)))


class Likeness(msgspec.Struct, frozen=True):
    """How like a text is to a banned one: ``exact`` may hold it, ``near`` is for a person; ``score`` is 0 to 1."""

    manner: Manner
    score: float


def fingerprint(text: str, seen: Views | None = None) -> Fingerprint | None:
    """What a text is recognised by; None for one that says too little. ``seen`` are its views where they exist."""
    whole = seen or views(text)
    if len(whole.joined) < MIN_LETTERS:
        return None
    core_text, without_tag, quoted = undressed(text)
    core = whole if core_text == text.strip() else views(core_text)
    if len(core.joined) < MIN_LETTERS:
        core = whole
    holdable = may_hold(whole)
    return Fingerprint(
        words_key=grams.exact_key(whole.words),
        core_key=grams.exact_key(core.words),
        joined_key=grams.exact_key(core.joined),
        grams=grams.grams(core.joined),
        letters=len(core.joined),
        holdable=holdable,
        core_bans=holdable and not without_tag and may_hold(core),
        quoted=quoted,
    )


def undressed(text: str) -> tuple[str, bool, bool]:
    """A text without names, links, hashtags and signs at its ends; whether a hashtag went; whether it is quoted."""
    words = text.split()
    first, last, tagged = 0, len(words), False
    while first < last and _DRESSING.match(words[first]):
        tagged = tagged or words[first].startswith("#")
        first += 1
    while last > first and _DRESSING.match(words[last - 1]):
        tagged = tagged or words[last - 1].startswith("#")
        last -= 1
    core = " ".join(words[first:last])
    quoted = len(core) > 1 and core[0] in _OPENING and core.rstrip(".!?…")[-1:] in _OPENING
    return core, tagged, quoted


def likeness(banned: Fingerprint, other: Fingerprint) -> Likeness | None:
    """How like a text is to a banned one, if it is.

    Exact is only what says the same words from beginning to end, whatever stands around them, and is no quotation.
    """
    same = banned.words_key in {other.words_key, other.core_key}
    same = same or (banned.core_bans and banned.core_key == other.core_key)
    if same and banned.holdable and other.holdable and not other.quoted:
        return Likeness("exact", 1.0)
    if same or banned.joined_key == other.joined_key:
        return Likeness("near", 1.0)
    score = grams.jaccard(banned.grams, other.grams)
    if score >= grams.NEAR:
        return Likeness("near", score)
    if len(banned.grams) < _MIN_QUOTED or len(other.grams) > _LONGEST_QUOTE * len(banned.grams):
        return None
    held = grams.containment(banned.grams, other.grams)
    return Likeness("near", held) if held >= QUOTED else None


def closest(banned: Fingerprint, others: Iterable[Fingerprint | None]) -> Likeness | None:
    """The strongest likeness between a banned text and the texts of one subject."""
    found = [like for one in others if one is not None and (like := likeness(banned, one)) is not None]
    return max(found, key=lambda like: (like.manner == "exact", like.score), default=None)
