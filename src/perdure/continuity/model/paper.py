"""Pages to be printed, as their content: laid out as text or PDF elsewhere."""

import msgspec


class Title(msgspec.Struct, frozen=True, tag=True):
    """The page's own title."""

    text: str


class Heading(msgspec.Struct, frozen=True, tag=True):
    """The title of what follows."""

    text: str


class Paragraph(msgspec.Struct, frozen=True, tag=True):
    """A few sentences; ``warning`` stands out."""

    text: str
    warning: bool = False


class Steps(msgspec.Struct, frozen=True, tag=True):
    """What to do, one thing after the other; ``command`` is to be typed as it is."""

    steps: tuple[tuple[str, str], ...]
    """Text and command, which may be empty."""


class Facts(msgspec.Struct, frozen=True, tag=True):
    """Names and values."""

    facts: tuple[tuple[str, str], ...]


class Block(msgspec.Struct, frozen=True, tag=True):
    """Lines to be typed as they are, numbered where there is room; ``start`` stands before the first."""

    lines: tuple[str, ...]
    start: str = ""


class WordList(msgspec.Struct, frozen=True, tag=True):
    """Words to be typed, numbered; ``start`` stands before them."""

    words: tuple[str, ...]
    start: str


class Squares(msgspec.Struct, frozen=True, tag=True):
    """QR codes: a caption and what it says."""

    squares: tuple[tuple[str, str], ...]


class Blanks(msgspec.Struct, frozen=True, tag=True):
    """Lines to be filled in by hand, each after a word."""

    labels: tuple[str, ...]


Part = Title | Heading | Paragraph | Steps | Facts | Block | WordList | Squares | Blanks


class Sheet(msgspec.Struct, frozen=True):
    """One page."""

    parts: tuple[Part, ...]
    footer: str
