"""The sender's own numbers: of the whole letter and of its items. Pure."""

import re
from typing import Final

_LABEL: Final = (
    r"(?:abuse|case|ticket|incident|reference|ref|report|complaint|notice|order|request|tracking|file|vorgangs?|"
    r"fall|akten|meldungs?|dossier|affaire|signalement|plainte|demande|r\u00e9quisition|requisition|proc\u00e9dure|proc\u00e8s-verbal|pv|az|gz)"
)
_LABELLED: Final = re.compile(
    rf"\b{_LABEL}(?:[ -]?(?:id|no|nr|num(?:ber|\u00e9ro|mer)?|code|reference|ref|zeichen|"
    rf"n[\u00b0\u00ba]))?\.?\s{{0,2}}(?:is\s|est\s|"
    rf"lautet\s)?[:#=\u00b0\u00ba]{{1,2}}\s{{0,3}}[\[(#]{{0,2}}([A-Za-z0-9][A-Za-z0-9\-_/.]{{2,60}})"
    rf"|\b{_LABEL}[ -]?(?:id|no|nr|number|num\u00e9ro|nummer|zeichen|"
    rf"n[\u00b0\u00ba])\.?\s{{1,2}}[\[(#]{{0,2}}([A-Za-z0-9][A-Za-z0-9\-_/.]{{2,60}})",
    re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"[\[(]\s?#?([A-Za-z]{0,12}[#:\-_ ]{0,2}\d[A-Za-z0-9\-_.]{3,50})\s?[\])]")
_HASHED: Final = re.compile(r"(?:^|\s)#([A-Za-z]{0,10}-?\d[\w\-]{3,50})")
_KIND: Final = re.compile(r"\A(?:ticket|case|abuse|ref)[#: ]{1,2}", re.IGNORECASE)
_DIGIT: Final = re.compile(r"\d")
_FRONT: Final = re.compile(r"\W{0,4}([A-Za-z]{1,6}[-_/#]\d{2,12})\b")
_MOST: Final = 20


def references_of(subject: str, text: str) -> tuple[str, ...]:
    """The sender's numbers for a letter: from its subject, and where its first lines name them."""
    found = [_KIND.sub("", match[1]) for match in _BRACKETED.finditer(subject[:1000])]
    found += [match[1] for match in _HASHED.finditer(subject[:1000])]
    for source in (subject[:1000], text[:20_000]):
        found += [match[1] or match[2] for match in _LABELLED.finditer(source)]
    kept = [one.rstrip(".-_/,").strip() for one in found]
    return tuple(dict.fromkeys(one for one in kept if len(one) >= 3 and _DIGIT.search(one)))[:_MOST]


def at_front(words: str) -> str:
    """The number with which a line of a list begins, as ``R-1001``; empty for none."""
    match = _FRONT.match(words)
    return match[1] if match else ""


def of_line(text: str) -> str:
    """The number that a line names as its own; empty for none."""
    match = _LABELLED.search(text[:500])
    found = (match[1] or match[2]) if match else ""
    return found.rstrip(".-_/,") if found and _DIGIT.search(found) else ""
