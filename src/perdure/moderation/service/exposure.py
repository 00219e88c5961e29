"""How much a moderator looks at, and when a break would do them good (safety.md §6.1, wellbeing)."""

from typing import Final

from perdure.kernel.db import Tx
from perdure.moderation.model import Exposure
from perdure.moderation.queries import staff as queries

_DAY_MS: Final = 86_400_000
_MINUTE_MS: Final = 60_000
BREAK_MS: Final = 10 * _MINUTE_MS
"""A pause of this length ends a stretch."""
STRETCH_MS: Final = 50 * _MINUTE_MS
STRETCH_ITEMS: Final = 60


def note_view_in(tx: Tx, staff_id: int, items: int, *, grave: bool) -> None:
    """Count what somebody just looked at."""
    day = tx.now // _DAY_MS
    row = queries.exposure(tx, staff_id, day)
    goes_on = row if row is not None and tx.now - row.last_at < BREAK_MS else None
    queries.store_exposure(
        tx,
        account_id=staff_id,
        day=day,
        items=(row.items if row else 0) + items,
        grave=(row.grave if row else 0) + items * grave,
        stretch_items=(goes_on.stretch_items if goes_on else 0) + items,
        stretch_began_at=goes_on.stretch_began_at if goes_on else tx.now,
        last_at=tx.now,
    )


def exposure_in(tx: Tx, staff_id: int) -> Exposure:
    """What somebody looked at today (UTC). ``rest`` after 50 minutes or 60 items without ten minutes' pause."""
    row = queries.exposure(tx, staff_id, tx.now // _DAY_MS)
    if row is None:
        return Exposure(0, 0, 0, 0, rest=False)
    rested = tx.now - row.last_at >= BREAK_MS
    minutes = 0 if rested else (row.last_at - row.stretch_began_at) // _MINUTE_MS
    items = 0 if rested else row.stretch_items
    tired = minutes * _MINUTE_MS >= STRETCH_MS or items >= STRETCH_ITEMS
    return Exposure(row.items, row.grave, items, minutes, rest=tired)
