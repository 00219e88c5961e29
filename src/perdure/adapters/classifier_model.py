"""Model files: what ``model.json`` says, and the refusal of a damaged one."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from perdure.adapters import classifier_text
from perdure.adapters.classifier_linear import SIZE, Floats, Sparse, features
from perdure.kernel.errors import Invalid
from perdure.signals.ports import Point

SHIPPED: Final = Path(__file__).parent / "models"
HEADS: Final = ("hate", "abuse", "threat")
_WITHOUT: Final = 'install Perdure anew, or start without it: classifier = "none" in perdure.toml'


class Mix(msgspec.Struct, frozen=True):
    """Weights of logits and a constant: one calibrated logit."""

    weights: tuple[float, ...]
    constant: float

    def of(self, logits: Floats) -> Floats:
        """One logit a row."""
        return np.asarray(logits @ np.array(self.weights) + self.constant)


class Stage(msgspec.Struct, frozen=True):
    """How a stage's raw logits become the four scores: one mix a head over the raw ones, risk over any of the three."""

    heads: tuple[Mix, Mix, Mix]
    risk: Mix

    def scores(self, raw: Floats) -> Floats:
        """hate, abuse, threat, risk from 0 to 1, one row a text."""
        heads = np.stack([mix.of(raw) for mix in self.heads], axis=1)
        return chance(np.column_stack([heads, self.risk.of(either(heads))]))


def either(heads: Floats) -> Floats:
    """One number a row, in one column: that any of the heads is met.

    A sum would let heads that are sure of *no* outvote the one that is sure of *yes*: how little like a threat an
    insult is says nothing of how bad it is.
    """
    return np.asarray(np.logaddexp.reduce(heads, axis=1))[:, None]


class Manifest(msgspec.Struct, frozen=True):
    """``model.json``."""

    name: str
    view: str
    files: dict[str, str]
    """Name of each file and its SHA-256."""
    linear: Stage
    encoder: Stage | None = None
    band: tuple[float, float] = (0.0, 0.0)
    """The first stage's risk between which the encoder is asked; a threat above ``threat_band`` asks it too."""
    threat_band: float = 1.0
    points: tuple[Point, ...] = ()
    facts: dict[str, Any] = {}


class LinearModel:
    """Three logits from n-grams."""

    def __init__(self, path: Path) -> None:
        """Read the weights, kept as halves on disk. Raises Invalid."""
        try:
            with np.load(path, allow_pickle=False) as data:
                self._weights = np.ascontiguousarray(data["weights"].astype(np.float32))
                self._constants = data["constants"].astype(np.float64)
        except (OSError, ValueError, KeyError) as error:
            raise broken(path) from error
        if self._weights.shape != (SIZE, len(HEADS)) or not np.isfinite(self._weights).all():
            raise broken(path)

    def logits(self, clean: str) -> Floats:
        """The three logits of one prepared text."""
        places = features(classifier_text.folded(clean))
        return np.asarray(self._weights[places].sum(0) / np.sqrt(max(len(places), 1)) + self._constants)

    @staticmethod
    def pack(path: Path, weights: Floats, constants: Floats) -> None:
        """Write what the constructor reads."""
        np.savez_compressed(path, weights=weights.astype(np.float16), constants=constants)


def read(folder: Path) -> Manifest:
    """The manifest of a folder whose files are all there and whole. Raises Invalid with one line."""
    path = folder / "model.json"
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise broken(path) from error
    if manifest.view != classifier_text.VIEW:
        raise broken(path)
    for name, digest in manifest.files.items():
        if not _whole(folder / name, digest):
            raise broken(folder / name)
    return manifest


def _whole(path: Path, digest: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def broken(path: Path) -> Invalid:
    """The one line with which a start or a command ends."""
    return Invalid(f"the classifier's file {path} is damaged or missing: {_WITHOUT}")


def chance(logits: Floats) -> Floats:
    """From a logit to 0 to 1."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def rows(texts: list[str]) -> Sparse:
    """Prepared texts as the linear model's features."""
    return Sparse([features(classifier_text.folded(text)) for text in texts])
