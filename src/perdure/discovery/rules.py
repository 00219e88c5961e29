"""How text becomes words to search by: the same for what is stored and for what is asked."""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from typing import Final

import msgspec

_LONGEST: Final = 100  # characters of a word; PostgreSQL refuses 2 KiB
_MOST_WORDS: Final = 16_000  # positions of a tsvector end at 16,383
_MOST_TERMS: Final = 20
# Scripts written without spaces: each character is a word, and neighbours are searched as a phrase.
_UNSPACED: Final = re.compile("([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_WORD: Final = re.compile(r"[^\W_]+")
_DAY_MS: Final = 86_400_000
_TERM: Final = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Needle(msgspec.Struct, frozen=True):
    """A question: phrases of folded words that must, and must not, occur."""

    wanted: tuple[tuple[str, ...], ...]
    unwanted: tuple[tuple[str, ...], ...] = ()


class Question(msgspec.Struct, frozen=True):
    """A question and what narrows it: an author's name, and instants in ms between which the posts lie."""

    text: str
    author: str = ""
    after: int = 0
    before: int | None = None


def question(text: str) -> Question:
    """Read ``from:name``, ``after:2026-01-31`` and ``before:2026-05-01`` out of a question; days begin in UTC.

    An operator that makes no sense stays a word.
    """
    author, after, before, rest = "", 0, None, []
    for word in text.split():
        name, _, value = word.partition(":")
        day = _day(value) if name.lower() in {"after", "before"} else None
        if name.lower() == "from" and value.strip("@"):
            author = value.lstrip("@").partition("@")[0]
        elif day is None:
            rest.append(word)
        elif name.lower() == "after":
            after = day + _DAY_MS
        else:
            before = day
    return Question(" ".join(rest), author, after, before)


def _day(text: str) -> int | None:
    try:
        return int(datetime.combine(date.fromisoformat(text), time(), UTC).timestamp() * 1000)
    except ValueError:
        return None


def words(text: str) -> list[str]:
    """The folded words of a text, in order: without case, accents and punctuation."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))
    return [word[:_LONGEST] for word in _WORD.findall(_UNSPACED.sub(r" \1 ", bare))][:_MOST_WORDS]


def needle(text: str) -> Needle | None:
    """Read a question: words, "phrases", and -words to leave out. None where nothing is left to look for."""
    wanted: list[tuple[str, ...]] = []
    unwanted: list[tuple[str, ...]] = []
    for minus, phrase, term in _TERM.findall(text)[:_MOST_TERMS]:
        if found := tuple(words(phrase or term)):
            (unwanted if minus else wanted).append(found)
    return Needle(tuple(wanted), tuple(unwanted)) if wanted else None


def for_sqlite(asked: Needle, *, prefix: bool = False) -> str:
    """The question in FTS5's language. With ``prefix`` the last word may go on."""
    tail = " *" if prefix else ""
    text = " AND ".join(f'"{" ".join(phrase)}"{tail}' for phrase in asked.wanted)
    return "".join([f"({text})", *(f' NOT "{" ".join(phrase)}"' for phrase in asked.unwanted)])


def for_postgresql(asked: Needle, *, prefix: bool = False) -> str:
    """The question in tsquery's language. With ``prefix`` the last word may go on."""
    tail = ":*" if prefix else ""
    wanted = [f"({_near(phrase)}{tail})" for phrase in asked.wanted]
    return " & ".join(wanted + [f"!({_near(phrase)})" for phrase in asked.unwanted])


def _near(phrase: tuple[str, ...]) -> str:
    return " <-> ".join(f"'{word}'" for word in phrase)


def vector(found: list[str]) -> str:
    """Words as a tsvector literal with their positions."""
    return " ".join(f"'{word}':{place}" for place, word in enumerate(found, 1))


WEEK_MS: Final = 7 * 86_400_000
_FIRST_MONDAY_MS: Final = 4 * 86_400_000


def week_of(ms: int) -> int:
    """When the week of an instant began: Monday, 00:00 UTC."""
    return ms - (ms - _FIRST_MONDAY_MS) % WEEK_MS
