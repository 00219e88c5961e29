"""Which places have an old lifeboat, and when it is brought to them again."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import msgspec

from perdure.continuity.model.lifeboat import Boat, Boats
from perdure.continuity.model.stores import StoreList
from perdure.continuity.rules import owners

HANDS: Final = 2
"""So many owners must have it."""
DAILY_MS: Final = 24 * 3_600_000
OLD_MS: Final = 26 * 3_600_000
"""A day, and two hours of tries."""
SLOW_MS: Final = 3_600_000
"""So long a place may say something that is no longer so."""
_AGAIN_MS: Final = 600_000


def expected(before: Boats, listed: StoreList, digest: str, now: int) -> Boats:
    """The places of a list, with what is known of each, and from when on what is to be said."""
    known = {(boat.kind, boat.name): boat for boat in before.boats}
    fresh = [Boat(name=one.name, kind="host", known_at=now) for one in listed.boats]
    fresh += [Boat(name=one.name, kind="store", known_at=now) for one in listed.stores]
    boats = tuple(known.get((one.kind, one.name), one) for one in fresh)
    since = before.since if before.digest == digest else now
    return msgspec.structs.replace(before, digest=digest, since=since, boats=boats)


def due(boats: Boats, now: int) -> Iterator[Boat]:
    """Places that are given the lifeboat now: they say something else, or it is a day old."""
    for boat in boats.boats:
        waits = bool(boat.error) and 0 <= now - boat.tried_at < _AGAIN_MS
        if not waits and (boat.digest != boats.digest or not 0 <= now - boat.at < DAILY_MS):
            yield boat


def is_old(boat: Boat, boats: Boats, now: int) -> bool:
    """Whether a place has an old lifeboat, or none though there was time to bring it."""
    if not boat.at:
        return now - boat.known_at > SLOW_MS
    wrong = boat.digest != boats.digest and now - max(boats.since, boat.known_at) > SLOW_MS
    return wrong or now - boat.at > OLD_MS


def hands(boats: Iterable[Boat], listed: StoreList) -> int:
    """How many owners, other than the host's, have one of these."""
    have: Collection[str] = {f"{boat.kind}:{boat.name}" for boat in boats}
    places = [msgspec.structs.replace(one, name=f"host:{one.name}") for one in listed.boats]
    places += [msgspec.structs.replace(one, name=f"store:{one.name}") for one in listed.stores]
    return sum(any(name in have for name in hand) for hand in owners.judge(places, listed.host).owners)
