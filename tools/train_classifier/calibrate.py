"""From raw logits to probabilities, risk, operating points and the band: on the calibration part, measured on the test.

Thresholds are chosen on texts that training left alone, and stated with what they do on others again.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from perdure.adapters.classifier_linear import Floats, descend
from perdure.adapters.classifier_model import HEADS, Mix, Stage, chance, either
from perdure.signals.ports import Head, Point
from tools.train_classifier.corpus import Example

# The least precision that each point asks for.
_POINTS: Final[tuple[tuple[Head, str, float], ...]] = (
    ("threat", "auto_hold", 0.95),
    ("threat", "hold_review", 0.8),
    ("threat", "queue", 0.5),
    ("hate", "hold_review", 0.95),
    ("hate", "label", 0.9),
    ("hate", "queue", 0.75),
    ("abuse", "label", 0.97),
    ("abuse", "queue", 0.85),
    ("risk", "queue", 0.85),
)
_HARMLESS_ASKED: Final = 0.08


def known(examples: Sequence[Example], head: int) -> tuple[np.ndarray[Any, Any], Floats]:
    """The places where a head is labelled, and the labels."""
    places = [place for place, example in enumerate(examples) if example.labels[head] is not None]
    return np.array(places), np.array([examples[place].labels[head] for place in places], float)


def risky(examples: Sequence[Example]) -> Floats:
    """Whether any head is known to be met."""
    return np.array([max((v or 0.0) for v in e.labels) >= 0.5 for e in examples], float)


def stage(examples: Sequence[Example], raw: Floats) -> Stage:
    """Fit a stage: each head over all raw logits, risk over the three heads."""
    heads = []
    for head in range(len(HEADS)):
        places, labels = known(examples, head)
        heads.append(mix(raw[places], labels, 1e-3, allowed=(head, head + 3)))
    logits = np.stack([one.of(raw) for one in heads], axis=1)
    # Only the scale of risk is fitted. Insults are the most of what is labelled, so a free fit would hear nothing else;
    # a queue must hear threats and hate as well.
    return Stage((heads[0], heads[1], heads[2]), mix(either(logits), risky(examples), 1e-3, allowed=(0,)))


def mix(raw: Floats, labels: Floats, penalty: float, allowed: tuple[int, ...]) -> Mix:
    """Logistic regression whose weights are not negative: more of an attack never lowers a score.

    Only ``allowed`` columns may carry weight, so that a head says what it is called.
    """
    use = np.array([column in allowed for column in range(raw.shape[1])])

    def loss(point: Floats) -> tuple[float, Floats]:
        weights = np.exp(point[:-1]) * use
        margin = raw @ weights + point[-1]
        slope = (chance(margin) - labels) / len(labels)
        cost = (np.logaddexp(0, margin) - labels * margin).mean() + penalty * (weights**2).sum() / 2
        return float(cost), np.append((raw.T @ slope + penalty * weights) * weights, slope.sum())

    start = np.append(np.log(np.where(use, 0.5, 1e-9)), 0.0)
    found = descend(loss, start, 200)
    return Mix(tuple(float(w) for w in np.exp(found[:-1]) * use), float(found[-1]))


def points(fit_on: Sequence[Example], fit_scores: Floats, test: Sequence[Example], scores: Floats) -> tuple[Point, ...]:
    """The lowest threshold that reaches the asked precision; what it does on the test part."""
    made = []
    for head, name, asked in _POINTS:
        column = (*HEADS, "risk").index(head)
        labels, found = _labelled(fit_on, fit_scores, column)
        threshold = _lowest(labels, found, asked)
        if threshold is None:
            continue  # the model is not sure enough for this at any score, so nothing may be done on its word
        truth, seen = _labelled(test, scores, column)
        met = seen >= threshold
        harmless = np.array([max((v or 0.0) for v in e.labels) == 0 for e in test])
        precision = float(truth[met].mean()) if met.any() else 0.0
        recall = float(met[truth > 0].mean())
        alarms = float((scores[harmless, column] >= threshold).mean())
        made.append(Point(head, name, *(round(v, 4) for v in (threshold, precision, recall, alarms))))
    return tuple(made)


def _labelled(examples: Sequence[Example], scores: Floats, column: int) -> tuple[Floats, Floats]:
    if column == len(HEADS):
        return risky(examples), scores[:, column]
    places, labels = known(examples, column)
    return (labels >= 0.5).astype(float), scores[places, column]


def _lowest(labels: Floats, scores: Floats, asked: float) -> float | None:
    order = np.argsort(-scores)
    precision = np.cumsum(labels[order]) / np.arange(1, len(order) + 1)
    # A few first places say little: a point needs twenty texts behind it.
    good = np.flatnonzero((precision >= asked) & (np.arange(len(order)) >= 20))
    return float(np.ceil(scores[order[good[-1]]] * 1e4) / 1e4) if len(good) else None


def band(examples: Sequence[Example], scores: Floats) -> tuple[tuple[float, float], float]:
    """The first stage's risk, and threat, from which the encoder is asked: so many of the harmless texts go there."""
    harmless = np.array([max((v or 0.0) for v in e.labels) == 0 for e in examples])
    risk = float(np.quantile(scores[harmless, 3], 1 - _HARMLESS_ASKED))
    threat = float(np.quantile(scores[harmless, 2], 1 - _HARMLESS_ASKED / 4))
    return (round(risk, 4), 1.01), round(threat, 4)


def auc(labels: Floats, scores: Floats) -> float:
    """Area under the curve, ties counted half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = labels >= 0.5
    n, m = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")
