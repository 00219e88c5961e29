"""Teaching the classifier: fit on what people decided, measure on what was held back, go live only when better."""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.signals.ports import Examples, Facts, Kept, Learner, Told

_LEAST: Final = 20  # of each kind; with fewer the figures are chance
_HELD_BACK: Final = 20  # percent
_MOST: Final = 12_000  # texts; the newest are kept, since policy changes


class Outcome(msgspec.Struct, frozen=True):
    """What training came to."""

    name: str
    live: bool
    """Whether it was taken live, which happens only where it was better than what was live."""
    facts: Facts


def train(rt: Runtime, examples: Examples, source: str, told: Told) -> Outcome:
    """Fit a local model and keep it; take it live if it orders the held-back texts better than the live one.

    Minutes of computation; raises Invalid where there is too little to learn from.
    """
    examples = _usable(examples)
    learner = rt.port(Learner)
    seen, held = _split(examples)
    for part in (seen, held):
        if len(set(part.labels)) < 2:
            raise Invalid(
                "there is only one kind of label in it: a model needs both what broke a rule and what did not"
            )
    live = learner.live()
    auc = _auc(held.labels, learner.fit(seen, told).risks(held.texts, told))
    auc_live = _auc(held.labels, learner.risks(live, held.texts, told))
    facts = Facts(
        rt.clock.now_ms(),
        len(examples.texts),
        sum(examples.labels),
        len(held.texts),
        round(auc, 4),
        round(auc_live, 4),
        source,
    )
    name = learner.keep(learner.fit(examples, told), facts)
    if auc > auc_live:
        learner.use(name)
    return Outcome(name, auc > auc_live, facts)


def use(rt: Runtime, name: str) -> None:
    """Take a model live. Raises NotFound."""
    rt.port(Learner).use(name)


def kept(rt: Runtime) -> list[Kept]:
    """Every model that can be used."""
    return rt.port(Learner).kept()


def _usable(examples: Examples) -> Examples:
    """Each text once, its last label; the newest where there are too many."""
    last = {text: label for text, label in zip(examples.texts, examples.labels, strict=True) if text.strip()}
    pairs = list(last.items())[-_MOST:]
    positives = sum(label for _, label in pairs)
    if pairs and positives in {0, len(pairs)}:
        raise Invalid("there is only one kind of label in it: a model needs both what broke a rule and what did not")
    if min(positives, len(pairs) - positives) < _LEAST:
        raise Invalid(f"too little to learn from: {_LEAST} texts of each kind are needed")
    return Examples(tuple(text for text, _ in pairs), tuple(label for _, label in pairs))


def _split(examples: Examples) -> tuple[Examples, Examples]:
    """By a hash of the text, so that the same text is always on the same side."""
    held = [
        int(hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8], 16) % 100 < _HELD_BACK
        for text in examples.texts
    ]
    return _part(examples, [not out for out in held]), _part(examples, held)


def _part(examples: Examples, wanted: list[bool]) -> Examples:
    pairs = [(text, label) for text, label, want in zip(examples.texts, examples.labels, wanted, strict=True) if want]
    return Examples(tuple(text for text, _ in pairs), tuple(label for _, label in pairs))


def _auc(labels: Sequence[bool], scores: Sequence[float]) -> float:
    """The chance that what broke a rule scores above what did not; ties count half."""
    order = sorted(range(len(scores)), key=lambda place: scores[place])
    ranks, at = [0.0] * len(scores), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and scores[order[end + 1]] == scores[order[at]]:
            end += 1
        for place in order[at : end + 1]:
            ranks[place] = (at + end) / 2 + 1
        at = end + 1
    positives = sum(labels)
    total = sum(rank for rank, label in zip(ranks, labels, strict=True) if label)
    return (total - positives * (positives + 1) / 2) / (positives * (len(labels) - positives))
