"""What one epoch is made of: how much of each source, our own sentences, and texts bent as people bend them."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from tools.train_classifier.corpus import Example, bucket, is_test
from tools.train_classifier.grammar import LANGUAGES, Grammar, misspelt

# At most so many of a source in an epoch; davidson is held down because it reads dialect as offence.
_AT_MOST: Final = {
    "davidson": 3500,
    "toxic_spans": 5000,
    "edos": 9000,
    "implicit": 12000,
    "mlma_en": 3500,
    "mlma_fr": 3000,
}
_TWICE: Final[frozenset[str]] = frozenset()
_OWN: Final = {"en": 7500, "fr": 5500}
_FRAMED: Final = 1500


def calibration(examples: Iterable[Example]) -> list[Example]:
    """A part of what may be trained on that the fits of weights and thresholds use and the training leaves alone."""
    return [e for e in examples if not is_test(e) and bucket(e.text) >= 85]


def training(examples: Iterable[Example]) -> list[Example]:
    """Everything that may be trained on, less the calibration part."""
    return [e for e in examples if not is_test(e) and bucket(e.text) < 85]


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
        chosen += found if source in _TWICE else []
    chosen += [e for e in examples if e.threat == 1.0]
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
