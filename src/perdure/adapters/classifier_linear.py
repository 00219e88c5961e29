"""The first stage: a linear model over hashed words, pairs of words and runs of letters.

Letters catch what wordpieces miss: misspelling, French, words joined or cut. Numpy only; about 0.1 ms for a post.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

BITS: Final = 18
SIZE: Final = 1 << BITS
_RUNS: Final = (3, 4, 5)
_MULTIPLIER: Final = np.uint32(16777619)
_MIX: Final = np.uint32(2654435761)
_SHIFT: Final = np.uint32(32 - BITS)
_MEMORY: Final = 8  # pairs that L-BFGS remembers


def features(folded: str) -> Ints:
    """The places (0 to SIZE - 1, each once) of a folded text's words, word pairs and runs of letters."""
    data = folded.encode()
    letters = np.frombuffer(data, np.uint8).astype(np.uint32)
    found = []
    running = letters
    for length in range(2, _RUNS[-1] + 1):
        if len(running) < 2:
            break
        running = running[:-1] * _MULTIPLIER ^ letters[length - 1 :]
        if length in _RUNS:
            found.append(running + np.uint32(length))
    words = np.array([crc32(word) for word in data.split()], np.uint32)
    found += [words, words[:-1] * _MULTIPLIER ^ words[1:]]
    return np.unique((np.concatenate(found) * _MIX) >> _SHIFT).astype(np.int32)


class Sparse:
    """Rows of features, each row of length one: what the linear model multiplies."""

    def __init__(self, rows: Sequence[Ints]) -> None:
        """Join the rows. A row without features counts as one that says nothing."""
        self._counts = np.array([len(row) for row in rows], np.int64)
        self._flat = np.concatenate([*rows, np.zeros(0, np.int32)])
        self._scale = 1 / np.sqrt(np.maximum(self._counts, 1))
        self._row = np.repeat(np.arange(len(rows)), self._counts)
        self._size = SIZE

    def narrow(self) -> Ints:
        """Number anew only the features that occur, and return them: most of SIZE is empty for a small set."""
        used, self._flat = np.unique(self._flat, return_inverse=True)
        self._size = len(used)
        return used

    def times(self, weights: Floats) -> Floats:
        """One number a row."""
        sums = np.bincount(self._row, weights[self._flat], minlength=len(self._counts))
        return np.asarray(sums * self._scale)

    def back(self, rows: Floats) -> Floats:
        """The gradient of the weights for one number a row."""
        return np.asarray(np.bincount(self._flat, (rows * self._scale)[self._row], minlength=self._size), float)


def fit(data: Sparse, labels: Floats, weights: Floats, *, penalty: float, rounds: int = 60) -> tuple[Floats, float]:
    """Logistic regression with an L2 penalty: the weights and the constant."""
    total = weights.sum()
    used = data.narrow()

    def loss(point: Floats) -> tuple[float, Floats]:
        margin = data.times(point[:-1]) + point[-1]
        chance = 1 / (1 + np.exp(-margin))
        cost = (weights * (np.logaddexp(0, margin) - labels * margin)).sum() / total
        slope = weights * (chance - labels) / total
        gradient = np.append(data.back(slope) + penalty * point[:-1], slope.sum())
        return float(cost + penalty / 2 * point[:-1] @ point[:-1]), gradient

    found = descend(loss, np.zeros(len(used) + 1), rounds)
    whole = np.zeros(SIZE)
    whole[used] = found[:-1]
    return whole, float(found[-1])


def descend(loss: Callable[[Floats], tuple[float, Floats]], point: Floats, rounds: int) -> Floats:
    """The lowest point that L-BFGS finds in ``rounds`` steps. Source: Nocedal and Wright, Numerical Optimization."""
    steps: list[Floats] = []
    bends: list[Floats] = []
    value, slope = loss(point)
    for _ in range(rounds):
        way = -_curved(slope, steps, bends)
        down = float(way @ slope)
        length = 1.0 if steps else 1 / max(float(np.abs(slope).sum()), 1e-12)
        for _ in range(25):
            there = point + length * way
            new_value, new_slope = loss(there)
            if new_value <= value + 1e-4 * length * down:
                break
            length /= 2
        else:
            break
        step, bend = there - point, new_slope - slope
        if float(step @ bend) > 1e-12:
            steps, bends = [*steps, step][-_MEMORY:], [*bends, bend][-_MEMORY:]
        gained, point, value, slope = value - new_value, there, new_value, new_slope
        if gained < 1e-7 * max(abs(value), 1):
            break
    return point


def _curved(slope: Floats, steps: list[Floats], bends: list[Floats]) -> Floats:
    way = slope.copy()
    kept = []
    for step, bend in zip(reversed(steps), reversed(bends), strict=True):
        rho = 1 / (bend @ step)
        alpha = rho * (step @ way)
        way -= alpha * bend
        kept.append((rho, alpha))
    if steps:
        way *= (steps[-1] @ bends[-1]) / (bends[-1] @ bends[-1])
    for step, bend, (rho, alpha) in zip(steps, bends, reversed(kept), strict=True):
        way += step * (alpha - rho * (bend @ way))
    return way
