"""Lengths of time and office hours: every deadline is an instant, also where clocks change (safety.md §3, I8)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from perdure.moderation.model.obligations import Hours
from perdure.moderation.rules import hours
from perdure.moderation.rules.hours import Length

HOUR = 3_600_000
WEEK = ("mon", "tue", "wed", "thu", "fri")


def at(text: str, zone: str = "UTC") -> int:
    """An instant (ms) from a local time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def office(zone: str, *, opens: str = "09:00", closes: str = "17:00", days: tuple[str, ...] = WEEK) -> Hours:
    """Office hours with one holiday."""
    return Hours(zone=zone, days=days, opens=opens, closes=closes, holidays=("2026-12-25",))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT1H", Length(0, HOUR)),
        ("PT90M", Length(0, HOUR * 3 // 2)),
        ("P14D", Length(0, 14 * 24 * HOUR)),
        ("P6M", Length(6, 0)),
        ("P1M2DT3H4M5S", Length(1, 2 * 24 * HOUR + 3 * HOUR + 245_000)),
    ],
)
def test_an_iso_length_is_read(text: str, length: Length) -> None:
    assert hours.parse(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "PT0H", "P1Y", "-PT1H", "PT1.5H", "PT1H ", "P1W"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        hours.parse(text)


def test_months_end_on_the_same_day_or_on_the_last_there_is() -> None:
    assert hours.after(at("2026-08-31T10:00"), Length(6), None) == at("2027-02-28T10:00")
    assert hours.after(at("2027-08-31T10:00"), Length(6), None) == at("2028-02-29T10:00")
    assert hours.after(at("2026-01-15T23:59:59.123"), Length(12), None) == at("2027-01-15T23:59:59.123")


def test_office_hours_skip_nights_weekends_and_holidays() -> None:
    paris = office("Europe/Paris")
    friday = at("2026-11-27T16:00", "Europe/Paris")
    assert hours.after(friday, Length(0, 3 * HOUR), paris) == at("2026-11-30T11:00", "Europe/Paris")
    eve = at("2026-12-24T20:00", "Europe/Paris")
    assert hours.after(eve, Length(0, HOUR), paris) == at("2026-12-28T10:00", "Europe/Paris")
    assert hours.between(friday, at("2026-11-30T11:00", "Europe/Paris"), paris) == 3 * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Paris", "2026-03-29", 23),  # a day of 23 hours
        ("Europe/Paris", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),  # half an hour
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kolkata", "2026-03-29", 24),
    ],
)
def test_a_day_on_which_clocks_change_counts_the_hours_that_really_pass(zone: str, day: str, length: float) -> None:
    whole = office(zone, opens="00:00", closes="23:00", days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    opens, closes = at(f"{day}T00:00", zone), at(f"{day}T23:00", zone)
    assert hours.between(opens, closes, whole) == (length - 1) * HOUR
    assert hours.after(opens, Length(0, round((length - 1) * HOUR)), whole) == closes


def test_hours_that_begin_in_a_gap_or_twice_have_one_opening() -> None:
    gap = office("Europe/Paris", opens="02:30", closes="05:00", days=("sun",))
    before = at("2026-03-29T00:00", "Europe/Paris")
    assert hours.after(before, Length(0, HOUR // 2), gap) == at("2026-03-29T04:00", "Europe/Paris")
    twice = at("2026-10-25T00:00", "Europe/Paris")
    assert hours.between(twice, at("2026-10-25T12:00", "Europe/Paris"), gap) == 3 * HOUR + HOUR // 2


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"])
def test_what_is_added_is_what_lies_between(zone: str) -> None:
    given = office(zone, opens="08:30", closes="18:15")
    for start in range(at("2026-01-01T00:00"), at("2026-12-31T00:00"), 59 * HOUR + 12_345):
        for ms in (1, 40 * 60_000, 7 * HOUR, 100 * HOUR):
            assert hours.between(start, hours.after(start, Length(0, ms), given), given) == ms


def test_hours_that_never_come_or_of_a_zone_nobody_knows_are_refused() -> None:
    for bad in (
        office("Europe/Nowhere"),
        office("../etc/passwd"),
        office("UTC", opens="17:00", closes="09:00"),
        office("UTC", days=()),
        office("UTC", days=("lundi",)),
    ):
        with pytest.raises((ValueError, TypeError)):
            hours.check(bad)
    hours.check(office("UTC"))


def test_the_instant_of_receipt_in_any_zone_is_one_instant() -> None:
    assert at("2026-11-25T01:00", "Europe/Paris") == int(datetime(2026, 11, 25, tzinfo=UTC).timestamp() * 1000)
