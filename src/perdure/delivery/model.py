"""The records of delivery."""

import msgspec


class Mail(msgspec.Struct, frozen=True):
    """One mail in plain text. ``reference`` names what caused it: a repeated delivery keeps its Message-ID."""

    to: str
    subject: str
    text: str
    reference: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a page is taken: its media types, how many bytes (unpacked), within how many seconds.

    With ``cut`` a longer body is cut off at ``most`` bytes; without, it is refused.
    """

    types: frozenset[str]
    most: int
    cut: bool = False
    seconds: float = 10.0


class Fetched(msgspec.Struct, frozen=True):
    """What the other side answered. ``url`` is where the redirects ended; ``body`` is empty unless the status is 200.

    ``charset`` is what the header says, lower case, or empty; ``links`` are the values of its ``Link`` headers.
    """

    url: str
    status: int
    mime: str
    charset: str
    links: tuple[str, ...]
    body: bytes
