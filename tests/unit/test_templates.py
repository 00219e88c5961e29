"""Templates hold no words of their own: every text comes from the catalogue, in the reader's language."""

import re
from pathlib import Path

import pytest

from perdure import web

TEMPLATES = sorted((Path(web.__file__).parent / "templates").rglob("*.html"))
CODE = re.compile(r"{% block kind %}.*?{% endblock %}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
ATTRIBUTE = re.compile(r'\s([\w-]+)="([^"]*)"')
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description", "label"}
NAMES = {"RSS", "Atom", "JSON", "Feed", "ALT", "Perdure"}


def own_words(source: str) -> list[str]:
    """Words outside of expressions, tags and comments, and in attributes that people read."""
    bare = CODE.sub("", source)
    spoken = [text for name, text in ATTRIBUTE.findall(bare) if name in SPOKEN]
    text = re.sub(r"<(script|style|code)\b.*?</\1>|<[^>]*>|&\w+;", " ", ATTRIBUTE.sub(" ", bare), flags=re.DOTALL)
    return [word for part in [*spoken, text] for word in re.findall(r"[A-Za-zÀ-ÿ]{2,}", part) if word not in NAMES]


def test_the_check_itself_sees_words() -> None:
    assert own_words('<p class="x" title="Save it">{{ t("x") }} Hello</p>') == ["Save", "it", "Hello"]


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_template_has_no_words_of_its_own(file: Path) -> None:
    assert own_words(file.read_text("utf-8")) == []
