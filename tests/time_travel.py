"""C2: thousands of deadlines under a clock that is moved, against an oracle that knows nothing of the program.

The oracle keeps its own instants, office hours by trying every minute, and says of each clock at each step what stage it
is at and which pages are due. The program meanwhile is restarted, and brought back from its copies on another host.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.schedule import run_due
from perdure.moderation.model import Subject
from perdure.moderation.queries import cases
from perdure.moderation.service import bundles, clocks, obligations, paging, pausing, settling
from perdure.moderation.service.intake import Received
from perdure.moderation.service.settling import Outcome
from perdure.wiring import JOBS
from tests.app.people import person
from tests.app.test_posts import say
from tests.site import Site, rows

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
HOLIDAY: Final = "2026-04-06"
_ZONES: Final = {
    "provider.paris": "Europe/Paris",
    "provider.new_york": "America/New_York",
    "provider.lord_howe": "Australia/Lord_Howe",
    "provider.st_johns": "America/St_Johns",
}
_LIMITS: Final = {
    "tco.order": HOUR,
    "provider.notice": 24 * HOUR,
    "dsa.notice": 24 * HOUR,
    "dsa.trusted_flagger": 24 * HOUR,
    **dict.fromkeys(_ZONES, 10 * HOUR),
}
_HOUSE: Final = {
    0: {"house.sev0.goal": 15 * MINUTE, "house.sev0.limit": HOUR},
    1: {"house.sev1.limit": 4 * HOUR},
    2: {"house.sev2.limit": 24 * HOUR},
    3: {"house.sev3.limit": 24 * HOUR},
}
_POLICIES: Final = ("threat", "incitement", "hate", "spam")
_KEYS: Final = (*_LIMITS, *(key for one in _HOUSE.values() for key in one))
_STAGES: Final = ("running", "warned50", "warned80", "missed")
STEPS: Final = (7_000, 61_000, 9 * MINUTE, 47 * MINUTE, 3 * HOUR, 11 * HOUR, 36 * HOUR + 1)
_CASE_JOBS: Final = [job for job in JOBS if job.name in {"moderation.clocks", "moderation.leases"}]


class Run(msgspec.Struct):
    """What the oracle knows of one clock."""

    case_id: int
    key: str
    started: int
    half: int
    late: int
    due: int
    stage: int = 0
    paused_at: int | None = None
    met_at: int | None = None
    too_late: bool = False

    @property
    def by_decision(self) -> bool:
        return not self.key.startswith("provider.")


def office_minutes(start: int, zone: ZoneInfo) -> Iterator[int]:
    """The ends of the office minutes (nine to five, Monday to Friday, one holiday) after an instant."""
    at = start
    while True:
        local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
        free = local.weekday() > 4 or local.date() == date.fromisoformat(HOLIDAY)
        at += MINUTE
        if not free and 9 <= local.hour < 17:
            yield at


def oracle(case_id: int, key: str, started: int) -> Run:
    """A clock as it has to be."""
    limit = _LIMITS.get(key) or next(one[key] for one in _HOUSE.values() if key in one)
    wanted = [limit // 2, limit * 4 // 5, limit]
    if key not in _ZONES:
        return Run(case_id, key, started, *(started + one for one in wanted))
    ends = office_minutes(started, ZoneInfo(_ZONES[key]))
    found, minutes = [], 0
    while len(found) < len(wanted):
        end = next(ends)
        minutes += 1
        if minutes * MINUTE == wanted[len(found)]:
            found.append(end)
    return Run(case_id, key, started, *found)


class Found(msgspec.Struct, frozen=True):
    """What a journey showed. Every figure but ``cases``, ``clocks``, ``steps`` and ``pages`` of a good one is 0."""

    cases: int
    clocks: int
    steps: int
    missed: int
    pages: int
    calls: int
    held: int
    silent_misses: int
    wrong_instants: int
    wrong_states: int
    wrong_lateness: int
    pages_unlike: int
    pages_unsent: int
    not_held: int


class Travel:
    """One journey. ``site`` may be exchanged for another process or host at any moment."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.clock: ManualClock = site.clock
        self.luck = random.Random(seed)
        self.runs: dict[tuple[int, str], Run] = {}
        self.items: dict[int, tuple[int, ...]] = {}
        self.open: list[int] = []
        self.unanswered: list[int] = []
        self.real: list[int] = []
        self.doomed: set[int] = set()
        self.pages: Counter[tuple[int, str, str]] = Counter()
        self.steps = self.wrong_instants = self.wrong_states = 0
        self.staff = person(site, "mona", role="moderator").id
        site.write(self._register_in)

    def _register_in(self, tx: Tx) -> None:
        for key, zone in _ZONES.items():
            days = ["mon", "tue", "wed", "thu", "fri"]
            office = {"zone": zone, "days": days, "from": "09:00", "to": "17:00", "holidays": [HOLIDAY]}
            row = {"title": {"en": zone, "fr": zone}, "applies": "yes", "limit": "PT10H", "ends": "answer"}
            obligations.set_in(tx, None, key, {**row, "hours": office, "source": "a contract"}, "of this journey")

    def begin(self, cases_: int, *, batch: int = 100) -> None:
        """Open cases now, received up to an hour ago."""
        for first in range(0, cases_, batch):
            self.site.write(self._begin_in, min(batch, cases_ - first))

    def _begin_in(self, tx: Tx, count: int) -> None:
        for _ in range(count):
            self._one_in(tx, None)

    def begin_about_posts(self, count: int) -> None:
        """Open grave cases about posts that are there: letters whose items a missed clock has to hide."""
        author = person(self.site, f"author{len(self.real)}")
        for number in range(count):
            said = int(say(self.site, author, text=f"threat number {number} of {len(self.real)}")["id"])
            self.real.append(self.site.write(self._one_in, Subject("post", said, 1, author.id)))

    def _one_in(self, tx: Tx, about: Subject | None) -> int:
        severity = 0 if about else self.luck.randrange(4)
        at = (tx.now - self.luck.randrange(60) * MINUTE) // MINUTE * MINUTE
        received = Received(
            channel="desk",
            authority="provider",
            claims=(),
            category="violation",
            policy=_POLICIES[severity],
            severity=severity,
            verified=True,
            cluster=f"letter:{tx.new_id()}",
            received_at=at,
        )
        bundle = bundles.stand_in(tx, received, ["one line"])
        if about is not None:
            bundles.attach_in(tx, bundle.case_id, [bundles.Looked(item_id=bundle.item_ids[0], subject=about)])
        self.items[bundle.case_id] = bundle.item_ids
        self.open.append(bundle.case_id)
        key = self.luck.choice(list(_LIMITS))
        self._expect(bundle.case_id, key, at, clocks.start_obligation_in(tx, bundle.case_id, key, at))
        for house in _HOUSE[severity]:
            self.runs[bundle.case_id, house] = oracle(bundle.case_id, house, at)
        if key.startswith("provider."):
            self.unanswered.append(bundle.case_id)
        return bundle.case_id

    def _expect(self, case_id: int, key: str, at: int, due: int | None) -> None:
        run = self.runs[case_id, key] = oracle(case_id, key, at)
        self.wrong_instants += run.due != due

    def step(self, ms: int) -> None:
        """Let time pass; people act before or after the job comes to it; then everything is compared."""
        self.clock.advance(ms=ms)
        early = self.luck.random() < 0.5
        if early:
            self._act()
        self.site.run(run_due, self.site.rt, _CASE_JOBS)
        self._reach()
        if not early:
            self._act()
        self._doom()
        self.site.work()
        self.steps += 1
        self.compare()

    def _act(self) -> None:
        for _ in range(max(1, len(self.open) // 25)):
            if self.open and self.luck.random() < 0.7:
                self._decide(self.open.pop(self.luck.randrange(len(self.open))))
        waiting = [one for one in self.unanswered if one not in self.open]
        for case_id in waiting[: max(1, len(waiting) // 4)]:
            self.unanswered.remove(case_id)
            self.site.write(clocks.answered_in, case_id)
            self._meet(case_id, by_decision=False)
        self._stand_still()

    def _decide(self, case_id: int) -> None:
        outcomes = [Outcome(item_id=item, state="no_violation") for item in self.items[case_id]]
        self.site.write(settling.settle_by_machine_in, case_id, outcomes)
        self._meet(case_id, by_decision=True)

    def _meet(self, case_id: int, *, by_decision: bool) -> None:
        for run in self._of(case_id):
            if run.by_decision == by_decision and run.met_at is None:
                stopped = self.clock.now_ms() if run.paused_at is None else run.paused_at
                run.met_at, run.too_late = self.clock.now_ms(), stopped > run.due

    def _of(self, case_id: int) -> list[Run]:
        return [self.runs[case_id, key] for key in _KEYS if (case_id, key) in self.runs]

    def _stand_still(self) -> None:
        """Some clocks are paused or go on, some are taken."""
        for case_id in self.luck.sample(self.open, min(3, len(self.open))):
            for run in self._of(case_id):
                if run.met_at is None and (run.key == "tco.order" or run.key.startswith("house.")):
                    self.site.write(self._pause_in, run)
                    break
        for case_id in self.luck.sample(self.open, min(2, len(self.open))):
            run = self._of(case_id)[0]
            if run.paused_at is None and run.met_at is None:
                self.site.write(self._take_in, case_id, run.key)

    def _take_in(self, tx: Tx, case_id: int, key: str) -> None:
        paging.take_in(tx, self.staff, self._clock(tx, case_id, key).id)

    def _clock(self, tx: Tx, case_id: int, key: str) -> Any:
        return next(one for one in cases.clocks(tx, case_id) if one.obligation == key)

    def _pause_in(self, tx: Tx, run: Run) -> None:
        found = self._clock(tx, run.case_id, run.key)
        if run.paused_at is None:
            reason = "impossible" if run.key == "tco.order" else "waiting_for_authority"
            pausing.pause_in(tx, self.staff, found.id, reason, "file 7")
            run.paused_at = tx.now
            return
        pausing.resume_in(tx, self.staff, found.id)
        stood = tx.now - run.paused_at
        if run.key == "tco.order" and run.stage < 3:
            run.half, run.late, run.due = tx.now + HOUR // 2, tx.now + HOUR * 4 // 5, tx.now + HOUR
            run.stage = 0
        else:
            run.half += stood if run.half > run.paused_at else 0
            run.late += stood if run.late > run.paused_at else 0
            run.due += stood if run.due > run.paused_at else 0
        run.paused_at = None

    def _reach(self) -> None:
        """The stages that running clocks have come to: each is a page."""
        now = self.clock.now_ms()
        for run in self.runs.values():
            if run.met_at is not None or run.paused_at is not None:
                continue
            stage = sum(now >= at for at in (run.half, run.late, run.due))
            for reached in range(run.stage + 1, stage + 1):
                self.pages[run.case_id, run.key, _STAGES[reached]] += 1
            run.stage = max(run.stage, stage)

    def _doom(self) -> None:
        """Grave cases that nobody decided before the miss was acted on: what they are about has to be hidden."""
        for case_id in set(self.real) & set(self.open):
            if any(run.stage == 3 for run in self._of(case_id)):
                self.doomed.add(case_id)

    def compare(self) -> None:
        """Every clock in the database against the oracle, to the millisecond."""
        for row in self.site.read(rows, "SELECT * FROM case_clock"):
            run = self.runs[row.case_id, row.obligation]
            instants = (run.started, run.half, run.late, run.due)
            self.wrong_instants += instants != (row.started_at, row.half_at, row.late_at, row.due_at)
            state = "met" if run.met_at is not None else "paused" if run.paused_at else _STAGES[run.stage]
            self.wrong_states += state != row.state

    def finish(self) -> Found:
        """Let the last pages go out, and add everything up."""
        for _ in range(2):
            self.clock.advance(ms=2 * HOUR)
            self.site.run(run_due, self.site.rt, _CASE_JOBS)
            self._reach()
            self._doom()
            self.site.work()
        self.compare()
        return self._found()

    def _found(self) -> Found:
        stored = Counter(
            (row.case_id, row.obligation, row.stage)
            for row in self.site.read(rows, "SELECT * FROM clock_page WHERE repeat = 0")
        )
        late = {
            (row.case_id, row.obligation): bool(row.late)
            for row in self.site.read(rows, "SELECT * FROM case_clock WHERE met_at IS NOT NULL")
        }
        said = self.site.read(rows, "SELECT case_id, detail_json FROM case_event WHERE kind = 'clock.missed'")
        told = {(row.case_id, json.loads(row.detail_json)["obligation"]) for row in said}
        held = {row.case_id for row in self.site.read(rows, "SELECT * FROM case_event WHERE kind = 'held_by_clock'")}
        over = [run for run in self.runs.values() if self._is_over(run)]
        return Found(
            cases=len(self.items),
            clocks=len(self.runs),
            steps=self.steps,
            missed=len(over),
            pages=sum(stored.values()),
            calls=self._count("SELECT count(*) AS n FROM page_call"),
            held=len(held),
            silent_misses=sum((run.case_id, run.key) not in told for run in over),
            wrong_instants=self.wrong_instants,
            wrong_states=self.wrong_states,
            wrong_lateness=sum(late[key] != run.too_late for key, run in self.runs.items() if run.met_at is not None),
            pages_unlike=sum(((stored - self.pages) + (self.pages - stored)).values()),
            pages_unsent=self._count("SELECT count(*) AS n FROM clock_page WHERE round_id IS NULL")
            + self._count("SELECT count(*) AS n FROM page_call WHERE sent_at IS NULL"),
            not_held=len(self.doomed - held),
        )

    @staticmethod
    def faults(found: Found) -> dict[str, int]:
        """The figures of a journey that should be 0 and are not."""
        good = {"cases", "clocks", "steps", "missed", "pages", "calls", "held"}
        values = msgspec.structs.asdict(found)
        return {name: value for name, value in values.items() if value and name not in good}

    def _is_over(self, run: Run) -> bool:
        return run.too_late or run.stage == 3

    def _count(self, text: str) -> int:
        return int(self.site.read(rows, text)[0].n)
