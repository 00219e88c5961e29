"""Instants as authorities write them. Pure. Without a zone they are taken as UTC, and shown as they were written."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january janvier jan", "february février fevrier feb", "march mars mar", "april avril apr", "may mai",
            "june juin jun", "july juillet jul", "august août aout aug", "september septembre sep sept",
            "october octobre oct", "november novembre nov", "december décembre decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ISO: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:T|\b)")
_NUMBERS: Final = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_WORDS: Final = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er)?\s+([^\W\d]{3,10})\.?\s+(\d{4})\b")
_TIME: Final = re.compile(r"(?<![\d:])(\d{1,2})(?::|\s?h\s?|\.)(\d{2})(?::(\d{2}))?(?![\d.])")
_ZONE: Final = re.compile(
    r"(?:\b|(?<=\d))(utc|gmt|z|cest|cet|eest|eet|west|wet)\b|([+-])(\d{2}):?(\d{2})\b", re.IGNORECASE
)
_HOURS: Final = {"utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3}


def instant_of(text: str) -> int | None:
    """The first instant (ms) in a text; None where there is no date. A date alone is its beginning."""
    day = _day(text)
    if day is None:
        return None
    rest = _ISO.sub(" ", _NUMBERS.sub(" ", text))
    clock = _TIME.search(rest)
    hour, minute, second = (int(one or 0) for one in clock.groups()) if clock else (0, 0, 0)
    try:
        found = datetime(*day, hour, minute, second, tzinfo=_zone(rest))
    except ValueError:
        return None
    return int(found.timestamp() * 1000) if found.year > 1970 else None


def _day(text: str) -> tuple[int, int, int] | None:
    if (iso := _ISO.search(text)) is not None:
        return int(iso[1]), int(iso[2]), int(iso[3])
    if (plain := _NUMBERS.search(text)) is not None:
        return int(plain[3]), int(plain[2]), int(plain[1])
    for word in _WORDS.finditer(text):
        if (month := _MONTHS.get(word[2].lower())) is not None:
            return int(word[3]), month, int(word[1])
    return None


def _zone(text: str) -> timezone:
    found = _ZONE.search(text)
    if found is None:
        return UTC
    if found[1]:
        return timezone(timedelta(hours=_HOURS[found[1].lower()]))
    minutes = min(int(found[3]) * 60 + int(found[4]), 14 * 60)
    return timezone(timedelta(minutes=-minutes if found[2] == "-" else minutes))
