"""Writes the trained encoder as ONNX, eight bits a weight, embeddings too. Needs torch."""

from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from tools.train_classifier.network import Encoder


def export(model: Encoder, path: Path) -> None:
    """Write ``path`` and check that onnxruntime opens it."""
    model.eval()
    whole = path.with_suffix(".whole.onnx")
    ids = torch.ones(2, 12, dtype=torch.long)
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        model,
        (ids, ids),
        str(whole),
        input_names=["ids", "mask"],
        output_names=["logits", "last", "middle"],
        dynamic_axes={"ids": axes, "mask": axes, "logits": {0: "texts"}, "last": {0: "texts"}, "middle": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(
        whole, path, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, weight_type=QuantType.QInt8
    )
    whole.unlink()
