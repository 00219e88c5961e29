"""The time that a letter gives: so many hours from receipt, or an instant. Of several the strictest. Pure."""

import re
from datetime import timedelta
from typing import Final

from perdure.desk.rules.reading import dates

_HOUR: Final = 3_600_000
_NUMBERS: Final[dict[str, int]] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "twelve": 12,
    "fourteen": 14, "twenty-four": 24, "twenty four": 24, "thirty-six": 36, "forty-eight": 48, "forty eight": 48,
    "seventy-two": 72, "seventy two": 72, "thirty": 30, "a": 1, "an": 1,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "dix": 10, "douze": 12,
    "quinze": 15, "vingt-quatre": 24, "vingt quatre": 24, "quarante-huit": 48, "quarante huit": 48, "trente": 30,
    "soixante-douze": 72,
    "ein": 1, "eine": 1, "einer": 1, "eines": 1, "zwei": 2, "drei": 3, "vier": 4, "f\u00fcnf": 5, "sechs": 6,
    "sieben": 7,
    "zehn": 10, "zw\u00f6lf": 12, "vierzehn": 14, "vierundzwanzig": 24, "achtundvierzig": 48, "zweiundsiebzig": 72,
}  # fmt: skip
_NUMBER: Final = "|".join(sorted((re.escape(name) for name in _NUMBERS), key=len, reverse=True))
_UNIT: Final = (
    r"(minutes?|minuten|hours?|hrs?|h|heures?|stunden?|std\.?|(?:business|working|calendar|clear|week)?\s?days?"
    r"|jours?(?: ouvr(?:\u00e9s?|ables?)| francs?| calendaires?)?|(?:werk|arbeits|kalender|bank)?tage?n?s?|"
    r"weeks?|semaines?|wochen?)"
)
_AMOUNT: Final = (
    rf"(?:(\d{{1,4}})|({_NUMBER}))\s{{0,2}}(?:\(\s?(\d{{1,4}})\s?\)\s{{0,2}})?[-\u2010\u2011 ]{{0,2}}{_UNIT}(?![a-z])"
)
_WITHIN: Final = re.compile(
    r"(?:within|inside of|in (?:less|no more) than|no(?:t)? later than|next|under|max(?:imum|\.)?(?: of)?"
    r"|sous|dans (?:les|un d\u00e9lai (?:maximum |maximal )?(?:de|d.)|le d\u00e9lai (?:de|d.))|d\u00e9lai "
    r"(?:maximum |maximal )?(?:de|d.)|d.ici|en moins de|au plus tard (?:dans|sous)(?: les)?"
    r"|innerhalb (?:von|der n\u00e4chsten|einer frist von)?|binnen|in den n\u00e4chsten|frist(?: von|:)?|"
    r"sp\u00e4testens (?:in|innerhalb von|nach))"
    rf"\s{{0,3}}(?:the (?:next|following) |a (?:period|maximum) of |les |the )?{_AMOUNT}",
    re.IGNORECASE,
)
_TO_REPLY: Final = re.compile(
    (
        rf"(?:{_AMOUNT})(?:\s{{1,2}}(?:from|of|after|upon|to|\u00e0 compter|d\u00e8s|apr\u00e8s|pour|ab|nach|zur|"
        rf"um zu)\b|[ -](?:deadline|notice|time ?limit|time ?frame|frist))"
    ),
    re.IGNORECASE,
)
_LIMITS: Final = re.compile(
    r"(?:deadline|time ?limit|due (?:date|by)?|respond by|d\u00e9lai|date limite|\u00e9ch\u00e9ance|"
    r"frist(?:ende)?|fristablauf)\s{0,3}[:=]\s{0,3}"
    rf"{_AMOUNT}",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"\b(?:by|before|until|no(?:t)? later than|latest(?: by)?|deadline(?: is| of)?|due(?: by| on| date)?|"
    r"expires?(?: on| at)?"
    r"|avant|au plus tard(?: le)?|d.ici(?: le| au)?|jusqu.au|date limite|\u00e9ch\u00e9ance|le d\u00e9lai expire"
    r"|bis(?: zum| sp\u00e4testens)?(?: zum)?|sp\u00e4testens(?: bis)?(?: zum| am)?|frist(?:ende)?(?: bis)?|"
    r"fristablauf)\b[\s:,]{0,4}",
    re.IGNORECASE,
)
_LOOKED_AT: Final = 100_000
_NEAR: Final = 60
_MOST_MS: Final = 366 * 24 * _HOUR


def limit_of(text: str) -> int | None:
    """The shortest time from receipt that a letter gives, in ms. Working days count as days: rather early than late."""
    found: list[int] = []
    for pattern in (_WITHIN, _TO_REPLY, _LIMITS):
        for match in pattern.finditer(text[:_LOOKED_AT]):
            digits, word, again, unit = match.groups()[-4:]
            number = int(again or digits) if again or digits else _NUMBERS[word.lower()]
            length = number * _length(unit.lower())
            if 0 < length <= _MOST_MS and not _past(text, match.start()):
                found.append(length)
    return min(found, default=None)


def instant_of(text: str, *, sent_at: int | None, sent_minutes: int) -> int | None:
    """The earliest instant that a letter sets, in ms. Without a zone it is that of its Date header, or UTC."""
    found: list[int] = []
    looked = text[:_LOOKED_AT]
    for match in _BY.finditer(looked):
        tail = looked[match.end() : match.end() + _NEAR].split("\n\n")[0]
        named = _relative_day(tail, sent_at, sent_minutes)
        if named is None:
            named = _near_instant(tail, sent_at, sent_minutes)
        if named is not None and (sent_at is None or sent_at < named <= sent_at + _MOST_MS):
            found.append(named)
    return min(found, default=None)


def _near_instant(tail: str, sent_at: int | None, minutes: int) -> int | None:
    """An instant that stands right behind the words, not in the next sentence."""
    cut = re.search(r"[.!?;]\s{1,2}[A-Z\u00c0-\u00dc]", tail)
    tail = tail[: cut.start()] if cut and not tail[: cut.start()].rstrip().isdecimal() else tail
    return dates.instant_of(tail, assumed_minutes=minutes, end_of_day=True, around_ms=sent_at)


def _length(unit: str) -> int:
    if unit.startswith("min"):
        return 60_000
    if unit.startswith(("h", "st")):
        return _HOUR
    if unit.startswith(("wee", "sem", "woc")) and "day" not in unit:
        return 7 * 24 * _HOUR
    return 24 * _HOUR


def _past(text: str, place: int) -> bool:
    """Whether a length belongs to what happened ("in the last 24 hours"), or to what follows from it."""
    before = text[max(0, place - 16) : place + 6].lower()
    return any(
        word in before for word in ("last ", "past ", "previous", "derni", "letzten", "vergangen", "seit ", "depuis")
    )


_DAYS: Final[dict[str, int]] = {
    "today": 0, "tonight": 0, "tomorrow": 1, "aujourd": 0, "demain": 1, "heute": 0, "morgen": 1, "end of day": 0,
    "close of business": 0,
}  # fmt: skip
_WEEKDAYS: Final = (
    "monday|lundi|montag", "tuesday|mardi|dienstag", "wednesday|mercredi|mittwoch", "thursday|jeudi|donnerstag",
    "friday|vendredi|freitag", "saturday|samedi|samstag|sonnabend", "sunday|dimanche|sonntag",
)  # fmt: skip


def _relative_day(tail: str, sent_at: int | None, minutes: int) -> int | None:
    """A day by its distance ("by tomorrow 17:00", "bis Montag"), counted from the day of the letter."""
    if sent_at is None:
        return None
    start = tail[:24].lower()
    here = dates.in_zone(sent_at, minutes)
    ahead = next((days for word, days in _DAYS.items() if word in start), None)
    if ahead is None:
        named = next((day for day, names in enumerate(_WEEKDAYS) if re.search(rf"\b(?:{names})\b", start)), None)
        if named is None or re.search(r"\d{1,2}\.? ?(?:[a-z]{3}|/|\.)", tail[:32].lower()):
            return None
        ahead = (named - here.weekday()) % 7 or 7
    day = here + timedelta(days=ahead)
    said = f"{day.year:04}-{day.month:02}-{day.day:02} {tail}"
    return dates.instant_of(said, assumed_minutes=minutes, end_of_day=True)
