"""The second stage: a small encoder through onnxruntime, eight bits a weight, one thread, no network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from perdure.adapters.classifier_linear import Floats
from perdure.adapters.classifier_model import broken
from perdure.adapters.classifier_wordpiece import WordPiece

MAX_TOKENS: Final = 128


class OnnxEncoder:
    """Logits of three heads and the means of the last and the middle layer. Opens its files when first asked."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; a web worker that only ever uses the first stage loads nothing."""
        self._folder = folder
        self._opened: tuple[Any, WordPiece] | None = None

    def run(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Logits (n, 3) and embeddings (n, 2 x width), in the order of the prepared texts."""
        session, tokenizer = self._open()
        logits, vectors = [], []
        for text in texts:
            # One at a time: eight-bit activations take their scale from the whole batch, and a text's scores must
            # not depend on its neighbours. Nothing is padding then, so little is lost.
            ids = np.array([tokenizer.ids(text)], np.int64)
            found = session.run(["logits", "last", "middle"], {"ids": ids, "mask": np.ones_like(ids)})
            logits.append(found[0][0])
            vectors.append(np.concatenate([found[1][0], found[2][0]]))
        return np.array(logits).reshape(-1, 3), np.array(vectors)

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
