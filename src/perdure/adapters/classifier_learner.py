"""Fits local models and keeps them, each in a folder of the data directory; a small file names the live one."""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from perdure.adapters import classifier_text
from perdure.adapters.classifier import LocalClassifier, ShippedModel, shipped_model
from perdure.adapters.classifier_linear import Floats
from perdure.adapters.classifier_local import LIVE, LocalModel, folder_of, live_name
from perdure.kernel.errors import NotFound
from perdure.signals.ports import Classifier, Examples, Facts, Fitted, Kept, Told

_NAME: Final = re.compile(r"local-[0-9]{1,6}\Z")
_BATCH: Final = 64


class _Reader:
    """What the shipped model says of texts, each text read once."""

    def __init__(self, shipped: ShippedModel) -> None:
        self._shipped = shipped
        self._known: dict[str, tuple[Floats, Floats, Floats]] = {}

    def read(self, clean: Sequence[str], told: Told) -> tuple[Floats, Floats, Floats]:
        """The encoder's logits and embeddings, and the first stage's logits, one row a prepared text."""
        missing = sorted({text for text in clean if text not in self._known}, key=len)
        for at in range(0, len(missing), _BATCH):
            self._add(missing[at : at + _BATCH])
            told("Reading", min(at + _BATCH, len(missing)), len(missing))
        found = [self._known[text] for text in clean]
        return np.array([f[0] for f in found]), np.array([f[1] for f in found]), np.array([f[2] for f in found])

    def _add(self, some: list[str]) -> None:
        if self._shipped.encoder is None:  # a package without one teaches from n-grams alone
            nothing = np.zeros((len(some), 3))
            rows = zip(nothing, nothing, self._shipped.logits(some), strict=True)
        else:
            rows = zip(*self._shipped.encoder.run(some), self._shipped.logits(some), strict=True)
        self._known.update(zip(some, rows, strict=True))


class _FittedLocal:
    """A local model with what it needs to read texts."""

    def __init__(self, model: LocalModel, reader: _Reader) -> None:
        self._model = model
        self._reader = reader

    def risks(self, texts: Sequence[str], told: Told) -> list[float]:
        """The risk of each text."""
        clean = [classifier_text.prepared(text) for text in texts]
        return [float(risk) for risk in self._model.full(clean, *self._reader.read(clean, told))]

    def save(self, folder: Path) -> None:
        """Write the model."""
        self._model.save(folder / "model.npz")


class LocalLearner:
    """The Learner of a data directory. Opens the shipped model when first needed."""

    def __init__(self, data: Path) -> None:
        """Take the data directory."""
        self._data = data
        self._opened: tuple[ShippedModel, _Reader] | None = None

    def fit(self, train: Examples, told: Told) -> Fitted:
        """A new model."""
        _, reader = self._open()
        clean = [classifier_text.prepared(text) for text in train.texts]
        logits, vectors, linear = reader.read(clean, told)
        told("Fitting", 0, 1)
        model = LocalModel.fit(clean, logits, vectors, linear, np.array(train.labels, float))
        told("Fitting", 1, 1)
        return _FittedLocal(model, reader)

    def risks(self, name: str, texts: Sequence[str], told: Told) -> list[float]:
        """What a model that is kept says of texts."""
        classifier = self.opened(name)
        found: list[float] = []
        for at in range(0, len(texts), _BATCH):
            found += [scores.risk for scores in classifier.score(texts[at : at + _BATCH], thorough=True)]
            told("Comparing", min(at + _BATCH, len(texts)), len(texts))
        return found

    def opened(self, name: str) -> Classifier:
        """A model by its name, live or not. Raises NotFound, and Invalid for a damaged one."""
        self._check(name)
        shipped, _ = self._open()
        if name == "shipped":
            return shipped
        return LocalClassifier(shipped, LocalModel.read(folder_of(self._data, name)), name)

    def live(self) -> str:
        """The name of the live model; ``shipped`` where the one that was named is gone."""
        name = live_name(self._data)
        return name if name == "shipped" or (_NAME.match(name) and folder_of(self._data, name).is_dir()) else "shipped"

    def use(self, name: str) -> None:
        """Write the name of the live model, whole or not at all."""
        self.opened(name)
        folder = self._data / "classifier"
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f".{LIVE}.{os.getpid()}"
        new.write_text(f"{name}\n", "utf-8")
        new.replace(folder / LIVE)

    def kept(self) -> list[Kept]:
        """Local models, the newest first, then the shipped one."""
        live = self.live()
        found = sorted(self._numbers(), reverse=True)
        local = [Kept(f"local-{number}", f"local-{number}" == live, self._facts(f"local-{number}")) for number in found]
        return [*local, Kept("shipped", live == "shipped", None)]

    def keep(self, fitted: Fitted, facts: Facts) -> str:
        """Write the model under the next free number."""
        name = f"local-{max(self._numbers(), default=0) + 1}"
        folder = folder_of(self._data, name)
        being_made = folder.with_name(f".{name}.{os.getpid()}")
        shutil.rmtree(being_made, ignore_errors=True)
        being_made.mkdir(parents=True)
        fitted.save(being_made)
        (being_made / "facts.json").write_bytes(msgspec.json.encode(facts))
        being_made.rename(folder)
        return name

    def _numbers(self) -> list[int]:
        folder = self._data / "classifier"
        return [int(path.name[6:]) for path in folder.glob("local-*") if _NAME.match(path.name)]

    def _facts(self, name: str) -> Facts | None:
        try:
            return msgspec.json.decode((folder_of(self._data, name) / "facts.json").read_bytes(), type=Facts)
        except (OSError, msgspec.DecodeError):
            return None

    def _check(self, name: str) -> None:
        if name != "shipped" and not (_NAME.match(name) and folder_of(self._data, name).is_dir()):
            raise NotFound(f"there is no model {name!r}: perdure classifier list names them")

    def _open(self) -> tuple[ShippedModel, _Reader]:
        if self._opened is None:
            shipped = shipped_model()
            self._opened = shipped, _Reader(shipped)
        return self._opened
