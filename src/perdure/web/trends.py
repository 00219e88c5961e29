"""The hashtags beside every page: asked of the database now and then, not by each page."""

import weakref
from typing import Final

from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.kernel.db import Database, Row
from perdure.kernel.runtime import Runtime

_KEPT_S: Final = 120.0
_MOST: Final = 5
_known: "weakref.WeakKeyDictionary[Database, tuple[float, list[Row]]]" = weakref.WeakKeyDictionary()


async def trending_tags(rt: Runtime) -> list[Row]:
    """(name, people, posts) of the hashtags most people used lately; up to two minutes old."""
    now = rt.clock.monotonic()
    found = _known.get(rt.db)
    if found is None or found[0] < now:
        found = _known[rt.db] = (
            now + _KEPT_S,
            await rt.db.read_long(discovery.trending_tags_in, rt.port(RankGuard), _MOST),
        )
    return found[1]
