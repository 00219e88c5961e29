"""Whether the clocks are looked at: who calls people must not fall silent itself."""

from typing import Final

from perdure.kernel import schedule
from perdure.kernel.db import Tx

_JOB: Final = "moderation.clocks"
_PATIENCE_MS: Final = 120_000


def still_since_in(tx: Tx) -> int | None:
    """Since when (ms) nobody looks at the clocks, though they are to be looked at every five seconds; else None.

    Deadlines stand and pass all the same, being instants; but nobody is called. On a site whose worker never ran there
    is nothing to compare with: ``perdure doctor`` says so.
    """
    found = next((row for row in schedule.runs(tx) if row.name == _JOB), None)
    if found is None or found.finished_at is None:
        return None
    failed = found.error is not None
    still = tx.now - found.finished_at > _PATIENCE_MS
    return int(found.finished_at) if still or failed else None
