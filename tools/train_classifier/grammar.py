"""Examples from our own sentences (en.toml, fr.toml): a family says what its lines mean, slots make them many."""

import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tools.train_classifier.corpus import Example

_SLOT: Final = re.compile(r"\{(\w+)\}")
_QUOTED: Final = {
    "HATE": ("dislike", "describe", "implicit", "negated kindness", "threaten group", "deeds", "feelings", "exclude"),
    "THREAT": ("threaten person", "threaten group", "call to arms", "threaten group more"),
}
_LEET: Final = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7"}
# Which views of people a sentence of the family is about; the test of benign mentions needs to know.
LANGUAGES: Final = ("en", "fr")


class Grammar:
    """One language's sentences. The same seed makes the same examples."""

    def __init__(self, language: str, seed: int) -> None:
        """Read ``<language>.toml`` beside this file."""
        data = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text("utf-8"))
        self.language = language
        self._slots: dict[str, list[str]] = data["slots"]
        self._families: dict[str, dict[str, Any]] = {family["name"]: family for family in data["family"]}
        self._random = random.Random(seed)

    def examples(self, count: int) -> Iterator[Example]:
        """About ``count`` different examples, families drawn by their share."""
        families = list(self._families.values())
        shares = [family["share"] for family in families]
        seen: set[str] = set()
        for family in self._random.choices(families, shares, k=count):
            text = self._decorated(self._line(family))
            if text not in seen:
                seen.add(text)
                hate, abuse, threat = (None if value < 0 else float(value) for value in family["labels"])
                yield Example(text, hate, abuse, threat, f"own_{self.language}:{family['name']}")

    def framed(self, text: str, quoted: str) -> str:
        """A real text in one of our frames of rejection or report; ``quoted`` is HATE or THREAT."""
        names = ("counter", "counter more") if quoted == "HATE" else ("report threat",)
        family = self._families[self._random.choice(names)]
        line = self._random.choice([line for line in family["lines"] if f"{{{quoted}}}" in line])
        before, after = line.split(f"{{{quoted}}}", 1)
        return self._decorated(self._filled(before) + text + self._filled(after))

    def _line(self, family: dict[str, Any]) -> str:
        text = self._filled(self._random.choice(family["lines"]))
        # Two sentences of one family now and then, so that length says nothing.
        if self._random.random() < 0.12:
            text = f"{text}. {self._filled(self._random.choice(family['lines']))}"
        return text

    def _filled(self, line: str) -> str:
        feminine = False

        def fill(found: re.Match[str]) -> str:
            nonlocal feminine
            name = found[1]
            if name == "e":
                return found[0]
            if name in _QUOTED:
                return self._filled(self._random.choice(self._families[self._random.choice(_QUOTED[name])]["lines"]))
            value, _, mark = self._random.choice(self._slots[name]).partition("|")
            feminine = feminine or mark == "f"
            return value

        filled = _SLOT.sub(fill, line)
        return filled.replace("{e}", "e" if feminine else "")

    def _decorated(self, line: str) -> str:
        rnd = self._random
        plain = rnd.random() < 0.5
        text = line if plain else rnd.choice(self._slots["OPEN"]) + line + rnd.choice(self._slots["CLOSE"])
        if rnd.random() < 0.5:
            text = text[:1].upper() + text[1:]
        if rnd.random() < 0.3 and text[-1:].isalpha():
            text += rnd.choice(".!")
        if rnd.random() < 0.04:
            text = text.upper()
        return misspelt(text, rnd) if rnd.random() < 0.2 else text


def misspelt(text: str, rnd: random.Random) -> str:
    """One way in which people write around a filter, or just badly. The meaning stays."""
    words = text.split(" ")
    longs = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    if not longs:
        return text
    way = rnd.choice(("swap", "drop", "leet", "spaced", "joined", "star", "double"))
    if way == "joined":
        place = rnd.randrange(len(words) - 1) if len(words) > 1 else 0
        return " ".join([*words[:place], "".join(words[place : place + 2]), *words[place + 2 :]])
    for place in rnd.sample(longs, min(len(longs), rnd.choice((1, 1, 2)))):
        words[place] = _bent(words[place], way, rnd)
    return " ".join(words)


def _bent(word: str, way: str, rnd: random.Random) -> str:
    at = rnd.randrange(1, len(word) - 1)
    if way == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if way == "drop":
        return word[:at] + word[at + 1 :]
    if way == "spaced":
        return " ".join(word)
    if way == "star":
        return word[:at] + "*" + word[at + 1 :]
    if way == "double":
        return word[:at] + word[at] * 2 + word[at:]
    return "".join(rnd.choice(_LEET[sign]) if sign in _LEET and rnd.random() < 0.7 else sign for sign in word)
