"""Pages as plain text, 78 columns wide."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from perdure.continuity.model.paper import Blanks, Block, Facts, Heading, Paragraph, Part, Sheet, Squares, Steps, Title
from perdure.continuity.model.paper import WordList as Words

WIDTH: Final = 78
_GROUP: Final = 5
_ROWS: Final = 5
_LONG: Final = 40
Pairs = Sequence[tuple[str, str]]


def text_of(sheets: Sequence[Sheet]) -> str:
    """All pages in one text, a form feed between them. QR codes are left out: their text is in it."""
    return "\n\f\n".join("\n".join(_lines(sheet)) for sheet in sheets) + "\n"


def spaced(line: str) -> str:
    """A line of armour in groups of five. What is no armour stays as it is."""
    return (
        " ".join(line[start : start + _GROUP] for start in range(0, len(line), _GROUP)) if len(line) < _LONG else line
    )


def _lines(sheet: Sheet) -> Iterator[str]:
    for part in sheet.parts:
        yield from _part(part)
    yield from ("", f"-- {sheet.footer}")


def _part(part: Part) -> Iterator[str]:
    match part:
        case Title(text) | Heading(text):
            title = isinstance(part, Title)
            yield from (text.upper() if title else text, ("=" if title else "-") * min(len(text), WIDTH), "")
        case Paragraph(text, warning):
            mark = "! " if warning else ""
            yield from (*textwrap.wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark)), "")
        case Steps(steps):
            yield from (*_steps(steps), "")
        case Facts(facts):
            yield from (*_facts(facts), "")
        case Block(lines, start):
            yield from (*_block(lines, start), "")
        case Words(words, start):
            yield from (*_words(words, start), "")
        case Blanks(labels):
            yield from (f"{label}: {'_' * (WIDTH - len(label) - 2)}" for label in labels)
        case Squares():
            pass


def _steps(steps: Pairs) -> Iterator[str]:
    for number, (text, command) in enumerate(steps, 1):
        yield from textwrap.wrap(text, WIDTH, initial_indent=f"{number}. ", subsequent_indent="   ")
        if command:
            yield from ("", f"     {command}", "")


def _facts(facts: Pairs) -> Iterator[str]:
    width = max(len(name) for name, _ in facts) + 2
    for name, value in facts:
        yield f"{name:<{width}}{value}"


def _block(lines: Sequence[str], start: str) -> Iterator[str]:
    if start:
        yield start
    for number, line in enumerate(lines):
        if number and number % _ROWS == 0:
            yield ""
        yield spaced(line)


def _words(words: Sequence[str], start: str) -> Iterator[str]:
    yield start
    for first in range(0, len(words), 3):
        cells = [f"{first + place:>3} {word:<14}" for place, word in enumerate(words[first : first + 3], 1)]
        yield "".join(cells).rstrip()
    yield "*"
