"""Instants written by people and programs in English, French and German. Pure: nothing is read from a clock."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final

_MONTHS: Final[dict[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv januar j\u00e4nner jan.",
            "february feb f\u00e9vrier fevrier f\u00e9vr fevr februar feber",
            "march mar mars m\u00e4rz maerz mrz",
            "april apr avril avr",
            "may mai",
            "june jun juin juni",
            "july jul juillet juil juli",
            "august aug ao\u00fbt aout",
            "september sep sept septembre",
            "october oct octobre oktober okt",
            "november nov novembre",
            "december dec d\u00e9cembre decembre d\u00e9c dezember dez",
        ),
        1,
    )
    for name in names.split()
}
_ZONES: Final[dict[str, int]] = {
    "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "mez": 60, "cest": 120, "mesz": 120,
    "eet": 120, "eest": 180, "msk": 180, "ist": 330, "jst": 540, "aest": 600, "aedt": 660,
    "est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "pt": -480,
}  # fmt: skip
_MONTH: Final = "|".join(sorted((re.escape(name) for name in _MONTHS), key=len, reverse=True))
_ISO: Final = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s{{0,3}}(?:of |de )?({_MONTH})\.?(?:,?\s{{0,3}}(\d{{4}}))?(?![a-z])",
    re.IGNORECASE,
)
_MONTH_FIRST: Final = re.compile(
    rf"(?<![a-z])({_MONTH})\.?\s{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?(?!\d|:)(?:,?\s{{1,3}}(\d{{4}}))?", re.IGNORECASE
)
_NUMBERS: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_TIME: Final = re.compile(
    r"(?<![\d:.])(\d{1,2})\s?(?:(?::|h|\.)\s?(\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?)?\s?"
    r"(a\.?m\.?|p\.?m\.?|uhr|heures?|h(?![a-z])|o.clock)?\s{0,2}\(?"
    r"(utc|gmt|z|[a-z]{2,4}t|mesz?|mez|msk)?(?![a-z])\s?([+-]\d{1,2}:?(?:\d{2})?)?",
    re.IGNORECASE,
)
_NOON: Final = re.compile(r"\b(noon|midnight|midi|minuit|mittags?|mitternacht)\b", re.IGNORECASE)
_EPOCH: Final = re.compile(r"\d{10}(?:\d{3})?\Z")
_WINDOW: Final = 48


def instant_of(
    text: str, *, assumed_minutes: int = 0, end_of_day: bool = False, around_ms: int | None = None
) -> int | None:
    """The first instant that a text names, in ms; None where it names none.

    ``assumed_minutes`` is the offset from UTC where none is written. A day without a time is its beginning, or its
    last second where ``end_of_day``. A day without a year is the next one from ``around_ms`` (None: no instant).
    """
    text = text[:600].strip()
    if _EPOCH.match(text):
        return int(text) * (1000 if len(text) == 10 else 1)
    day = _day_of(text, around_ms)
    if day is None:
        return None
    (year, month, date), start, end = day
    clock = _time_of(text[end : end + _WINDOW]) or _time_before(text[max(0, start - _WINDOW) : start])
    try:
        moment = datetime(year, month, date, tzinfo=UTC)
    except ValueError:
        return None
    if clock is None:
        moment += timedelta(hours=23, minutes=59, seconds=59) if end_of_day else timedelta()
        offset = assumed_minutes
    else:
        seconds, given = clock
        moment += timedelta(seconds=seconds)
        offset = assumed_minutes if given is None else given
    return int(moment.timestamp() * 1000) - offset * 60_000


def of_header(value: str) -> tuple[int, int] | None:
    """A Date header as (ms, minutes from UTC); None where it is none."""
    try:
        moment = parsedate_to_datetime(" ".join(value.split()))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        offset = moment.utcoffset() or timedelta()
        return int(moment.timestamp() * 1000), int(offset.total_seconds() // 60)
    except (ValueError, TypeError, OverflowError, IndexError):
        found = instant_of(value)
        return None if found is None else (found, 0)


def _day_of(text: str, around_ms: int | None) -> tuple[tuple[int, int, int], int, int] | None:
    found: list[tuple[int, int, tuple[int, int, int]]] = []
    if match := _ISO.search(text):
        found.append((match.start(), match.end(), (int(match[1]), int(match[2]), int(match[3]))))
    if match := _DAY_FIRST.search(text):
        found += _dated(match, int(match[1]), _MONTHS[match[2].lower()], match[3], around_ms)
    if match := _MONTH_FIRST.search(text):
        found += _dated(match, int(match[2]), _MONTHS[match[1].lower()], match[3], around_ms)
    if match := _NUMBERS.search(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if year < 100 else 0
        # 01/12/2021 is read as people write who put slashes: month first only where it can be nothing else.
        day, month = (first, second) if second <= 12 else (second, first)
        found.append((match.start(), match.end(), (year, month, day)))
    valid = [one for one in found if 1970 <= one[2][0] <= 2200 and 1 <= one[2][1] <= 12 and 1 <= one[2][2] <= 31]
    if not valid:
        return None
    start, _, day_ = min(valid)
    return day_, start, max(one[1] for one in valid if one[0] == start)


def _dated(
    match: re.Match[str], day: int, month: int, year: str | None, around_ms: int | None
) -> list[tuple[int, int, tuple[int, int, int]]]:
    if year:
        return [(match.start(), match.end(), (int(year), month, day))]
    if around_ms is None:
        return []
    around = datetime.fromtimestamp(around_ms / 1000, UTC)
    this = around.year + (1 if (month, day) < (around.month, around.day) and around.month - month > 1 else 0)
    return [(match.start(), match.end(), (this, month, day))]


def _time_of(text: str) -> tuple[int, int | None] | None:
    if match := _NOON.search(text[:24]):
        return (0 if match[1].lower() in {"midnight", "minuit", "mitternacht"} else 43_200), _zone(text[match.end() :])
    for match in _TIME.finditer(text):
        if match.start() > 16:
            break
        if match[2] is None and match[4] is None:
            continue
        hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
        half = (match[4] or "").lower().replace(".", "")
        if half == "pm" and hour < 12:
            hour += 12
        if half == "am" and hour == 12:
            hour = 0
        if hour > 24 or minute > 59 or second > 59:
            continue
        return hour * 3600 + minute * 60 + second, _offset(match[5], match[6])
    return None


def _time_before(text: str) -> tuple[int, int | None] | None:
    """A time that stands before its day ("17:00 UTC on 12 January")."""
    if match := _NOON.search(text):
        return _time_of(text[match.start() :])
    times = [match for match in _TIME.finditer(text) if match[2] is not None or match[4] is not None]
    return _time_of(text[times[-1].start() :]) if times else None


def _zone(text: str) -> int | None:
    match = re.match(r"\s{0,2}\(?([a-z]{1,4})\b", text, re.IGNORECASE)
    return _ZONES.get(match[1].lower()) if match else None


def _offset(name: str | None, digits: str | None) -> int | None:
    minutes: int | None = None
    if name and name.lower() in _ZONES:
        minutes = _ZONES[name.lower()]
    if digits:
        bare = digits[1:].replace(":", "")
        hours, rest = (int(bare), 0) if len(bare) <= 2 else (int(bare[:-2]), int(bare[-2:]))
        minutes = (minutes or 0) + (1 if digits[0] == "+" else -1) * (hours * 60 + rest)
    return minutes


def in_zone(ms: int, minutes: int) -> datetime:
    """An instant as a clock there shows it."""
    return datetime.fromtimestamp(ms / 1000, timezone(timedelta(minutes=max(-1439, min(1439, minutes)))))
