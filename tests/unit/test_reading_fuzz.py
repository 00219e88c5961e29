"""A short fuzz of the reader of letters; ``bench/letter_fuzz.py`` does a hundred thousand."""

import random

import pytest

from tests.letter_mutants import mutant, seeds
from tests.unit.reading import read

LETTERS = seeds()


@pytest.mark.parametrize("form", sorted(LETTERS))
def test_no_accident_makes_a_letter_crash_the_reader_or_get_lost(form: str) -> None:
    chance = random.Random(20210109)
    for _ in range(30 if form == "pdf" else 120):
        letter = read(mutant(chance, form, LETTERS))
        assert letter.items
        assert [item.number for item in letter.items] == list(range(1, len(letter.items) + 1))
        assert not any("could not be" in fault for fault in letter.faults), letter.faults
        assert all(item.pointer != "none" or letter.faults or len(letter.items) > 1 for item in letter.items)
