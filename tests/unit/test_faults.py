"""Refusals of the domains as pages tell them."""

import pytest

from perdure.accounts.errors import invalid
from perdure.kernel.errors import AppError, Conflict, Forbidden, Invalid, NotFound, RateLimited
from perdure.web.faults import explained
from perdure.web.words import Words, catalogue

NOW = 1_790_000_000_000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_sentence_of_a_domain_is_told_with_its_figures(language: str) -> None:
    told = explained(Words(language, NOW), Invalid("Validation failed: Text character limit of 1000 exceeded"))
    assert told.text == str(catalogue(language)["faults.post_long"]).format(
        most="1,000" if language == "en" else "1\u202f000"
    )


def test_each_field_is_told_what_is_wrong_with_it() -> None:
    error = invalid({"username": [("ERR_TAKEN", "has already been taken")], "email": [("ERR_INVALID", "is invalid")]})
    assert explained(Words("fr", NOW), error).fields == {
        "username": "C’est déjà pris.",
        "email": "Cela ne semble pas correct.",
    }


@pytest.mark.parametrize("error", [NotFound(), Forbidden(), Conflict("x"), RateLimited(), Invalid("Something new")])
def test_a_french_page_never_shows_an_english_sentence(error: AppError) -> None:
    assert explained(Words("fr", NOW), error).text == catalogue("fr")[f"faults.kinds.{error.kind}"]


def test_an_english_page_shows_a_sentence_we_do_not_know() -> None:
    assert explained(Words("en", NOW), Invalid("Validation failed: Something new")).text == "Something new"
