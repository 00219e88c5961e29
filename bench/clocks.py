"""C2: 10,000 cases under a clock that is moved in uneven steps, through restarts, host moves and summer time.

Asked: no miss that nobody was told of, a page at 50 % and 80 % and at the miss of each clock and each of them sent,
each deadline the same instant to the millisecond afterwards, what was late counted as late, what is grave and was
missed hidden. Cases begin all the way, in a spring leg (the United States change on 8 March 2026, Europe on the 29th,
Lord Howe on 5 April) and an autumn one (Lord Howe on 4 October, Europe on the 25th, the United States on 1 November).
The oracle (``tests/time_travel.py``) knows nothing of the program: it finds office hours by trying every minute. After
each leg everything is brought back from its copies, from SQLite to PostgreSQL and from there to SQLite. CASES=500 makes
a short run.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests.app.test_restore import bring_back
from tests.copied import CopiedSite
from tests.fault.processes import postgres
from tests.site import open_site
from tests.time_travel import STEPS, Found, Travel

import community
from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from perdure.migrations import runner

CASES = int(os.environ.get("CASES", "10000"))
STEPS_A_PROCESS = 12
_LEGS = (("2026-03-05T13:00", "2026-04-09T00:00"), ("2026-10-01T07:00", "2026-11-04T00:00"))


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def _settings(data: Path, url: str = "") -> Settings:
    data.mkdir()
    return Settings(data=data, base_url="http://perdure.test", database_url=url, outgoing_ports=(1,))


class Journey:
    """The whole way; ``settings`` is the host where the site is now."""

    def __init__(self, settings: Settings, clock: ManualClock) -> None:
        self.settings, self.clock = settings, clock
        self.travel: Travel | None = None
        self.processes = 0
        self.begun = 0

    def go(self, until: int, quota: int) -> None:
        """Travel until an instant, in one process after the other; begin so many cases on the way."""
        span, first = until - self.clock.now_ms(), self.begun
        while self.clock.now_ms() < until:
            self.processes += 1
            with open_site(self.settings, self.clock) as site:
                travel = self._on(site)
                travel.compare()
                for _ in range(STEPS_A_PROCESS):
                    done = 1 - (until - self.clock.now_ms()) / span
                    wanted = first + min(quota, round(quota * (done + 0.08)))
                    self._begin(travel, wanted)
                    travel.step(travel.luck.choice(STEPS))
                    _say(f"{travel.steps} steps, {self.begun} cases, {self.processes} processes")
                    if self.clock.now_ms() >= until:
                        break

    def _on(self, site: object) -> Travel:
        if self.travel is None:
            self.travel = Travel(site, seed=1)  # type: ignore[arg-type]
            self.travel.begin_about_posts(40)
            self.begun = 40
        self.travel.site = site  # type: ignore[assignment]
        return self.travel

    def _begin(self, travel: Travel, wanted: int) -> None:
        if wanted > self.begun:
            travel.begin(wanted - self.begun)
            self.begun = wanted

    def move(self, copied: Callable[[Settings], CopiedSite], home: Settings) -> float:
        """Bring everything back from its copies, elsewhere; returns for how long that took."""
        began = time.monotonic()
        made = copied(self.settings)
        made.ship()
        bring_back(made, home)
        self.settings = home
        return time.monotonic() - began


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="perdure-bench-") as name, postgres() as server:
        folder = Path(name)
        settings = _settings(folder / "first")
        runner.upgrade(settings)
        journey = Journey(settings, ManualClock(_ms(_LEGS[0][0])))

        def stores(of: Settings) -> CopiedSite:
            return CopiedSite(of, folder / f"stores of {of.data.name}", ("a",))

        journey.go(_ms(_LEGS[0][1]), CASES // 2)
        moved = journey.move(stores, _settings(folder / "second", server.url))
        journey.clock.advance(ms=_ms(_LEGS[1][0]) - journey.clock.now_ms())
        journey.go(_ms(_LEGS[1][1]), CASES - CASES // 2)
        moved_again = journey.move(stores, _settings(folder / "third"))
        assert journey.travel is not None
        with open_site(journey.settings, journey.clock) as site:
            journey.travel.site = site
            journey.travel.compare()
            found = journey.travel.finish()
        shutil.rmtree(folder, ignore_errors=True)
    return _report(found, journey.processes, (moved, moved_again), time.monotonic() - began)


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}   ", end="", file=sys.stderr, flush=True)


def _report(found: Found, processes: int, moves: tuple[float, float], seconds: float) -> int:
    faults = Travel.faults(found)
    print("\n" if sys.stderr.isatty() else "")
    for name, value in msgspec.structs.asdict(found).items():
        print(f"{name.replace('_', ' '):<20}{value:>10,}")
    print(f"{'processes':<20}{processes:>10,}")
    print(f"{'moves (s)':<20}{moves[0]:>10.1f}{moves[1]:>8.1f}")
    print(f"\nasked: every figure from silent misses on is 0 · {'kept' if not faults else 'BROKEN'} · {seconds:.0f} s")
    figures = msgspec.structs.asdict(found) | {"processes": processes, "host_moves": 2, "seconds": round(seconds, 1)}
    community.write_out("clocks", figures)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
