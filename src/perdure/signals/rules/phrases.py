"""Phrases that follow each other inside what an author says himself: one sentence, outside quotation marks.

Linear in the text's length, whatever it says.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from perdure.signals.rules.normalise import Views, views


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Before or between the parts of a threat these undo it: "I will never hurt you".
_DENIALS: Final = _set(
    "not never dont wont cant wouldnt shouldnt didnt doesnt isnt arent aint cannot won don doesn wouldn couldn shouldn "
    "isn aren wasn weren didn ain nobody neither pas jamais ne n sans"
)
# Here somebody else begins to act: "I will find out whether they hurt you".
_OTHERS: Final = _set("they he she it if whether who which what how because ils elle il elles qui que si")
# What is denied here is the joke: "I'm not joking, I will hurt you".
_IN_EARNEST: Final = _set(
    "joking kidding playing lying bluffing care dare mind matter wait fuck shit scared afraid "
    "rigole plaisante deconne blague mens fous peur"
)
# Words that nearly every text has: an index by them saves nothing.
_COMMON: Final = _set(
    "a all am an and are at be by de des do du et for get going have he her him i il in is it je la le les ll me my of "
    "on or our re s she so t te that the their them they this to tu u un une us va vais vous want was we will with you "
    "your @ gonna should someone somebody everyone people would could can hope must need needs time see know like just "
    "against only down under after into watch still back over than then some been being more because about from "
    "not no one up out who what when where how if house family make put take get never won every ll there his man new "
    "tout tous pour dans qui que pas est sont son sa ses faire fait plus avec mais ou comme bien"
)
_MOST_TOKENS: Final = 700
_QUOTED: Final = re.compile(
    r"“[^”]*”|«[^»]*»|„[^“”]*[“”]|(?<!\w)\"[^\"\n]*\"|(?<!\w)'[^'\n]{3,}'(?!\w)|(?<!\w)‘[^’\n]{3,}’(?!\w)|^[ \t]*>.*$",
    re.MULTILINE,
)
_MARKS: Final = re.compile("[\"“«„‘>]|(?<!\\w)'")
_END: Final = re.compile(r"[.!?…;]+(?=\s)|\n+|\s[-–—]\s")
Span = tuple[int, int]


def sentences(seen: Views) -> list[list[str]]:
    """The folded words of each sentence that the author says himself, and of each clause between commas."""
    said = _QUOTED.sub(" . ", seen.raw) if _MARKS.search(seen.raw) else seen.raw
    parts = _END.split(said)
    if len(parts) == 1 and said is seen.raw and "," not in said:
        return [seen.tokens[:_MOST_TOKENS]]
    parts += [clause for part in parts if "," in part for clause in part.split(",")]
    return [made.tokens[:_MOST_TOKENS] for part in parts if (made := views(part)).words]


class Phrases:
    """A list of words and phrases, ready to be looked for. ``@`` stands for anybody mentioned."""

    __slots__ = ("_by_first", "_mention", "needs")

    def __init__(self, items: Iterable[str]) -> None:
        found = [tuple(views(item).tokens) for item in items if item != "@"]
        self._mention = len(found) != len(tuple(items))
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for tokens in found:
            by_first.setdefault(tokens[0], []).append(tokens)
        self._by_first = by_first
        self.needs = frozenset(max(tokens, key=telling) for tokens in found) | ({"@"} if self._mention else frozenset())
        """Words one of which stands in any text that has one of the phrases."""

    def ends(self, tokens: Sequence[str], at: int) -> list[int]:
        """Where phrases that begin at a word end (exclusive)."""
        found = self._by_first.get(tokens[at])
        if found is None:
            return [at + 1] if self._mention and tokens[at][0] == "@" else []
        return [at + len(one) for one in found if len(one) == 1 or tuple(tokens[at : at + len(one)]) == one]


def sequence(tokens: Sequence[str], parts: Sequence[Phrases], gap: int, last: int) -> Span | None:
    """The first stretch in which the parts follow each other, or None.

    At most ``gap`` words stand between two parts, ``last`` before the last one. A denial before or between them breaks
    the sequence, and so does somebody else who begins to act.
    """
    reached = {
        end: at for at in range(len(tokens)) for end in parts[0].ends(tokens, at) if not _denied(tokens, at)
    }  # end → where it began
    for place, part in enumerate(parts[1:], 2):
        if not reached:
            return None
        reached = _next(tokens, reached, last if place == len(parts) else gap, part)
    return min(((at, end) for end, at in reached.items()), default=None)


def _next(tokens: Sequence[str], reached: Mapping[int, int], within: int, part: Phrases) -> dict[int, int]:
    following: dict[int, int] = {}
    for end, start in reached.items():
        for at in range(end, min(end + within + 1, len(tokens))):
            for after in part.ends(tokens, at):
                following[after] = max(start, following.get(after, 0))
            if tokens[at] in _DENIALS or tokens[at] in _OTHERS:
                break
    return following


def _denied(tokens: Sequence[str], start: int) -> bool:
    """Whether one of the three words before a place takes back what follows."""
    before = tokens[max(start - 3, 0) : start]
    return not _DENIALS.isdisjoint(before) and _IN_EARNEST.isdisjoint(before)


def telling(word: str) -> tuple[bool, int]:
    """How much it says that a word is there: the more, the better an index."""
    return word not in _COMMON, len(word)


def commonness(words: frozenset[str]) -> int:
    """How little it says that one of the words is there: the less, the better an index."""
    return len(words) + 100 * len(words & _COMMON)


def walk(tokens: list[str], groups: tuple[frozenset[str], ...], gap: int) -> tuple[int, int] | None:
    """First and last place of a word of each group in order, or None. Each start is followed greedily.

    A group that names ``@`` takes any mention.
    """
    if any("@" in group for group in groups):
        tokens = ["@" if token[0] == "@" else token for token in tokens]
    for start, token in enumerate(tokens):
        if token not in groups[0]:
            continue
        at = start
        for group in groups[1:]:
            step = next(
                (place for place in range(at + 1, min(at + 2 + gap, len(tokens))) if tokens[place] in group), -1
            )
            if step < 0:
                break
            at = step
        else:
            return start, at
    return None
