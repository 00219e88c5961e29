"""How the copies stand: what the shipper says, set against what was promised, and what to do about the difference."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.model.drills import Drill
from perdure.continuity.model.kit import KitRecord
from perdure.continuity.model.lifeboat import Boats
from perdure.continuity.model.scrub import MediaScrub
from perdure.continuity.model.status import LaneStatus, Status
from perdure.continuity.model.stores import StoreList
from perdure.continuity.rules import lifeboat as lifeboat_rules
from perdure.continuity.rules import owners
from perdure.continuity.rules.alarms import LATE_MS
from perdure.continuity.service import drills, kit, lifeboat, physical, scrubbed, stores
from perdure.continuity.service.shipping.shipper import STATUS_FILE

ALIVE_MS: Final = 5_000
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
SNAPSHOT_MS: Final = 26 * _HOUR_MS
READ_BACK_MS: Final = _DAY_MS
KIT_TEST_MS: Final = 90 * _DAY_MS
DRILL_MS: Final = 9 * _DAY_MS
"""A week, and two days for a machine that was off."""


class Promise(NamedTuple):
    """One thing that was promised: a key for a page's catalogue, whether it is kept, the facts, and what to do."""

    key: str
    kept: bool
    facts: dict[str, str | int]
    todo: str
    """The next command, or empty."""


class Overview(NamedTuple):
    """Everything a page or a command shows of the copies. Instants and stretches in ms."""

    at: int
    listed: StoreList
    status: Status | None
    """What the shipper last said; None where it never ran."""
    kit: KitRecord | None
    verdict: owners.Verdict
    promises: tuple[Promise, ...]
    drill: Drill | None
    """The newest drill; None where nobody ever rehearsed."""
    boats: Boats = Boats()
    """Where the lifeboat lies."""

    @property
    def kept(self) -> bool:
        """Whether every promise is kept."""
        return all(promise.kept for promise in self.promises)

    @property
    def alive(self) -> bool:
        """Whether the shipper said something within five seconds."""
        return self.status is not None and self.at - self.status.at < ALIVE_MS

    @property
    def behind_ms(self) -> int | None:
        """How far the worst store is behind; None where nothing is shipped."""
        lanes = self.status.lanes if self.status else ()
        return max((lane.behind_ms for lane in lanes), default=None)


def overview(data: Path, now_ms: int) -> Overview:
    """How the copies of a data directory stand. Needs no database. Raises Invalid for a broken list of stores."""
    listed, found, record = stores.load(data), read_status(data), kit.load_record(data)
    verdict = owners.judge(listed.stores, listed.host)
    promises = [*_promises(listed, found, record, verdict, now_ms), *_files(scrubbed.last(data))]
    boats = lifeboat.load(data)
    if listed.stores and record is not None:
        promises += [*_second(data, found, now_ms), _lifeboat(boats, listed, now_ms)]
    drill = drills.newest(data)
    if drills.weekly(data) and listed.stores:
        promises.append(_rehearsed(drill, now_ms))
    return Overview(now_ms, listed, found, record, verdict, tuple(promises), drill, boats)


def read_status(data: Path) -> Status | None:
    """What the shipper last said; None where it never ran, or its file is of another release."""
    try:
        return msgspec.json.decode((data / STATUS_FILE).read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError):
        return None


def _promises(
    listed: StoreList, found: Status | None, record: KitRecord | None, verdict: owners.Verdict, now: int
) -> Iterator[Promise]:
    yield Promise("kit", record is not None, {}, "" if record else "perdure kit create")
    if record is not None:
        tested = record.tested_at or 0
        facts: dict[str, str | int] = {"at": tested}
        yield Promise("kit_tested", now - tested < KIT_TEST_MS, facts, "perdure kit test --kit KIT.txt")
    yield Promise("stores", bool(listed.stores), {"count": len(listed.stores)}, "perdure stores add URL --name NAME …")
    hands: dict[str, str | int] = {"owners": len(verdict.owners), "gap": verdict.gaps[0].text if verdict.gaps else ""}
    yield Promise("owners", verdict.kept, hands, "perdure stores list")
    alive = found is not None and now - found.at < ALIVE_MS
    yield Promise("alive", alive, {"at": found.at if found else 0}, "perdure serve")
    if found is not None and alive:
        yield Promise("shipping", not found.trouble, {"reason": found.trouble}, "perdure doctor")
        if found.snapshot_at:
            fresh = now - found.snapshot_at < SNAPSHOT_MS
            yield Promise("snapshot", fresh, {"at": found.snapshot_at}, "perdure doctor")
        for record_ in listed.stores:
            lane = next((lane for lane in found.lanes if lane.name == record_.name), None)
            yield from _lane(record_.name, lane, now)


def _files(scrub: MediaScrub) -> Iterator[Promise]:
    if scrub.at:
        facts: dict[str, str | int] = {"lost": len(scrub.lost), "at": scrub.at}
        yield Promise("media", not scrub.lost, facts, "perdure copies media")


def _second(data: Path, found: Status | None, now: int) -> Iterator[Promise]:
    """The physical second copy, as soon as there is one or should be."""
    stale, newest = bool(physical.stale_for(data, found, now)), physical.last(data)
    if stale or newest.made_at:
        facts: dict[str, str | int] = {"at": newest.made_at, "store": newest.store}
        yield Promise("physical", not stale, facts, "perdure doctor")


def _lifeboat(known: Boats, listed: StoreList, now: int) -> Promise:
    fresh = [boat for boat in known.boats if boat.at and not lifeboat_rules.is_old(boat, known, now)]
    hands = lifeboat_rules.hands(fresh, listed)
    oldest = min((boat.at for boat in known.boats), default=0)
    facts: dict[str, str | int] = {"owners": hands, "need": lifeboat_rules.HANDS, "at": oldest}
    well = hands >= lifeboat_rules.HANDS and len(fresh) == len(known.boats)
    return Promise("lifeboat", well, facts, "perdure lifeboat list")


def _rehearsed(drill: Drill | None, now: int) -> Promise:
    kept = drill is not None and drill.outcome == "passed" and now - drill.at < DRILL_MS
    return Promise("rehearsed", kept, {"at": drill.at if drill else 0}, "perdure drill")


def _lane(name: str, lane: LaneStatus | None, now: int) -> Iterator[Promise]:
    probe = f"perdure stores probe {name}"
    if lane is None:
        yield Promise("behind", kept=False, facts={"store": name, "ms": -1, "reason": "not opened"}, todo=probe)
        return
    well = lane.behind_ms <= LATE_MS and lane.state in {"ok", "trying", "healing"}
    facts: dict[str, str | int] = {"store": name, "ms": lane.behind_ms, "reason": lane.error}
    yield Promise("behind", well, facts, probe if lane.error else "")
    if lane.head_at:
        yield Promise("head", now - lane.head_at <= LATE_MS, {"store": name, "at": lane.head_at}, probe)
    if lane.verified_at:
        fresh = now - lane.verified_at < READ_BACK_MS
        yield Promise("read_back", fresh, {"store": name, "at": lane.verified_at}, probe)
