"""Writes the folder of a model: files, their digests, and ``model.json``."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.adapters.classifier_model import Manifest, Stage
from perdure.adapters.classifier_text import VIEW
from perdure.signals.ports import Point

_MOST: Final = 30_000_000  # bytes of weights that the repository carries


def write(
    folder: Path,
    name: str,
    *,
    linear: Stage,
    encoder: Stage | None,
    band: tuple[float, float],
    threat_band: float,
    points: tuple[Point, ...],
    facts: dict[str, Any],
) -> None:
    """Write ``model.json`` for the files that lie in the folder. Raises ValueError where they are too large."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in {".npz", ".onnx"} or path.stem == "vocabulary"]
    if sum(path.stat().st_size for path in files) > _MOST:
        raise ValueError("the weights are larger than the repository may carry")
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    manifest = Manifest(name, VIEW, digests, linear, encoder, band, threat_band, points, facts)
    (folder / "model.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
