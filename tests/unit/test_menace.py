"""The threat pattern: a verb of harm and somebody named, in any spelling, and nothing harmless."""

import pytest
from bench.menaces import SPELLINGS, harmless, names

from perdure.signals.rules.menace import menace


@pytest.mark.parametrize("number", range(len(SPELLINGS)))
def test_every_spelling_of_a_threat_against_any_name_is_known(number: int) -> None:
    missed = [text for name in names(40) if not menace(text := SPELLINGS[number](name))]
    assert missed == []


def test_of_five_hundred_harmless_trends_at_least_99_in_100_pass() -> None:
    trends = harmless()
    assert len(trends) == 500
    assert len([text for text in trends if menace(text)]) <= 5


@pytest.mark.parametrize(
    "text",
    [
        "kill @wobbleton",
        "Wobbleton deserves the rope",
        "Death to Gerald Wobbleton",
        "Mort à Wobbleton",
        "shoot the president",
        "notelbboW gnah",
        "a bullet for Wobbleton",
        "Wobbleton doit être pendu",
    ],
)
def test_a_threat_in_other_words_is_known(text: str) -> None:
    assert menace(text)


@pytest.mark.parametrize("text", ["", "#", "12345", "@", "hang", "kill", "🔥" * 500, "a" * 5000, "hang " * 3000])
def test_what_says_nothing_or_is_strange_is_no_threat(text: str) -> None:
    assert menace(text) is None
