"""When the copies need a person: what counts as trouble, when somebody is told of it, and when that it is over."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.model.alarms import Alarms, Kind, Sign, Trouble
from perdure.continuity.model.drills import Drill
from perdure.continuity.model.lifeboat import Boats
from perdure.continuity.model.status import LaneState, LaneStatus, Status
from perdure.continuity.model.stores import StoreList
from perdure.continuity.rules import lifeboat

SOON_MS: Final = 1_000
LATE_MS: Final = 60_000
_LASTING_MS: Final = 10_000
_UNWELL_MS: Final = 15_000
"""A line that is cut for a moment wakes nobody; a store in trouble is named within a minute."""
_STEADY_MS: Final = 60_000
"""Well for so long before anybody is told that it is well."""
_AGAIN_MS: Final = 3_600_000
"""No cause is mailed about twice within an hour."""
_REMIND_MS: Final = 24 * 3_600_000
_STATES: Final[Mapping[LaneState, Kind]] = {
    "lying": "lying",
    "foreign": "foreign",
    "refused": "refused",
    "behind": "cut",
}


class Turn(NamedTuple):
    """What one look changed."""

    alarms: Alarms
    fresh: tuple[Trouble, ...]
    """What somebody is to be told of now, warnings too."""
    over: tuple[Trouble, ...]
    """What was told and has been well for a while."""


def signs(listed: StoreList, found: Status | None, drill: Drill | None, now: int) -> Iterator[Sign]:
    """What is wrong with the copies now. ``found`` is what the shipper last said.

    Of one that is silent only that counts.
    """
    if drill is not None and drill.outcome == "could_not_run":
        yield Sign(kind="drill", detail=drill.reason)
    if drill is not None and drill.outcome == "failed":
        yield Sign(kind="drill_failed", detail=drill.reason)
    if not listed.stores:
        return
    if found is None:
        yield Sign(kind="silent", lasting_ms=LATE_MS)
        return
    if now - found.at > LATE_MS:
        yield Sign(kind="silent", figure=now - found.at)
        return
    if found.trouble:
        yield Sign(kind="stuck", detail=found.trouble, lasting_ms=LATE_MS)
    lanes = {lane.name: lane for lane in found.lanes}
    for record in listed.stores:
        if lane := lanes.get(record.name):
            yield from _of_lane(lane, now)
        else:
            yield Sign(kind="unopened", about=record.name, lasting_ms=LATE_MS)


def old_boats(boats: Boats, now: int) -> Iterator[Sign]:
    """Places that have an old lifeboat, or none."""
    for boat in boats.boats:
        if lifeboat.is_old(boat, boats, now):
            age = now - (boat.at or boat.known_at)
            yield Sign(kind="boat", about=boat.name, figure=age, detail=boat.error)


def _of_lane(lane: LaneStatus, now: int) -> Iterator[Sign]:
    if kind := _STATES.get(lane.state):
        yield Sign(kind=kind, about=lane.name, detail=lane.error)
    if lane.behind_ms > LATE_MS:
        yield Sign(kind="far", about=lane.name, figure=lane.behind_ms, detail=lane.error)
    elif lane.behind_ms > SOON_MS:
        yield Sign(
            kind="late",
            about=lane.name,
            level="warning",
            figure=lane.behind_ms,
            detail=lane.error,
            lasting_ms=_LASTING_MS,
        )
    if lane.remarks:
        yield Sign(kind="unwell", about=lane.name, detail="; ".join(lane.remarks), lasting_ms=_UNWELL_MS)
    if not lane.head_at:
        yield Sign(kind="headless", about=lane.name, lasting_ms=LATE_MS)
    elif now - lane.head_at > LATE_MS:
        yield Sign(kind="headless", about=lane.name, figure=now - lane.head_at)


def turn(before: Alarms, seen: Iterable[Sign], now: int) -> Turn:
    """Set what is seen now against what was known."""
    known = {(one.sign.kind, one.sign.about): one for one in before.troubles}
    here = {(sign.kind, sign.about): sign for sign in seen}
    silent = ("silent", "") in here
    after = [_renewed(known.get(key), sign, now) for key, sign in here.items()]
    for key, old in known.items():
        if key not in here:
            # While the shipper is silent nobody knows how a store is: what was so stays so.
            after.append(old if silent and old.sign.about else _ended(old, now))
    fresh = tuple(one for one in after if _is_fresh(one, now))
    over = tuple(one for one in after if _is_over(one, now))
    kept = tuple(one for one in after if not _is_forgotten(one, now))
    return Turn(msgspec.structs.replace(before, troubles=kept), fresh, over)


def _renewed(old: Trouble | None, sign: Sign, now: int) -> Trouble:
    if old is None:
        return Trouble(sign=sign, since=now)
    if old.ended_told or (old.ended_at and not old.told):  # it comes again
        return Trouble(sign=sign, since=now, told_at=old.told_at)
    return msgspec.structs.replace(old, sign=sign, ended_at=0)


def _ended(old: Trouble, now: int) -> Trouble:
    return old if old.ended_at else msgspec.structs.replace(old, ended_at=now)


def _is_fresh(one: Trouble, now: int) -> bool:
    if not one.lasts(now):
        return False
    if one.sign.level == "warning":
        return not one.told
    quiet = now - one.told_at if one.told_at else _REMIND_MS
    return quiet >= (_REMIND_MS if one.told else _AGAIN_MS)


def _is_over(one: Trouble, now: int) -> bool:
    return one.told and not one.ended_told and bool(one.ended_at) and now - one.ended_at >= _STEADY_MS


def _is_forgotten(one: Trouble, now: int) -> bool:
    """What is over, said to be over, and could not be mailed about too soon by coming again."""
    settled = bool(one.ended_at) and (one.ended_told or not one.told)
    return settled and now - one.told_at >= _AGAIN_MS


def noted(gone: Turn, now: int) -> Alarms:
    """What is known after a turn's news were told: as logged, as mailed where it was an alarm, as over."""
    changed = tuple(_noted(one, gone, now) for one in gone.alarms.troubles)
    return msgspec.structs.replace(gone.alarms, troubles=changed, tried_at=0)


def _noted(one: Trouble, gone: Turn, now: int) -> Trouble:
    if one in gone.fresh:
        mailed = now if one.sign.level == "alarm" else one.told_at
        return msgspec.structs.replace(one, told=True, told_at=mailed)
    return msgspec.structs.replace(one, ended_told=True) if one in gone.over else one
