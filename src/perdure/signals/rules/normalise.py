"""Three views of a text: as written, folded into plain words, and those words run together.

Folding undoes what people do to slip past a word list (leet, homoglyphs, spaced and repeated letters, zero-width
characters) without destroying what they did not do: letters of every script stay, lookalikes are folded only where a
word mixes scripts, digits only where they stand among letters, and the text as written is kept beside it.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from perdure.signals.rules import letters
from perdure.signals.rules.letters import LINK, MENTION

# Below this a match says too little: "hit it" is a sentence of a hundred meanings.
MIN_HOLD_LETTERS: Final = 9
MIN_HOLD_WORDS: Final = 3


class Views(NamedTuple):
    """One text, seen three ways. All three are plain text; words are separated by one space.

    ``raw`` is the text in NFKC, nothing folded. In ``words`` a mention keeps its ``@``, a link is one word of its
    letters, a hashtag is the words it is made of. ``joined`` leaves out mentions, links and spaces: it finds what was
    torn apart, and also finds what never belonged together, so nothing may be held for it alone.
    """

    raw: str
    words: str
    joined: str

    @property
    def tokens(self) -> list[str]:
        """The folded words in their order."""
        return self.words.split(" ") if self.words else []


_URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MENTION: Final = re.compile(r"(?<![\w@/.])@(\w{1,30})(?:@[\w.-]+\w)?")
_TAG: Final = re.compile(r"#(\w+)")
_HUMP: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
_PIECE: Final = re.compile(r"\S+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_SPACED: Final = re.compile(r"(?<![\w'@#])[^\W_](?:[ .\-_*·•|/\\~+,]{1,3}[^\W_]){2,}(?![\w'])")
_SINGLE: Final = re.compile(r"[^\W_]")
_TORN: Final = re.compile(rf"[^\W\d_]+(?:[*_~^·•{letters.PICTURES}]+[^\W\d_]+)+")
_SIGNS: Final = re.compile(f"[*_~^·•{letters.PICTURES}]")
_FIGURES: Final = re.compile(r"[0134578@$!|]")
_LEET: Final = re.compile(r"[a-z][0134578@$!|]+[a-z]|(?<![\w$])[$0134578][a-z]{3}|[aeiou]11(?!\w)")
_LEET_WORD: Final = re.compile(r"[\w@$!|]+")
_LEET_TABLE: Final = str.maketrans("034578@$!|", "oeastba" + "sii")
_LOOKS_LIKE_ANY: Final = re.compile(f"[{letters.FOREIGN}]")
_LATIN: Final = re.compile("[a-z]")
_RUN: Final = re.compile(r"([^\W\d_])\1\1+")
_DOUBLED: Final = frozenset("lsfz")
_DOUBLED_INSIDE: Final = frozenset("oe")
_VOWELS: Final = frozenset("aeiouy")


def views(text: str) -> Views:
    """The three views of a text. Pure; some 15 µs for thirty words."""
    raw = text if text.isascii() or unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    if LINK in raw or MENTION in raw:
        raw = raw.replace(LINK, " ").replace(MENTION, " ")
    bare = raw
    links: list[str] = []
    names: list[str] = []
    if "://" in bare or "ww." in bare.lower():
        bare = _URL.sub(lambda found: _aside(links, found[0], LINK), bare)
    if "@" in bare:
        bare = _MENTION.sub(lambda found: _aside(names, found[1], MENTION), bare)
    if "#" in bare:
        bare = _TAG.sub(lambda found: f" {_HUMP.sub(' ', found[1]).replace('_', ' ')} ", bare)
    words = _fold(bare)
    joined = words.replace(" ", "")
    if links or names:
        joined = joined.replace(LINK, "").replace(MENTION, "")
        words = _put_back(words, links, names)
    return Views(raw, words, joined)


def may_hold(seen: Views) -> bool:
    """Whether a text says enough for a machine to hold it: what is shorter is for a person."""
    return len(seen.joined) >= MIN_HOLD_LETTERS and seen.words.count(" ") + 1 >= MIN_HOLD_WORDS


def span(text: str, words: str, start: int, end: int) -> tuple[int, int]:
    """Where in ``text`` the stretch ``[start, end)`` of its folded words was written, in whole words of the text.

    Counts letters from the beginning, folding one piece of the text at a time; some 100 µs, so for hits only.
    """
    before = start - words.count(" ", 0, start)
    until = end - words.count(" ", 0, end)
    at, first, last = 0, -1, len(text)
    for piece in _PIECE.finditer(text):
        at += len(views(piece[0]).words.replace(" ", ""))
        if first < 0 and at > before:
            first = piece.start()
        if at >= until:
            last = piece.end()
            break
    return max(first, 0), last


def _aside(kept: list[str], found: str, mark: str) -> str:
    kept.append(found.lower())
    return f" {mark} "


def _put_back(words: str, links: list[str], names: list[str]) -> str:
    waiting_links, waiting_names = iter(links), iter(names)
    made = []
    for word in words.split(" "):
        if word == LINK:
            made.append("".join(_SINGLE.findall(next(waiting_links))))
        elif word == MENTION:
            made.append("@" + next(waiting_names))
        else:
            made.append(word)
    return " ".join(made)


def _fold(text: str) -> str:
    text = text.lower()
    if not text.isascii():
        text = _fold_foreign(text)
    if _SIGNS.search(text):
        text = _TORN.sub(_mend, text)
    if _SPACED.search(text):
        text = _SPACED.sub(_together, text)
    if _FIGURES.search(text) and _LEET.search(text):
        text = _LEET_WORD.sub(_unleet, text)
    text = text.translate(letters.PLAIN)
    if _RUN.search(text):
        text = _RUN.sub(_shorten, text)
    return " ".join(text.split())


def _fold_foreign(text: str) -> str:
    text = text.translate(letters.ACCENTS)
    if _LOOKS_LIKE_ANY.search(text) and _LATIN.search(text):
        honest = {ord(letter) for letter in _LOOKS_LIKE_ANY.findall(text)} <= letters.ALIKE.keys()
        text = _LETTERS.sub(lambda found: _latin(found[0], whole=honest), text)
    return text


def _latin(word: str, *, whole: bool) -> str:
    """A word that mixes scripts in Latin letters; with ``whole`` also one made of nothing but lookalikes.

    The latter only where no letter of the text is plainly of the other script: then nobody writes that language here.
    """
    if not _LOOKS_LIKE_ANY.search(word):
        return word
    if _LATIN.search(word):
        return word.translate(letters.AMONG_LATIN)
    return word.translate(letters.ALIKE) if whole else word


def _mend(found: "re.Match[str]") -> str:
    """Letters with a sign between them: one word torn apart if a piece is too short to be a word, else two words."""
    pieces = _LETTERS.findall(found[0])
    return ("" if min(map(len, pieces)) <= 2 else " ").join(pieces)


def _together(found: "re.Match[str]") -> str:
    made = "".join(_SINGLE.findall(found[0]))
    return found[0] if made.isdecimal() else made


def _unleet(found: "re.Match[str]") -> str:
    """Digits and signs that stand for letters. Codes, ordinals and measures stay what they are."""
    word: str = found[0]
    if word.isalpha() or not _LEET.search(word):
        return word
    body = word.rstrip("@$!|")
    digits = sum(map(str.isdecimal, body))
    letter_count = sum(map(str.isalpha, body))
    if digits > letter_count or "2" in body or "6" in body or "9" in body:
        return word
    if "!" in body or "|" in body:
        left = min(body.find(sign) for sign in "!|" if sign in body)
        if left > 2:
            return word
    made = body.translate(_LEET_TABLE)
    while (at := made.find("1")) >= 0:
        made = (
            made[:at] + ("l" if (at and made[at - 1] in _VOWELS) or made[at - 1 : at] == "l" else "i") + made[at + 1 :]
        )
    return made + word[len(body) :]


def _shorten(found: "re.Match[str]") -> str:
    """Three or more of a letter: two where words have two of it, else one."""
    letter: str = found[1]
    following = found.string[found.end() : found.end() + 1]
    before = found.string[found.start() - 1 : found.start()] if found.start() else ""
    inside = following.isalpha() and following not in _VOWELS and before not in _VOWELS
    double = letter in _DOUBLED or (letter in _DOUBLED_INSIDE and inside)
    return letter * 2 if double else letter
