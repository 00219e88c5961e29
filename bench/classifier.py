"""The shipped classifier against the figures that were asked: ``make bench BENCH=classifier``.

Reads the evaluation sets at ``PERDURE_DATA_SETS`` (default ``../shared/data``); none of them was trained on. Writes
``bench/out/classifier.json``.
"""

import csv
import json
import os
import resource
import sys
import time
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec
import numpy as np

from perdure.adapters.classifier import ShippedModel
from perdure.signals.ports import Scores
from tools.train_classifier import corpus
from tools.train_classifier.calibrate import auc

DATA = Path(os.environ.get("PERDURE_DATA_SETS", "../shared/data"))
OUT = Path(__file__).parent / "out" / "classifier.json"


def main() -> None:
    model = ShippedModel()
    result: dict[str, Any] = {"model": model.version, "figures": []}
    speed(model, result)
    for measure in (parler, hatecheck, mentions, openai, test_part):
        measure(model, result)
    result["points"] = msgspec.to_builtins(model.points)
    result["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    for figure in result["figures"]:
        print(f"{figure['what']:48} asked {figure['asked'] or '–':>6}  seen {figure['seen']:.3f}")
    for point in model.points:
        print(f"{point.head} {point.name}: from {point.threshold}, precision {point.precision}, recall {point.recall}")


def told(result: dict[str, Any], what: str, asked: float | None, seen: float) -> None:
    result["figures"].append({"what": what, "asked": asked, "seen": round(seen, 4)})


def column(scores: list[Scores], head: str) -> np.ndarray:
    return np.array([getattr(one, head) for one in scores])


def speed(model: ShippedModel, result: dict[str, Any]) -> None:
    texts = [row["text"] for row in rows(DATA / "parler_dev.csv")][:1500]
    begun = time.perf_counter()
    for text in texts:
        model.quick(text)
    result["quick_per_s"] = round(len(texts) / (time.perf_counter() - begun))
    begun = time.perf_counter()
    found = model.score(texts)
    result["cascade_per_s"] = round(len(texts) / (time.perf_counter() - begun))
    result["asked_of_encoder_parler"] = round(sum(one.stage == "encoder" for one in found) / len(found), 3)


def parler(model: ShippedModel, result: dict[str, Any]) -> None:
    """The part that is here; the asked figure is for the part kept aside."""
    table = rows(DATA / "parler_dev.csv")
    scores = model.score([row["text"] for row in table], thorough=True)
    labels = np.array([float(row["y_gt3"] in {"1", "True", "1.0"}) for row in table])
    told(result, "Parler (this part), risk, AUC", 0.82, auc(labels, column(scores, "risk")))
    for head in ("hate", "abuse", "threat"):
        told(result, f"Parler (this part), {head}, AUC", None, auc(labels, column(scores, head)))


def hatecheck(model: ShippedModel, result: dict[str, Any]) -> None:
    table = rows(DATA / "eval" / "hatecheck_french.csv")
    hate = column(model.score([row["test_case"] for row in table], thorough=True), "hate")
    labels = np.array([float(row["label_gold"] == "hateful") for row in table])
    told(result, "French HateCheck, hate, AUC", 0.65, auc(labels, hate))
    right = defaultdict(list)
    for row, label, score in zip(table, labels, hate, strict=True):
        right[row["functionality"]].append((score >= 0.5) == label)
    result["french_hatecheck_right"] = {name: round(float(np.mean(found)), 3) for name, found in sorted(right.items())}
    benign = [row["functionality"].startswith("ident_") for row in table]
    told(result, "French benign mentions flagged at hate 0.5", None, float((hate[benign] >= 0.5).mean()))


def mentions(model: ShippedModel, result: dict[str, Any]) -> None:
    """English sentences of our own that name a group; the asked figure is for a suite that is not here."""
    data = tomllib.loads((Path(__file__).parent / "mentions.toml").read_text("utf-8"))
    lines = [(line, 1.0) for line in data["hateful"]] + [(line, 0.0) for line in data["harmless"]]
    texts = [line.format(g=many, s=one) for line, _ in lines for many, one in data["groups"]]
    labels = np.repeat([label for _, label in lines], len(data["groups"]))
    hate = column(model.score([text[:1].upper() + text[1:] for text in texts], thorough=True), "hate")
    told(result, "our own English mentions, hate, AUC", None, auc(labels, hate))
    told(result, "our own English harmless mentions flagged at 0.5", None, float((hate[labels == 0] >= 0.5).mean()))


def openai(model: ShippedModel, result: dict[str, Any]) -> None:
    with (DATA / "eval" / "openai_moderation_1680.jsonl").open(encoding="utf-8") as file:
        table = [json.loads(line) for line in file]
    scores = model.score([row["prompt"] for row in table], thorough=True)
    for label, head, asked in (("V", "threat", 0.86), ("H2", "threat", 0.92), ("H", "hate", 0.85)):
        places = [place for place, row in enumerate(table) if row.get(label) in {0, 1}]
        labels = np.array([float(table[place][label]) for place in places])
        told(result, f"OpenAI set, {head} against {label}, AUC", asked, auc(labels, column(scores, head)[places]))


def test_part(model: ShippedModel, result: dict[str, Any]) -> None:
    test = corpus.test(corpus.load(DATA / "training"))
    scores = model.score([example.text for example in test], thorough=True)
    for place, head in enumerate(corpus.HEADS):
        where = [at for at, example in enumerate(test) if example.labels[place] is not None]
        labels = np.array([test[at].labels[place] >= 0.5 for at in where], float)
        found = column(scores, head)[where]
        told(result, f"test part, {head}, AUC", 0.95 if head == "threat" else None, auc(labels, found))
        told(result, f"test part, {head}, Brier", None, float(((found - labels) ** 2).mean()))
        told(result, f"test part, {head}, expected calibration error", None, calibration_error(labels, found))
        if head == "threat":
            alarm = np.quantile(found[labels == 0], 0.95)
            told(
                result, "test part, threats found at 5 % false alarms", 0.78, float((found[labels > 0] > alarm).mean())
            )


def calibration_error(labels: np.ndarray, found: np.ndarray) -> float:
    """Ten bins of equal width."""
    bins = np.minimum((found * 10).astype(int), 9)
    gaps = [abs(found[bins == one].mean() - labels[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
    return float(sum(gaps))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
