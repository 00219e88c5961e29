"""When a phrase of a filter occurs in a text (api.md §3.15), and what may be a hashtag."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

CONTEXTS: Final = ("home", "notifications", "public", "thread", "account")
ACTIONS: Final = ("warn", "hide", "blur")
_TAG: Final = re.compile(r"\w*[^\W\d_]\w*\Z")


def is_tag(name: str) -> bool:
    """Whether a text can be the name of a hashtag: words with at least one letter."""
    return _TAG.match(name) is not None


def occurs(keyword: str, text: str, *, whole_word: bool) -> bool:
    """Whether a phrase occurs in a text, whatever the case of letters.

    As a whole word, its edges must be edges of words, but only where it starts or ends with a letter, digit, mark or
    connector: ``:)`` has no such edge.
    """
    return _pattern(keyword, whole_word=whole_word).search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(keyword: str, *, whole_word: bool) -> re.Pattern[str]:
    plain = unicodedata.normalize("NFC", keyword)
    before = r"(?<!\w)" if whole_word and _of_word(plain[:1]) else ""
    after = r"(?!\w)" if whole_word and _of_word(plain[-1:]) else ""
    spaced = r"\s+".join(re.escape(part) for part in plain.split())
    return re.compile(f"{before}{spaced}{after}", re.IGNORECASE)


def _of_word(character: str) -> bool:
    category = unicodedata.category(character) if character else ""
    return category[:1] in {"L", "N", "M"} or category == "Pc"
