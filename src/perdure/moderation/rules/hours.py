"""Lengths of time, counted on every hour or on office hours only. Pure.

A deadline is an instant (I8). Office hours are local: each day's opening and closing are turned into instants of their
own, so a day on which the clocks change counts the hours that really pass.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from perdure.moderation.model.obligations import Hours

_SECOND_MS: Final = 1000
_UNITS: Final = {"D": 86_400_000, "H": 3_600_000, "M": 60_000, "S": _SECOND_MS}
_ISO: Final = re.compile(
    r"P(?=\w)(?:(?P<months>\d{1,3})M)?(?:(?P<D>\d{1,4})D)?"
    r"(?:T(?=\d)(?:(?P<H>\d{1,5})H)?(?:(?P<M>\d{1,6})M)?(?:(?P<S>\d{1,8})S)?)?"
)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_DAYS: Final = 36_525


class Length(msgspec.Struct, frozen=True):
    """A length of time: calendar months (UTC), then milliseconds."""

    months: int = 0
    ms: int = 0


def parse(text: str) -> Length:
    """Read an ISO 8601 length. Raises ValueError for anything else, and for nothing at all."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(text)
    ms = sum(int(found[unit] or 0) * size for unit, size in _UNITS.items())
    length = Length(int(found["months"] or 0), ms)
    if length == Length():
        raise ValueError(text)
    return length


def check(hours: Hours) -> None:
    """Raise ValueError for office hours that never come, or in a zone that nobody knows."""
    try:
        ZoneInfo(hours.zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(hours.zone) from error
    if not hours.days or any(day not in _DAYS for day in hours.days):
        raise ValueError(hours.days)
    if not _at(hours.opens) < _at(hours.closes):
        raise ValueError(hours.closes)
    for holiday in hours.holidays:
        date.fromisoformat(holiday)


def _at(text: str) -> time:
    return time.fromisoformat(text)


def after(start: int, length: Length, hours: Hours | None) -> int:
    """The instant (ms) that lies a length after ``start``. Raises ValueError where no office hours come in time."""
    begun = _add_months(start, length.months)
    if hours is None:
        return begun + length.ms
    left = length.ms
    for opens, closes in _open(begun, hours):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise ValueError(hours)


def between(start: int, end: int, hours: Hours | None) -> int:
    """How much of the time from ``start`` to ``end`` counts, in ms; 0 where the end is not later."""
    if end <= start:
        return 0
    if hours is None:
        return end - start
    total = 0
    for opens, closes in _open(start, hours):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def _open(start: int, hours: Hours) -> Iterator[tuple[int, int]]:
    """The stretches of office hours from an instant on, the first one cut where it has begun."""
    zone, opens, closes, free = ZoneInfo(hours.zone), _at(hours.opens), _at(hours.closes), _free(hours.holidays)
    first = datetime.fromtimestamp(start / 1000, zone).date() - timedelta(days=1)
    for number in range(_MOST_DAYS):
        day = first + timedelta(days=number)
        if _DAYS[day.weekday()] not in hours.days or day in free:
            continue
        begin, end = _instant(day, opens, zone), _instant(day, closes, zone)
        if end > start and end > begin:
            yield max(begin, start), end


@lru_cache(maxsize=64)
def _free(holidays: tuple[str, ...]) -> frozenset[date]:
    return frozenset(date.fromisoformat(one) for one in holidays)


def _instant(day: date, at: time, zone: ZoneInfo) -> int:
    """The instant of a local time: of a time that comes twice the first, of one that is skipped its place after it."""
    return int(datetime.combine(day, at, zone).timestamp()) * 1000


def _add_months(start: int, months: int) -> int:
    """The same day and time (UTC) some months on; the last of a month that has no such day."""
    if not months:
        return start
    at = datetime.fromtimestamp(start // 1000, UTC)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    for day in range(at.day, 27, -1):
        try:
            moved = at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
        return int(moved.timestamp()) * 1000 + start % 1000
    return int(at.replace(year=year, month=month + 1).timestamp()) * 1000 + start % 1000
