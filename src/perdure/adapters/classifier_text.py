"""What the classifier reads of a text: the same preparation for training and for scoring, and a guess of the language.

Standard library only, so that the trainer can use it in its own environment.
"""

import html
import re
import unicodedata
from typing import Final

VIEW: Final = "classifier-1"
"""The name of this preparation, kept with every score. A change of what ``prepared`` returns needs a new one."""
MAX_CHARACTERS: Final = 2000

_LINK: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MENTION: Final = re.compile(r"@[\w.]{2,}(?:@[\w.-]+)?")
_HIDDEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0b-\x1f\ufe00-\ufe0f]")
_CAMEL: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_HASHTAG: Final = re.compile(r"#\w+")
_REPEATED: Final = re.compile(r"(.)\1{3,}")
# Letters set apart to be missed: "k i l l", "k.i.l.l", "k-i-l-l" (three or more).
_SPACED: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){2,}[^\W\d_](?![^\W_])")
_SEPARATORS: Final = re.compile(r"[ .\-_*]")
# A word in which a digit or sign stands between letters: "k1ll", "h@te", "a$$"; "covid19", "4chan", "1st" are not.
_LEET_WORD: Final = re.compile(r"[^\W\d_]+(?:[013457$@!|]+[^\W\d_]+)+")
_LEET: Final = str.maketrans("013457$@!|", "oieastsail")
_SPACE: Final = re.compile(r"\s+")


def prepared(text: str) -> str:
    """The text as the model reads it: links and names replaced, hidden signs gone, disguised words written out."""
    clean = unicodedata.normalize("NFKC", html.unescape(text[: 2 * MAX_CHARACTERS]))
    clean = _HIDDEN.sub("", clean)
    clean = _MENTION.sub("@user", _LINK.sub("http", clean))
    clean = _HASHTAG.sub(lambda found: _CAMEL.sub(" ", found[0]), clean)
    clean = _REPEATED.sub(r"\1\1\1", clean)
    clean = _SPACED.sub(lambda found: _SEPARATORS.sub("", found[0]), clean)
    clean = _LEET_WORD.sub(lambda found: found[0].translate(_LEET), clean)
    return _SPACE.sub(" ", clean).strip()[:MAX_CHARACTERS]


def folded(clean: str) -> str:
    """Small letters without accents, words parted by one space, a space at both ends: what n-grams are cut from."""
    plain = unicodedata.normalize("NFKD", clean.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return f" {' '.join(kept.split())} "


_FRENCH: Final = frozenset(
    "le la les un une des du de et est pas ne je tu il elle nous vous ils sont dans pour avec sur que qui ce cette "  # noqa: SIM905 - a list of words reads better as words
    "ces mais ou au aux son sa ses mon ma mes ton ta tes très plus suis être avoir fait c'est j'ai".split()
)
_ENGLISH: Final = frozenset(
    "the a an of and is are not i you he she we they it in for with on that this these but or to my your his her "  # noqa: SIM905 - likewise
    "our their very more am be have has was were what who all just do don't it's".split()
)


def language(clean: str) -> str:
    """``en``, ``fr``, ``ar`` or ``und``: by common words, or by script. A guess for the record, not for a decision."""
    words = clean.casefold().split()
    english = sum(word in _ENGLISH for word in words)
    french = sum(word in _FRENCH or word[:2] in {"d'", "l'", "j'", "c'", "n'"} for word in words)
    if english or french:
        return "fr" if french > english else "en"
    if sum("\u0600" <= sign <= "\u06ff" for sign in clean) * 2 > len(clean.replace(" ", "")):
        return "ar"
    return "und"
