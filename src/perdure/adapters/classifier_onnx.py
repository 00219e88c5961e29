"""The second stage: a small encoder through onnxruntime, eight bits a weight, one thread, no network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from perdure.adapters.classifier_linear import Floats
from perdure.adapters.classifier_model import broken
from perdure.adapters.classifier_wordpiece import WordPiece

MAX_TOKENS: Final = 128
_BATCH_TOKENS: Final = 1024  # tokens in one run: bounds the memory


class OnnxEncoder:
    """Logits of three heads and the means of the last and the middle layer. Opens its files when first asked."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; a web worker that only ever uses the first stage loads nothing."""
        self._folder = folder
        self._opened: tuple[Any, WordPiece] | None = None

    def run(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Logits (n, 3) and embeddings (n, 2 x width), in the order of the prepared texts."""
        session, tokenizer = self._open()
        encoded = [tokenizer.ids(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda place: len(encoded[place]))
        logits, vectors = [np.zeros((0, 3), np.float32)], [np.zeros((0, 0), np.float32)] * 0
        for group in _groups(order, encoded):
            ids = np.zeros((len(group), len(encoded[group[-1]])), np.int64)
            mask = np.zeros_like(ids)
            for row, place in enumerate(group):
                ids[row, : len(encoded[place])] = encoded[place]
                mask[row, : len(encoded[place])] = 1
            found = session.run(["logits", "last", "middle"], {"ids": ids, "mask": mask})
            logits.append(found[0])
            vectors.append(np.concatenate(found[1:], axis=1))
        back = np.argsort(order)
        return np.concatenate(logits)[back], np.concatenate(vectors)[back]

    def _open(self) -> tuple[Any, WordPiece]:
        if self._opened is None:
            self._opened = _opened(self._folder)
        return self._opened


def _opened(folder: Path) -> tuple[Any, WordPiece]:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        tokenizer = WordPiece(folder / "vocabulary.txt", MAX_TOKENS)
        session = ort.InferenceSession(folder / "encoder.onnx", options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises bare exceptions of its own
        raise broken(folder / "encoder.onnx") from error
    return session, tokenizer


def _groups(order: list[int], encoded: list[list[int]]) -> list[list[int]]:
    """Texts of like length together, so that little is padding; each run within the bound."""
    groups: list[list[int]] = []
    for place in order:
        if groups and (len(groups[-1]) + 1) * len(encoded[place]) <= _BATCH_TOKENS:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
