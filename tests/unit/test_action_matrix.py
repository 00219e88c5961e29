"""From a finding to what is done about it."""

import pytest

from perdure.kernel.errors import Invalid
from perdure.signals.rules import matrix
from perdure.signals.rules.matrix import Evidence, Matrix, action_of, trust_of

SHIPPED = matrix.parse(matrix.packaged_text())
DAY_MS = 86_400_000


def found(severity: int = 0, score: float = 1.0, **given: object) -> Evidence:
    values: dict[str, object] = {"source": "rule", "severity": severity, "score": score, "may_hold": True}
    return Evidence(**(values | given))  # type: ignore[arg-type]


def test_a_certain_threat_is_held_whoever_wrote_it() -> None:
    assert [action_of(SHIPPED, found(), trust) for trust in ("new", "known", "trusted")] == ["auto_hold"] * 3


def test_a_weak_sign_of_a_threat_only_queues() -> None:
    assert action_of(SHIPPED, found(score=0.3), "new") == "queue"
    assert action_of(SHIPPED, found(score=0.01), "new") == "publish"


def test_below_severity_0_nothing_is_held_without_a_look() -> None:
    for severity in (1, 2, 3):
        for trust in ("new", "known", "trusted"):
            assert action_of(SHIPPED, found(severity), trust) != "auto_hold"  # type: ignore[arg-type]


def test_likeness_and_short_texts_never_hold() -> None:
    assert action_of(SHIPPED, found(may_hold=False), "new") == "queue"
    assert action_of(SHIPPED, found(source="near_text"), "new") == "queue"


def test_a_rule_gets_no_more_than_it_asks_for() -> None:
    assert action_of(SHIPPED, found(2, asked="label"), "new") == "label"
    assert action_of(SHIPPED, found(0, asked="queue"), "new") == "queue"


def test_a_source_nobody_described_only_queues() -> None:
    assert action_of(SHIPPED, found(source="tea leaves"), "new") == "queue"


@pytest.mark.parametrize("severity", [0, 1, 2, 3])
def test_trust_never_makes_it_worse(severity: int) -> None:
    scores = [step / 20 for step in range(21)]
    for score in scores:
        acts = [
            matrix.ORDER.index(action_of(SHIPPED, found(severity, score), trust))
            for trust in ("new", "known", "trusted")
        ]
        assert acts == sorted(acts, reverse=True)


@pytest.mark.parametrize(
    ("age", "posts", "followers", "struck", "trust"),
    [
        (0, 0, 0, False, "new"),
        (7, 10, 1, False, "known"),
        (7, 10, 0, False, "new"),
        (90, 100, 10, False, "trusted"),
        (900, 1000, 100, True, "new"),
    ],
)
def test_trust_grows_with_time_posts_and_followers_and_ends_with_a_strike(
    age: int, posts: int, followers: int, struck: bool, trust: str
) -> None:
    assert trust_of(SHIPPED, age_ms=age * DAY_MS, posts=posts, followers=followers, struck=struck) == trust


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("auto_hold = 0.8 }", "auto_hold = 0.2 }"), "stronger action"),
        (("new = { queue = 0.3, limit = 0.8, hold_review = 0.9 }", "new = { auto_hold = 0.9 }"), "I12"),
        (("[severity.3]", "[severity.4]"), "each severity"),
        (("delay_s = 300", "delay_s = -1"), "delay_s"),
        (("queue = 0.15", "queue = 0"), "above 0"),
        (("queue = 0.15", "qeue = 0.15"), "cannot be read"),
        (("version = 1", "version = "), "cannot be read"),
    ],
)
def test_a_matrix_that_breaks_a_rule_is_refused_with_the_place(change: tuple[str, str], says: str) -> None:
    text = matrix.packaged_text().replace(*change, 1)
    assert text != matrix.packaged_text()
    with pytest.raises(Invalid, match=says):
        matrix.parse(text)


def test_the_shipped_matrix_is_a_matrix() -> None:
    assert isinstance(SHIPPED, Matrix)
