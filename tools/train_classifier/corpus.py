"""The training texts, their labels on the three heads, and the split that keeps a test part apart.

A head is None where a set says nothing about it: the loss leaves it out. What the files are and which licence each
has stands in the README of the data and in docs/model-card.md.
"""

import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from perdure.adapters.classifier_text import prepared

HEADS: Final = ("hate", "abuse", "threat")
# The finer labels that a set gives. Training learns them beside the heads, so that the encoder keeps apart what a set's
# annotators kept apart; they are not in the model that ships, but threat hears those that mean one (fold.py).
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "implicit": ("implicit", "explicit", *(f"implicit {kind}" for kind in range(1, 7))),
    "edos": ("sexist", *(f"sexist {kind}" for kind in range(1, 5))),
    "gab": ("dehumanising", "call for violence", "vulgar"),
    "davidson": ("hate speech", "offensive"),
    "mlma_en": ("hateful", "abusive", "offensive en", "disrespectful", "fearful"),
    "mlma_fr": ("hateful fr", "abusive fr", "offensive fr", "disrespectful fr", "fearful fr"),
}
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True, slots=True)
class Example:
    """One text; a head is 0 to 1, or None where nothing is known. ``weight`` is how far the labels are believed."""

    text: str
    hate: float | None
    abuse: float | None
    threat: float | None
    source: str
    weight: float = 1.0
    part: str = ""  # the set's own split, where it has one
    kinds: tuple[str, ...] = ()  # which of the source's KINDS are met

    @property
    def labels(self) -> tuple[float | None, ...]:
        """In the order of HEADS."""
        return self.hate, self.abuse, self.threat


def bucket(text: str) -> int:
    """0 to 99, the same for the same text in any file: 90 and above is test, never trained on."""
    normal = " ".join(text.lower().split())
    return int(hashlib.sha256(normal.encode()).hexdigest()[:8], 16) % 100


def is_test(example: Example) -> bool:
    """Whether the split rule keeps this text for the test."""
    return example.part == "test" or bucket(example.text) >= 90


def load(folder: Path) -> list[Example]:
    """Every labelled text of the folder, prepared, each once (the first file that has it)."""
    kept: dict[str, Example] = {}
    tests = set()
    for read in _READERS:
        for example in read(folder):
            text = prepared(example.text)
            if len(text) < 3:
                continue
            ready = replace(example, text=text)
            kept.setdefault(text.lower(), ready)
            if is_test(ready):
                tests.add(text.lower())
    # The same text in two files goes to one side.
    return [replace(e, part="test") if key in tests else e for key, e in kept.items()]


def _met(source: str, found: Iterable[str]) -> tuple[str, ...]:
    """Those of what a set says that are among its KINDS."""
    return tuple(kind for kind in KINDS[source] if kind in found)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _implicit(folder: Path) -> Iterator[Example]:
    kinds = {row["id"]: row["label_mean"] for row in _rows(folder / "implicit_hate_7.csv")}
    for row in _rows(folder / "implicit_hate_3.csv"):
        hateful, kind = row["label_mean"] != "0", kinds.get(row["id"])
        threat = None if hateful and kind is None else float(kind == "1")
        abuse = 1.0 if row["label_mean"] == "2" else None if hateful else 0.0
        fine = (("", "implicit", "explicit")[int(row["label_mean"])], f"implicit {kind}")
        yield Example(
            row["text"],
            float(hateful),
            abuse,
            threat,
            "implicit",
            1.0 if hateful else 0.7,
            kinds=_met("implicit", fine),
        )


def _edos(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "edos.csv"):
        sexist = row["label_sexist"] == "sexist"
        kind = row["label_category"][:1]
        # "Not sexist" may still be another attack: believed a little only, and nothing said of abuse.
        yield Example(
            row["text"],
            float(sexist),
            1.0 if kind in {"1", "2"} else None,
            float(kind == "1"),
            "edos",
            1.0 if sexist else 0.5,
            row["split"],
            _met("edos", (row["label_sexist"], f"sexist {kind}")),
        )


def _gab(folder: Path) -> Iterator[Example]:
    with (folder / "gab_5k.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            attack = bool(row["hd"] or row["cv"])
            named = zip(("hd", "cv", "vo"), KINDS["gab"], strict=True)
            fine = [kind for key, kind in named if row[key]]
            yield Example(
                row["Text"],
                float(attack),
                float(attack or bool(row["vo"])),
                float(bool(row["cv"])),
                "gab",
                1.5,
                kinds=_met("gab", fine),
            )


def _davidson(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "davidson.csv"):
        kind = row["class"]
        fine = ("hate speech", "offensive", "")[int(kind)]
        yield Example(
            row["tweet"], float(kind == "0"), float(kind != "2"), None, "davidson", 0.6, kinds=_met("davidson", (fine,))
        )


def _toxic_spans(folder: Path) -> Iterator[Example]:
    votes: dict[str, list[float]] = defaultdict(list)
    for row in _rows(folder / "toxic_spans_annotations.csv"):
        # "All" is toxic, "not" is not, neither is toxic in part.
        votes[row["comment_id"]].append(
            0.0 if row["not toxic"] == "True" else 1.0 if row["all toxic"] == "True" else 0.8
        )
    for row in _rows(folder / "toxic_spans_comments.csv"):
        given = votes.get(row["comment_id"])
        if given:
            mean = sum(given) / len(given)
            yield Example(row["comment_text"], 0.0 if mean < 0.2 else None, mean, None, "toxic_spans", 0.8)


def _surge(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "surge_toxicity.csv"):
        toxic = row["is_toxic"] == "Toxic"
        yield Example(row["text"], None if toxic else 0.0, float(toxic), None, "surge")


def _mlma(language: str) -> Callable[[Path], Iterator[Example]]:
    def read(folder: Path) -> Iterator[Example]:
        for row in _rows(folder / f"mlma_{language}.csv"):
            said = set(row["sentiment"].split("_"))
            hate = 1.0 if "hateful" in said else 0.0 if said == {"normal"} else None
            abuse = 1.0 if said & {"abusive", "offensive", "hateful", "disrespectful"} else 0.0
            fine = [kind for kind in KINDS[f"mlma_{language}"] if kind.split()[0] in said]
            yield Example(row["tweet"], hate, abuse, None, f"mlma_{language}", 0.6, kinds=tuple(fine))

    return read


_READERS: Final[tuple[Callable[[Path], Iterator[Example]], ...]] = (
    _implicit,
    _edos,
    _gab,
    _toxic_spans,
    _surge,
    _mlma("en"),
    _mlma("fr"),
    _davidson,
)


def test(examples: list[Example]) -> list[Example]:
    """The test part: each set's own, or the split rule's."""
    return [e for e in examples if (e.part == "test" if e.source == "edos" else is_test(e))]
