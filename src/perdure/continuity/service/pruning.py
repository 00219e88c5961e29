"""The change log in the database does not grow for ever."""

from typing import Final

from perdure.continuity.queries.log import prune_in
from perdure.continuity.service.site import load_site
from perdure.continuity.service.status import read_status
from perdure.kernel.runtime import Runtime

_KEEP_MS: Final = 24 * 3_600_000
_UNREAD_KEEP_MS: Final = 600_000
_AT_ONCE: Final = 5_000
_ROUNDS: Final = 100


async def prune(rt: Runtime) -> int:
    """Drop rows that are in segments and a day old, a few thousand at a time; returns how many.

    A day is kept so that a host that was superseded can say what it still wrote. Where there is no kit nothing is
    shipped, and a snapshot will begin with what is there then: ten minutes are enough.
    """
    shipping = load_site(rt.settings.data) is not None
    found = read_status(rt.settings.data)
    if shipping and found is None:
        return 0
    low = found.built_low if shipping and found else None
    before = rt.clock.now_ms() - (_KEEP_MS if shipping else _UNREAD_KEEP_MS)
    dropped = 0
    for _ in range(_ROUNDS):
        gone = await rt.db.write("copies.prune", prune_in, low, before, _AT_ONCE)
        dropped += gone
        if gone < _AT_ONCE:
            break
    return dropped
