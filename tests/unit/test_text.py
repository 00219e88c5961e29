import pytest

from perdure.kernel.errors import Invalid
from perdure.kernel.text import clean, key


def test_unit_stored_text_has_no_nul_no_controls_and_one_kind_of_line_end() -> None:
    assert clean("a\x00b\r\nc\rd\x07\te") == "ab\nc\nd\te"


def test_unit_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(Invalid, match="not valid Unicode"):
        clean("\ud800")


def test_unit_composed_and_decomposed_spellings_are_the_same_name() -> None:
    assert key("E\u0301va") == key("\u00c9VA")
