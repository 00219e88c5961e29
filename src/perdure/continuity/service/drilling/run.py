"""One drill from the first byte to the report (continuity.md §3.10, end). Nothing is written to any store but that."""

import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec
import psycopg

from perdure.continuity.errors import StoreError
from perdure.continuity.model.drills import Drill, Seen
from perdure.continuity.model.drills import Outcome as Result
from perdure.continuity.model.restoring import Ledger, Outcome, Report
from perdure.continuity.ports import Store
from perdure.continuity.rules import layout
from perdure.continuity.service import drills
from perdure.continuity.service.drilling.comparing import Living, differing
from perdure.continuity.service.restoring.finding import Found
from perdure.continuity.service.restoring.places import Place
from perdure.continuity.service.restoring.run import Tell, Wish, rehearse
from perdure.kernel.clock import Clock
from perdure.kernel.errors import AppError, Unavailable
from perdure.kernel.settings import Settings

T = TypeVar("T")
Look = Callable[[Settings, Ledger, frozenset[str], Callable[[], None]], Awaitable[tuple[Outcome, Seen]]]
"""Boots the rehearsed site, shut off from the world, and looks at it.

Gets the names of all files that stores list, and what to call when a member's home timeline was read.
"""


class Plan(NamedTuple):
    """What a drill needs. ``living``: the site itself, where this machine can read its database."""

    data: Path
    place: Place
    opening: Callable[[], Awaitable[Found]]
    living: Settings | None


async def drill(plan: Plan, clock: Clock, tell: Tell, look: Look) -> Drill:
    """Rehearse, and say how it went. Expected failures are outcomes: what did not begin ``could_not_run``."""
    run = _Run(plan, clock, tell, look)
    try:
        made = await run.rehearsed()
    except (AppError, OSError, sqlite3.Error, psycopg.Error) as error:
        outcome: Result = "could_not_run" if run.found is None or _is_of_the_world(error) else "failed"
        made = Drill(at=0, outcome=outcome, reason=_reason(error))
    trend = tuple(one.point() for one in drills.every(plan.data)[: drills.TREND])
    return msgspec.structs.replace(
        made,
        at=clock.now_ms(),
        began_at=run.began,
        release=version("perdure"),
        engine="postgresql" if plan.place.settings.database_url else "sqlite",
        trend=trend,
    )


def could_not_run(data: Path, reason: str, clock: Clock) -> Drill:
    """The report of a drill that did not begin."""
    now = clock.now_ms()
    trend = tuple(one.point() for one in drills.every(data)[: drills.TREND])
    release = version("perdure")
    return Drill(at=now, began_at=now, outcome="could_not_run", reason=reason, release=release, trend=trend)


def _is_of_the_world(error: Exception) -> bool:
    """Whether a disk, a network or a server is to blame, and not the copies."""
    return not isinstance(error, AppError) or isinstance(error, (Unavailable, StoreError))


def _reason(error: Exception) -> str:
    said = error.public if isinstance(error, AppError) else str(error)
    return " ".join(said.split())


class _Run:
    """What a drill knows as it goes."""

    def __init__(self, plan: Plan, clock: Clock, tell: Tell, look: Look) -> None:
        self._plan, self._clock, self._tell, self._look = plan, clock, tell, look
        self.began = clock.now_ms()
        self.found: Found | None = None
        self._since = time.monotonic()
        self._there: frozenset[str] = frozenset()
        self._home_at = 0.0
        self._seen = Seen()
        self._living = Living(plan.living) if plan.living is not None else None

    async def rehearsed(self) -> Drill:
        self._tell.step("open the copies")
        self.found = await self._plan.opening()
        wish = Wish(self._plan.place.settings)
        check = self._living.meet if self._living is not None else None
        report = await rehearse(wish, self.found, self._plan.place, self._clock, self._tell, self._finish, check)
        return self._judged(report)

    async def _finish(self, settings: Settings, ledger: Ledger) -> Outcome:
        assert self.found is not None
        before = time.monotonic()
        self._there = await _files_at(self.found.stores)
        self._since += time.monotonic() - before  # nobody waits for files: they come when they are asked for
        outcome, seen = await self._look(settings, ledger, self._there, self._at_home)
        self._seen = msgspec.structs.replace(seen, erasures=len(ledger.erasures))
        return outcome

    def _at_home(self) -> None:
        self._home_at = time.monotonic()

    def _judged(self, report: Report) -> Drill:
        living = self._living
        compared = living is not None and bool(living.tables)
        wrong = differing(report.tables, living.tables) if living is not None and compared else ()
        reason = _wrong(wrong, self._seen)
        lacking = living.lacking if living is not None else []
        waited = living.seconds if living is not None else 0.0
        lost = max(0, self.began - min(row.at for row in lacking)) / 1000 if lacking else 0.0
        trouble = (f"Not compared with the living site: {living.trouble}",) if living and living.trouble else ()
        return Drill(
            at=0,
            outcome="failed" if reason else "passed",
            seconds=round(self._home_at - self._since - waited, 3),
            reason=reason,
            site=report.site,
            domains=report.domains,
            rpo_s=round(lost, 3) if compared else report.rpo_s,
            lacking=len(lacking),
            epoch=report.epoch,
            seq=report.seq,
            snapshot=report.snapshot,
            snapshot_at=report.snapshot_at,
            rows=report.rows,
            changes=report.changes,
            rows_per_s=report.rows_per_s,
            tables=report.tables,
            compared="living" if compared else "snapshot",
            differing=wrong,
            seen=self._seen,
            erased_again=sum(report.outcome.erased.values()),
            held=len(report.outcome.held),
            newer_measures=len(report.outcome.newer_measures),
            steps=report.seconds,
            faults=(*report.missing, *trouble),
        )


def _wrong(tables: tuple[str, ...], seen: Seen) -> str:
    """Why a drill that ran to its end failed all the same; empty where it passed."""
    found = []
    if tables:
        found.append(f"These tables differ from the living site's: {', '.join(tables)}")
    if seen.wrote and not seen.home:
        found.append("The home timeline of the member who wrote most is empty")
    if seen.standing:
        found.append(f"{seen.standing} erased things came back")
    if seen.free:
        found.append(f"{seen.free} suspended accounts came back as free")
    return "; ".join(found)


async def _files_at(stores: Mapping[str, Store]) -> frozenset[str]:
    """Names of all objects of files that any store lists. One that does not answer lists none."""
    names: set[str] = set()
    for store in stores.values():
        try:
            async for info in store.list_after(f"{layout.MEDIA}/"):
                names.add(info.name)
        except StoreError:
            continue
    return frozenset(names)
