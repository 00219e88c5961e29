"""C2: no deadline is missed in silence, whatever time and machines do; 10,000 cases: ``make bench BENCH=clocks``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from tests.app.test_restore import bring_back, place
from tests.copied import CopiedSite
from tests.site import open_site
from tests.time_travel import HOUR, STEPS, Travel

__all__ = ["place"]
MARCH = 1_774_450_800_000  # 2026-03-25 15:00 UTC: clocks change in Europe on the 29th


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MARCH)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_deadline_moves_or_passes_in_silence_across_restarts_a_restore_and_summer_time(
    settings: Settings, clock: ManualClock, place: Callable[[str], Settings], tmp_path: Path
) -> None:
    with open_site(settings, clock) as site:
        travel = Travel(site, seed=7)
        travel.begin_about_posts(2)
        travel.begin(10)
        for ms in STEPS:
            travel.step(ms)
    with open_site(settings, clock) as site:  # another process
        travel.site = site
        travel.begin(10)
        for _ in range(4):
            travel.step(travel.luck.choice(STEPS))
    copied = CopiedSite(settings, tmp_path / "stores")
    copied.ship()
    home = place("postgresql")  # another host, another engine
    clock.advance(ms=5 * HOUR)
    bring_back(copied, home)
    with open_site(home, clock) as site:
        travel.site = site
        travel.compare()
        for ms in (1_000, *reversed(STEPS)):
            travel.step(ms)
        found = travel.finish()
    assert found.missed > 20
    assert found.held > 0
    assert found.pages > 60
    assert travel.faults(found) == {}
