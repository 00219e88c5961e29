"""Local models: what an operator's own decisions teach, over the shipped encoder's embeddings and n-grams.

Three readers are fitted and their logits averaged: logistic regression over embeddings and shipped logits, a smooth
one (kernel ridge) over embeddings, and, at half a voice, logistic regression over n-grams. Numpy only.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from perdure.adapters.classifier_linear import SIZE, Floats, descend, fit
from perdure.adapters.classifier_model import broken, chance, rows

LIVE: Final = "live"
# Chosen by cross-validation over texts of one network (docs/model-card.md).
_DENSE_PENALTY: Final = 0.2
_WORD_PENALTY: Final = 2e-4
_RIDGE: Final = 3.0
_VOICES: Final = (1.0, 1.0, 0.5)
_FOLDS: Final = 5
_ARRAYS: Final = ("mean", "spread", "dense", "support", "dual", "words", "scales", "full", "quick")


def folder_of(data: Path, name: str) -> Path:
    """Where a local model of this name lives."""
    return data / "classifier" / name


def live_name(data: Path) -> str:
    """The name of the model that is live in a data directory."""
    try:
        return (data / "classifier" / LIVE).read_text("utf-8").strip() or "shipped"
    except OSError:
        return "shipped"


class LocalModel:
    """A fitted model. Texts come prepared, with what the shipped model says of them."""

    def __init__(self, arrays: dict[str, Any]) -> None:
        """Take the fitted arrays, named as in ``_ARRAYS``."""
        self._a = arrays

    def full(self, clean: Sequence[str], logits: Floats, vectors: Floats, linear: Floats) -> Floats:
        """Risk from 0 to 1 of texts that the encoder read."""
        margins = self._margins(clean, logits, vectors, linear)
        return chance((margins / self._a["scales"]).mean(1) * self._a["full"][0] + self._a["full"][1])

    def quick(self, clean: Sequence[str], linear: Floats) -> Floats:
        """Risk from 0 to 1 from n-grams alone."""
        return chance(np.column_stack([self._words(clean), linear]) @ self._a["quick"][:-1] + self._a["quick"][-1])

    def _words(self, clean: Sequence[str]) -> Floats:
        return np.asarray(rows(list(clean)).times(self._a["words"][:-1]) + self._a["words"][-1])

    def _margins(self, clean: Sequence[str], logits: Floats, vectors: Floats, linear: Floats) -> Floats:
        dense = (np.concatenate([vectors, logits, linear], axis=1) - self._a["mean"]) / self._a["spread"]
        kernel = _kernel(dense, self._a["support"])
        return np.stack(
            [dense @ self._a["dense"][:-1] + self._a["dense"][-1], kernel @ self._a["dual"], self._words(clean)], axis=1
        )

    @classmethod
    def fit(cls, clean: Sequence[str], logits: Floats, vectors: Floats, linear: Floats, labels: Floats) -> "LocalModel":
        """Fit the readers, then the scale of their mean on what each fold had not seen."""
        dense = np.concatenate([vectors, logits, linear], axis=1)
        data = _Data([str(text) for text in clean], dense, linear, labels)
        fold = np.random.default_rng(0).permutation(len(labels)) % _FOLDS
        out = np.zeros((len(labels), 3))
        for number in range(_FOLDS):
            seen = np.flatnonzero(fold != number)
            rest = np.flatnonzero(fold == number)
            model = cls(_readers(data.some(seen)))
            some = data.some(rest)
            out[rest] = model._margins(some.clean, some.logits, some.vectors, some.linear)
        arrays = _readers(data)
        arrays["scales"] = (out.std(0) + 1e-9) / np.array(_VOICES)
        arrays["full"] = _logistic((out / arrays["scales"]).mean(1)[:, None], labels, 1e-6)
        arrays["quick"] = _logistic(np.column_stack([out[:, 2], linear]), labels, 1e-3)
        return cls(arrays)

    def save(self, path: Path) -> None:
        """Write the arrays to one file."""
        halves = {"support", "words"}
        arrays = {n: v.astype(np.float16 if n in halves else np.float32) for n, v in self._a.items()}
        np.savez_compressed(path, **arrays)

    @classmethod
    def read(cls, folder: Path) -> "LocalModel":
        """Read what ``save`` wrote into a model's folder. Raises Invalid."""
        path = folder / "model.npz"
        try:
            with np.load(path, allow_pickle=False) as data:
                arrays = {name: data[name].astype(np.float32) for name in _ARRAYS}
        except Exception as error:  # numpy, zipfile and zlib each raise their own
            raise broken(path) from error
        if arrays["words"].shape != (SIZE + 1,):
            raise broken(path)
        return cls(arrays)


class _Data:
    """Texts with their dense features and labels."""

    def __init__(self, clean: list[str], dense: Floats, linear: Floats, labels: Floats) -> None:
        self.clean, self.dense, self.linear, self.labels = clean, dense, linear, labels

    def some(self, places: np.ndarray[Any, Any]) -> "_Data":
        return _Data(
            [self.clean[place] for place in places], self.dense[places], self.linear[places], self.labels[places]
        )

    @property
    def vectors(self) -> Floats:
        return self.dense[:, :-6]

    @property
    def logits(self) -> Floats:
        return self.dense[:, -6:-3]


def _readers(data: _Data) -> dict[str, Any]:
    mean, spread = data.dense.mean(0), data.dense.std(0) + 1e-6
    dense = (data.dense - mean) / spread
    kernel = _kernel(dense, dense)
    kernel[np.diag_indices(len(kernel))] += _RIDGE
    ones = np.ones(len(data.labels))
    words, constant = fit(rows(data.clean), data.labels, ones, penalty=_WORD_PENALTY, rounds=40)
    return {
        "mean": mean,
        "spread": spread,
        "dense": _logistic(dense, data.labels, _DENSE_PENALTY),
        "support": dense,
        "dual": np.linalg.solve(kernel, 2 * data.labels - 1),
        "words": np.append(words, constant),
    }


def _kernel(left: Floats, right: Floats) -> Floats:
    """Gaussian, as wide as the features are many."""
    width = left.shape[1]
    squares = (left**2).sum(1)[:, None] + (right**2).sum(1)[None] - 2 * left @ right.T
    return np.asarray(np.exp(-np.maximum(squares, 0) / (2 * width)))


def _logistic(dense: Floats, labels: Floats, penalty: float) -> Floats:
    """Weights and the constant, last, of logistic regression with an L2 penalty."""

    def loss(point: Floats) -> tuple[float, Floats]:
        margin = dense @ point[:-1] + point[-1]
        slope = (chance(margin) - labels) / len(labels)
        cost = (np.logaddexp(0, margin) - labels * margin).mean() + penalty / 2 * point[:-1] @ point[:-1]
        return float(cost), np.append(dense.T @ slope + penalty * point[:-1], slope.sum())

    return descend(loss, np.zeros(dense.shape[1] + 1), 200)
