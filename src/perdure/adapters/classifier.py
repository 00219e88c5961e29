"""The classifier that scores: a linear stage for every text, an encoder for those that the first is unsure about."""

import threading
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from perdure.adapters import classifier_text
from perdure.adapters.classifier_linear import Floats
from perdure.adapters.classifier_local import LocalModel, folder_of, live_name
from perdure.adapters.classifier_model import SHIPPED, LinearModel, read
from perdure.adapters.classifier_onnx import OnnxEncoder
from perdure.kernel.errors import AppError
from perdure.kernel.log import logger
from perdure.signals.ports import Classifier, Point, Scores

Places = np.ndarray[Any, np.dtype[np.int64]]
log = logger("classifier")
_LOOK_EVERY: Final = 2.0  # seconds between looks at which model is live


class Reading(NamedTuple):
    """What the stages found in some texts."""

    clean: list[str]
    linear: Floats
    scores: Floats
    """hate, abuse, threat, risk, one row a text."""
    asked: Places
    """The texts that the encoder read; the next two have a row for each."""
    logits: Floats
    vectors: Floats


class ShippedModel:
    """The model in the package. Raises Invalid where a file of it is damaged."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        """Check every file's digest and read the first stage; the encoder is opened when first asked."""
        self._manifest = read(folder)
        self.linear = LinearModel(folder / "linear.npz")
        self.encoder = OnnxEncoder(folder) if self._manifest.encoder else None

    @property
    def version(self) -> str:
        """The name in the manifest."""
        return self._manifest.name

    @property
    def points(self) -> tuple[Point, ...]:
        """As measured when the model was made."""
        return self._manifest.points

    def quick(self, text: str) -> Scores:
        """The first stage alone."""
        clean = classifier_text.prepared(text)
        raw = self.linear.logits(clean)[None]
        return self._told(clean, self._manifest.linear.scores(raw)[0], "linear")

    def score(self, texts: Sequence[str], *, thorough: bool = False) -> list[Scores]:
        """The cascade."""
        return self.told(self.read(texts, thorough=thorough))

    def read(self, texts: Sequence[str], *, thorough: bool) -> Reading:
        """What both stages find in texts; the encoder reads each text that it is asked about once."""
        clean = [classifier_text.prepared(text) for text in texts]
        linear = self.logits(clean)
        scores = self._manifest.linear.scores(linear)
        asked = self.asked(scores, thorough=thorough)
        if self.encoder is None or self._manifest.encoder is None or not len(asked):
            return Reading(clean, linear, scores, np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 0)))
        found, vectors = self.encoder.run([clean[place] for place in asked])
        scores[asked] = self._manifest.encoder.scores(np.concatenate([found, linear[asked]], axis=1))
        return Reading(clean, linear, scores, asked, found, vectors)

    def told(self, reading: Reading) -> list[Scores]:
        """A reading as the port's answer."""
        second = set(reading.asked.tolist())
        return [
            self._told(text, row, "encoder" if place in second else "linear")
            for place, (text, row) in enumerate(zip(reading.clean, reading.scores, strict=True))
        ]

    def logits(self, clean: Sequence[str]) -> Floats:
        """The first stage's three logits, one row a prepared text."""
        return np.array([self.linear.logits(text) for text in clean]).reshape(-1, 3)

    def asked(self, scores: Floats, *, thorough: bool) -> Places:
        """The places whose text goes to the encoder."""
        if self.encoder is None:
            return np.zeros(0, np.int64)
        if thorough:
            return np.arange(len(scores))
        low, high = self._manifest.band
        unsure = (scores[:, 3] >= low) & (scores[:, 3] < high)
        return np.flatnonzero(unsure | (scores[:, 2] >= self._manifest.threat_band))

    def _told(self, clean: str, row: Floats, stage: Literal["linear", "encoder"]) -> Scores:
        return _scores(row, classifier_text.language(clean), self.version, stage)


@lru_cache(maxsize=1)
def shipped_model() -> ShippedModel:
    """The model in the package, read once a process. Raises Invalid where a file of it is damaged."""
    return ShippedModel()


def _scores(row: Floats, language: str, model: str, stage: Literal["linear", "encoder", "none"]) -> Scores:
    hate, abuse, threat, risk = (round(float(value), 4) for value in row)
    return Scores(hate, abuse, threat, risk, language, model, classifier_text.VIEW, stage)


class LiveClassifier:
    """Whichever model is live: the shipped one, or over it a local one, taken up without a restart."""

    def __init__(self, data: Path) -> None:
        """Open the shipped model and what is live in the data directory. Raises Invalid for a damaged file."""
        self._data = data
        self._shipped = shipped_model()
        self._lock = threading.Lock()
        self._looked = 0.0
        self._name = ""
        self._model: Classifier = self._shipped
        self._take_up(live_name(data))

    @property
    def version(self) -> str:
        """Of the live model."""
        return self._live().version

    @property
    def points(self) -> tuple[Point, ...]:
        """Of the live model."""
        return self._live().points

    def quick(self, text: str) -> Scores:
        """The live model's first stage."""
        return self._live().quick(text)

    def score(self, texts: Sequence[str], *, thorough: bool = False) -> list[Scores]:
        """The live model's cascade."""
        return self._live().score(texts, thorough=thorough)

    def _live(self) -> Classifier:
        now = time.monotonic()
        if now - self._looked > _LOOK_EVERY:
            with self._lock:
                self._looked = now
                name = live_name(self._data)
                if name != self._name:
                    self._change(name)
        return self._model

    def _change(self, name: str) -> None:
        """Take up another model; one that cannot be read leaves the old one live, since posts must go on."""
        try:
            self._take_up(name)
        except AppError as error:
            log.error("local_model_unreadable", model=name, stays=self._model.version, reason=error.public)
            self._name = name

    def _take_up(self, name: str) -> None:
        model: Classifier = self._shipped
        if name != "shipped":
            model = LocalClassifier(self._shipped, LocalModel.read(folder_of(self._data, name)), name)
        self._model, self._name = model, name


class LocalClassifier:
    """The shipped heads, and a risk that the operator's own decisions taught."""

    def __init__(self, shipped: ShippedModel, local: LocalModel, name: str) -> None:
        """Put a local model over the shipped one."""
        self._shipped = shipped
        self._local = local
        self._name = name

    @property
    def version(self) -> str:
        """Both names: the scores come from both."""
        return f"{self._shipped.version}+{self._name}"

    @property
    def points(self) -> tuple[Point, ...]:
        """Of the shipped heads. What concerns risk is left out: a local risk has a scale of its own."""
        return tuple(point for point in self._shipped.points if point.head != "risk")

    def quick(self, text: str) -> Scores:
        """The shipped first stage and the local one."""
        clean = [classifier_text.prepared(text)]
        risk = self._local.quick(clean, self._shipped.logits(clean))[0]
        return _with(self._shipped.quick(text), self.version, risk)

    def score(self, texts: Sequence[str], *, thorough: bool = False) -> list[Scores]:
        """The cascade; where the encoder ran, the local model reads its embeddings too."""
        if not texts:
            return []
        reading = self._shipped.read(texts, thorough=thorough)
        risks = self._local.quick(reading.clean, reading.linear)
        if len(reading.asked):
            some = [reading.clean[place] for place in reading.asked]
            risks[reading.asked] = self._local.full(
                some, reading.logits, reading.vectors, reading.linear[reading.asked]
            )
        told = self._shipped.told(reading)
        return [_with(scores, self.version, risk) for scores, risk in zip(told, risks, strict=True)]


def _with(scores: Scores, model: str, risk: float) -> Scores:
    return Scores(
        scores.hate,
        scores.abuse,
        scores.threat,
        round(float(risk), 4),
        scores.language,
        model,
        scores.view,
        scores.stage,
    )


class NoClassifier:
    """For a site that runs without one: every score is 0 and says so."""

    @property
    def version(self) -> str:
        """``none``."""
        return "none"

    @property
    def points(self) -> tuple[Point, ...]:
        """None: nothing may be decided by scores that nobody gave."""
        return ()

    def quick(self, text: str) -> Scores:
        """Zeros."""
        return _scores(np.zeros(4), classifier_text.language(text), "none", "none")

    def score(self, texts: Sequence[str], *, thorough: bool = False) -> list[Scores]:  # noqa: ARG002 - the port's shape
        """Zeros."""
        return [self.quick(text) for text in texts]
