"""Small bar charts: days as bars from zero, today last, with the same figures as a table."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

DAYS: Final = 14
_WIDTH: Final = 280
_HEIGHT: Final = 64
_GAP: Final = 4
_DAY_MS: Final = 86_400_000


class Bar(msgspec.Struct, frozen=True):
    """A day: its noon in ms since the epoch, its figure, and where its bar stands in the drawing."""

    at: int
    count: int
    x: float
    y: float
    width: float
    height: float


class Chart(msgspec.Struct, frozen=True):
    """A week against the week before: ``this`` and ``before`` are their sums, ``today`` the last bar."""

    bars: tuple[Bar, ...]
    width: int = _WIDTH
    height: int = _HEIGHT

    @property
    def this(self) -> int:
        """The last seven days."""
        return sum(bar.count for bar in self.bars[-7:])

    @property
    def before(self) -> int:
        """The seven days before."""
        return sum(bar.count for bar in self.bars[:7])

    @property
    def today(self) -> int:
        """The day that is not over."""
        return self.bars[-1].count

    @property
    def week_ago(self) -> Bar:
        """The same day of the week before."""
        return self.bars[-8]

    @property
    def most(self) -> int:
        """The highest bar."""
        return max(bar.count for bar in self.bars)


def first_day_ms(now: int) -> int:
    """Midnight (UTC) that begins the first day of a chart which ends today."""
    return (now // _DAY_MS - DAYS + 1) * _DAY_MS


def chart(counts: dict[int, int], now: int) -> Chart:
    """The last fourteen UTC days of figures by day since the epoch."""
    last = now // _DAY_MS
    figures = [counts.get(day, 0) for day in range(last - DAYS + 1, last + 1)]
    highest = max(*figures, 1)
    step = _WIDTH / DAYS
    bars = []
    for place, figure in enumerate(figures):
        tall = round(figure / highest * _HEIGHT, 1)
        noon = datetime.fromtimestamp((last - DAYS + 1 + place) * 86_400, UTC) + timedelta(hours=12)
        bars.append(
            Bar(int(noon.timestamp() * 1000), figure, round(place * step, 1), _HEIGHT - tall, step - _GAP, tall)
        )
    return Chart(tuple(bars))
