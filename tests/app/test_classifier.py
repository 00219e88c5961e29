"""The classifier: the port's contract, the cascade, broken files, and a site without one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from perdure import wiring
from perdure.adapters.classifier import LiveClassifier, NoClassifier, ShippedModel
from perdure.adapters.classifier_model import SHIPPED, Mix, Stage
from perdure.adapters.classifier_text import language, prepared
from perdure.kernel.errors import Invalid
from perdure.kernel.settings import load
from perdure.signals.ports import HEADS, Classifier

TEXTS = [
    "good morning everyone",
    "I will kill you tomorrow",
    "je vais te tuer",
    "",
    "🙂" * 900,
    "a" * 50_000,
    "\x00\ud7ff",
]


@pytest.fixture(scope="module")
def shipped() -> ShippedModel:
    return ShippedModel()


def test_every_text_gets_four_scores_between_0_and_1_with_model_language_and_view(shipped):
    for scores in [*shipped.score(TEXTS), *shipped.score(TEXTS, thorough=True), *map(shipped.quick, TEXTS)]:
        assert all(0 <= getattr(scores, head) <= 1 for head in HEADS)
        assert scores.model == shipped.version
        assert scores.view == "classifier-1"
        assert scores.language in {"en", "fr", "ar", "und"}


def test_the_same_text_scores_the_same_alone_and_among_others(shipped):
    together = shipped.score(TEXTS, thorough=True)
    for text, scores in zip(TEXTS, together, strict=True):
        alone = shipped.score([text], thorough=True)[0]
        assert all(getattr(alone, head) == getattr(scores, head) for head in HEADS)
    assert shipped.score(TEXTS, thorough=True) == together


def test_no_text_is_no_score(shipped):
    assert shipped.score([]) == []


def test_a_threat_scores_above_small_talk_in_both_languages(shipped):
    quiet, english, french = (scores.threat for scores in shipped.score(TEXTS[:3], thorough=True))
    assert min(english, french) > 0.5 > quiet


def test_one_head_that_is_sure_makes_a_risk_though_the_others_say_no():
    stage = Stage((Mix((1.0, 0.0, 0.0), 0.0), Mix((0.0, 1.0, 0.0), 0.0), Mix((0.0, 0.0, 1.0), 0.0)), Mix((1.0,), 0.0))
    insult, vague = stage.scores(np.array([[-9.0, 2.0, -9.0], [-1.5, -1.5, -1.5]]))[:, 3]
    assert insult > 0.8
    assert vague < 0.5


@pytest.mark.parametrize(
    "disguised", ["I will k i l l you", "I will k1ll you", "I will ki\u200bll you", "I will kiiiiiill you"]
)
def test_disguised_words_are_written_out_before_they_are_read(disguised):
    assert prepared(disguised).replace("iii", "i") == "I will kill you"


@pytest.mark.parametrize("honest", ["the 1st of May", "covid19 and 4chan", "a mp3 of 1984", "therapist", "a b"])
def test_honest_digits_and_letters_stay(honest):
    assert prepared(honest) == honest


def test_the_language_is_guessed_by_common_words():
    assert [language(text) for text in ("this is for you", "c'est pour vous", "صباح الخير", "zzz")] == [
        "en",
        "fr",
        "ar",
        "und",
    ]


def test_operating_points_are_in_order(shipped):
    by_head = {head: [point for point in shipped.points if point.head == head] for head in HEADS}
    assert {point.name for point in by_head["threat"]} >= {"hold_review", "queue"}
    for found in by_head.values():
        assert [point.threshold for point in found] == sorted((point.threshold for point in found), reverse=True)
        assert all(0 < point.threshold < 1 and 0 < point.precision <= 1 for point in found)
    assert {point.head for point in shipped.points} <= set(HEADS)


@pytest.mark.parametrize("name", ["linear.npz", "encoder.onnx", "model.json"])
@pytest.mark.parametrize("harm", ["cut", "flipped", "gone"])
def test_a_damaged_file_is_refused_with_a_way_on(tmp_path, name, harm):
    folder = tmp_path / "models"
    shutil.copytree(SHIPPED, folder)
    _harm(folder / name, harm)
    with pytest.raises(Invalid, match="damaged or missing") as refused:
        ShippedModel(folder)
    assert 'classifier = "none"' in refused.value.public
    assert name in refused.value.public


def _harm(path: Path, harm: str) -> None:
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        middle = len(data) // 2
        path.write_bytes(
            data[:middle] if harm == "cut" else data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]
        )


def test_a_site_can_run_without_a_classifier(tmp_path):
    (tmp_path / "perdure.toml").write_text('classifier = "none"\n')
    with wiring.runtime(load(tmp_path), local=True) as rt:
        classifier = rt.port(Classifier)
        assert isinstance(classifier, NoClassifier)
        assert [scores.risk for scores in classifier.score(["I will kill you"])] == [0.0]
        assert classifier.points == ()


def test_a_site_has_the_shipped_classifier_by_default(tmp_path):
    with wiring.runtime(load(tmp_path), local=True) as rt:
        assert isinstance(rt.port(Classifier), LiveClassifier)
        assert rt.port(Classifier).version == json.loads((SHIPPED / "model.json").read_text())["name"]


def test_the_model_adds_at_most_250_mb():
    script = (
        "import resource, msgspec, numpy\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "from perdure.adapters.classifier import ShippedModel\n"
        "ShippedModel().score(['I will kill you ' * 60] * 64, thorough=True)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True, env={**os.environ}
    )
    assert int(done.stdout) <= 250


def test_the_weights_in_the_package_are_at_most_30_mb():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 30_000_000
