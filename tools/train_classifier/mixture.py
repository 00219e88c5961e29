"""What one epoch is made of: how much of each source, our own sentences, and texts bent as people bend them."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tools.train_classifier.corpus import Example, bucket, is_test
from tools.train_classifier.grammar import LANGUAGES, Grammar, misspelt

# At most so many of a source in an epoch; davidson is held down because it reads dialect as offence.
_AT_MOST: Final = {
    "davidson": 5000,
    "toxic_spans": 7000,
    "edos": 9500,
    "implicit": 13000,
    "mlma_en": 3000,
    "mlma_fr": 3000,
}
_OWN: Final = {"en": 10000, "fr": 8000}
_FRAMED: Final = 1800
_THREATS: Final = 3  # more times that each real threat is shown in an epoch

# Sets that say nothing of threats have them all the same. A wish or call in plain words is most likely one; a text
# without a word of violence is hardly one.
_SILENT: Final = frozenset({"davidson", "toxic_spans", "mlma_en", "surge"})
_LIKELY: Final = 0.7
_DONE: Final = (
    "(?:killed|shot|hanged|hung|lynched|stabbed|beheaded|murdered|executed|exterminated|eradicated|slaughtered|strangled"
    "|burned|burnt|drowned|bombed|nuked|gassed|castrated|decapitated|euthanized|put to death|raped)"
)
_DO: Final = (
    "(?:kill|shoot|hang|lynch|stab|behead|murder|execute|exterminate|eradicate|slaughter|strangle|drown|bomb|nuke|gas"
    "|castrate|decapitate|rape)"
)
_CALL: Final = re.compile(
    r"\b(?:should|ought to|must|needs? to|deserves? to|hope|wish|wanna|want to)(?:\W+\w+){0,4}?\W+(?:be|gets?|just be)"
    rf"\W+(?:\w+\W+)?{_DONE}\b"
    r"|\b(?:i'?ll|i will|we will|we'?ll|going to|gonna|i wanna|someone should|somebody should|someone needs to"
    rf"|we should|we must)\W+(?:\w+\W+)?{_DO}\W+(?!my ?self|it\b|time|for\b)\w+"
    r"|\bhope (?:you|he|she|they|u)(?: all)? (?:die|rot|burn|choke)\b"
    r"|\b(?:go die|kill your ?self|kill (?:them|'?em) all)\b|\bfiring squad\b"
    r"|\bbullet (?:in|to|through) (?:the|his|her|your|their) \w+",
    re.IGNORECASE,
)
_VIOLENT: Final = re.compile(
    rf"{_DO}|{_DONE}|die\b|dead|death|\bgun|shot|bullet|knife|beat|hurt|blood|attack|violen|burn|hit\b|punch|smash|destroy"
    r"|slap|bash|fight|hell|rope|bury|buri|grave|choke|throat",
    re.IGNORECASE,
)


def calibration(examples: Iterable[Example]) -> list[Example]:
    """A part of what may be trained on that the fits of weights and thresholds use and the training leaves alone."""
    return [e for e in examples if not is_test(e) and bucket(e.text) >= 85]


def training(examples: Iterable[Example]) -> list[Example]:
    """Everything that may be trained on, less the calibration part."""
    return [_guessed(e) for e in examples if not is_test(e) and bucket(e.text) < 85]


def _guessed(example: Example) -> Example:
    """A threat label for a text of a set that says nothing of threats, where its words leave little doubt."""
    if example.source not in _SILENT or example.threat is not None:
        return example
    if _CALL.search(example.text):
        return replace(example, threat=_LIKELY)
    return example if _VIOLENT.search(example.text) else replace(example, threat=0.0)


def own(seed: int) -> list[Example]:
    """Our own sentences in both languages, less those that the split rule keeps for the test."""
    made = [e for language in LANGUAGES for e in Grammar(language, seed).examples(_OWN[language])]
    return [e for e in made if not is_test(e)]


def epoch(examples: list[Example], seed: int) -> list[Example]:
    """One epoch's texts, shuffled. The same seed gives the same list."""
    rnd = random.Random(seed)
    by_source: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_source[example.source].append(example)
    chosen: list[Example] = []
    for source, found in by_source.items():
        chosen += _fewer(found, _AT_MOST.get(source, len(found)), rnd)
    chosen += [e for e in examples if e.threat == 1.0] * _THREATS
    chosen += [e for e in examples if e.threat == _LIKELY or (e.source == "gab" and e.hate == 1.0)]
    chosen = [replace(e, text=misspelt(e.text, rnd)) if rnd.random() < 0.1 else e for e in chosen]
    chosen += _framed(examples, seed, rnd)
    chosen += own(seed)
    rnd.shuffle(chosen)
    return chosen


def _fewer(found: list[Example], limit: int, rnd: random.Random) -> list[Example]:
    """At most ``limit``, what says hate first: those are few in every source."""
    hateful = [e for e in found if e.hate == 1.0]
    rest = [e for e in found if e.hate != 1.0]
    return hateful[:limit] + rnd.sample(rest, min(len(rest), max(0, limit - len(hateful))))


def _framed(examples: list[Example], seed: int, rnd: random.Random) -> list[Example]:
    grammars = {language: Grammar(language, seed + 1) for language in LANGUAGES}
    short = [e for e in examples if e.hate == 1.0 and len(e.text) < 140]
    made = []
    for example in rnd.sample(short, min(len(short), _FRAMED)):
        language = "fr" if example.source == "mlma_fr" else "en"
        text = grammars[language].framed(example.text, "THREAT" if example.threat == 1.0 else "HATE")
        made.append(Example(text, 0.0, 0.0, 0.0, "own_framed"))
    return made
