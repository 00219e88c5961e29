"""The catalogue of pages: both languages whole, nothing missing, nothing left over."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup

from perdure import web
from perdure.web.words import LANGUAGES, Words, catalogue

WEB = Path(web.__file__).parent
SOURCES = "\n".join(file.read_text("utf-8") for file in WEB.rglob("*") if file.suffix in {".py", ".html"})
MINUTE, DAY = 60_000, 86_400_000
NOW = 1_790_000_000_000  # 2026-09-21T14:13:20Z


def placeholders(text: object) -> set[str]:
    return set(re.findall(r"{(\w+)}", str(text if isinstance(text, str) else list(text.values()))))


def used() -> tuple[set[str], set[str]]:
    """Keys asked by name, and groups whose words data names."""
    keys = set(re.findall(r"""\b(?:t|self)\(\s*["']([\w.]+)["']""", SOURCES))
    return keys, set(re.findall(r"""\b(?:t|self)\.of\(\s*["']([\w.]+)["']""", SOURCES))


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    english, french = (catalogue(language) for language in LANGUAGES)
    assert english.keys() == french.keys()
    assert {key: placeholders(text) for key, text in english.items()} == {
        key: placeholders(text) for key, text in french.items()
    }


def test_every_key_that_a_page_asks_for_exists() -> None:
    keys, groups = used()
    assert sorted(keys - catalogue("en").keys()) == []
    assert sorted(group for group in groups if not any(key.startswith(f"{group}.") for key in catalogue("en"))) == []


def test_every_text_is_used() -> None:
    keys, groups = used()
    assert sorted(key for key in catalogue("en").keys() - keys if key.rpartition(".")[0] not in groups) == []


def test_french_puts_a_space_before_high_punctuation() -> None:
    found = catalogue("fr").values()
    texts = [form for text in found for form in ([text] if isinstance(text, str) else text.values())]
    assert [text for text in texts if re.search(r"\w[:;!?»](?!/)", text)] == []


def test_numbers_choose_their_form_and_are_written_for_people() -> None:
    english, french = Words("en", NOW), Words("fr", NOW)
    assert [english("nav.unread", n=n) for n in (1, 1234)] == ["1 new", "1,234 new"]
    assert [french("nav.unread", n=n) for n in (0, 1, 2)] == ["0 nouveau", "1 nouveau", "2 nouveaux"]
    assert [english.short(n) for n in (999, 1260, 134_560, 1_260_000)] == ["999", "1.3K", "135K", "1.3M"]


def test_a_value_that_is_markup_makes_markup_and_everything_else_is_escaped() -> None:
    text = Words("en", NOW)("consent.asks", app="<script>", name=Markup("<b>ada</b>"))
    assert text == "&lt;script&gt; wants to use your account <b>ada</b>."
    assert isinstance(text, Markup)


@pytest.mark.parametrize(
    ("before", "english", "french"),
    [
        (10_000, "now", "à l’instant"),
        (3 * MINUTE, "3m", "3 min"),
        (6 * DAY, "6d", "6 j"),
        (8 * DAY, "Sep 13", "13 sept."),
        (400 * DAY, "Aug 17, 2025", "17 août 2025"),
    ],
)
def test_times_are_relative_up_to_a_week_and_dates_after(before: int, english: str, french: str) -> None:
    assert Words("en", NOW).ago(NOW - before) == english
    assert Words("fr", NOW).ago(NOW - before).replace("\xa0", " ").replace("\u202f", " ") == french
