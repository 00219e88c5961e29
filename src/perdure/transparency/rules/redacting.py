"""Takes personal data out of the little that staff wrote and that is published. Pure.

What can be recognised by its form goes: addresses, names of accounts, telephone numbers, links, identifiers, anything
quoted. A law's name has none of these.
"""

import re
from typing import Final

_REDACTED: Final = "[…]"
_FORMS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:https?|ftp)://\S{1,2000}",
        r"\bwww\.\S{1,500}",
        r"[^\s@<>()\"',;:]{1,64}@[^\s@<>()\"',;]{1,253}",  # mail, and name@host
        r"(?<![\w@])@\w[\w.-]{0,60}",
        r"“[^”]{0,500}”|«[^»]{0,500}»|\"[^\"]{0,500}\"",
        r"(?<![\w.])\+?\d[\d ()/.-]{7,20}\d(?![\w.])",  # telephone numbers, ids
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    )
)


def redacted(text: str, most: int) -> str:
    """The text without what could name somebody, at most ``most`` characters."""
    for form in _FORMS:
        text = form.sub(_REDACTED, text)
    return cut(" ".join(text.split()), most)


def cut(text: str, most: int) -> str:
    """At most ``most`` characters, with a sign that something is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
