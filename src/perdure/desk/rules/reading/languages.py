"""Which language a text is in: by its script, and by its commonest words. Pure."""

import re
from collections import Counter
from typing import Final

_WORDS: Final[dict[str, str]] = {
    "en": (
        "the and of to you is are that this your for with have has not we our please within by from which following"
        " be will on been hello dear regards these below"
    ),
    "fr": (
        "le la les des et vous est sont que ce cette votre pour avec nous notre dans par une un du sur ne pas au aux"
        " merci veuillez afin été être bonjour de ces sous cordialement ci"
    ),
    "de": (
        "der die das und sie ist sind dass dieser diese ihr ihre für mit wir unser innerhalb von den dem ein eine nicht"
        " auf bitte werden wurde zu im wird guten folgende folgenden sehr geehrte mit freundlichen"
    ),
    "es": "el los las y usted es son que esta su para con nosotros en por una un del no al se lo como más",
    "it": "il lo gli e di che è sono questo per con noi nostro in da una un del non al si come più alla della",
    "nl": "de het een en van u is zijn dat deze uw voor met wij onze in door niet op worden aan binnen naar",
    "pt": "o os as e você é são que este seu para com nós em por uma um do da não ao se como mais",
    "pl": "i w na z do się nie jest to że od po dla przez oraz lub ten ta te są być",
}
_COMMON: Final = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_SCRIPTS: Final = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_ADDRESS: Final = re.compile(r"\S{0,300}(?:://|@|www\.)\S{0,300}")
_WORD: Final = re.compile(r"[^\W\d_]{1,30}")
_LETTERS: Final = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str | None:
    """The language of a text (ISO 639-1), or None where too little says so."""
    bare = _ADDRESS.sub(" ", text[:20_000])
    letters = len(_LETTERS.findall(bare))
    for code, script in _SCRIPTS:
        if letters and len(script.findall(bare)) * 3 > letters:
            return code
    words = Counter(_WORD.findall(bare.lower()))
    scores = sorted(((sum(words[word] for word in common), code) for code, common in _COMMON.items()), reverse=True)
    best, second = scores[0], scores[1]
    return best[1] if best[0] >= 3 and best[0] > second[0] else None
