"""Lets the threat head hear the finer labels that mean a threat: their weights are added to its own. Needs torch."""

from pathlib import Path
from typing import Final

import torch

from tools.train_classifier import calibrate, network
from tools.train_classifier.corpus import HEADS, Example

_THREATS: Final = ("implicit 1", "sexist 1")
_PENALTY: Final = 1e-3


def fold(model: network.Encoder, base: Path, examples: list[Example]) -> None:
    """Change the threat head in place, by shares that are fitted on the calibration part; none is negative."""
    head = HEADS.index("threat")
    places, labels = calibrate.known(examples, head)
    raw = network.scores(model, base, [examples[place].text for place in places]).numpy()
    kinds = [network.KIND_NAMES.index(kind) for kind in _THREATS]
    columns = [head, *(len(HEADS) + kind for kind in kinds)]
    found = calibrate.mix(raw[:, columns].astype(float), labels, _PENALTY, allowed=tuple(range(len(columns))))
    own, *others = found.weights
    print(f"threat hears itself {own:.2f}, {', '.join(f'{k} {w:.2f}' for k, w in zip(_THREATS, others, strict=True))}")
    with torch.no_grad():
        weight, constant = own * model.heads.weight[head], own * model.heads.bias[head] + found.constant
        for kind, share in zip(kinds, others, strict=True):
            weight = weight + share * model.kinds.weight[kind]
            constant = constant + share * model.kinds.bias[kind]
        model.heads.weight[head], model.heads.bias[head] = weight, constant
