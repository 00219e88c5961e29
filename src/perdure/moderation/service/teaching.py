"""The operator's own decisions as examples for the classifier."""

from typing import Final

from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.queries import teaching as queries
from perdure.moderation.service import snapshots
from perdure.signals.ports import Examples

_MOST: Final = 12_000


def examples_in(tx: Tx) -> Examples:
    """Posts as they were when people decided, and whether they broke a rule; the newest decision of a text counts.

    What was reversed or found innocent is an example of what to leave alone. Nobody is shown the texts.
    """
    labels: dict[str, bool] = {}
    for row in queries.decided(tx, _MOST):
        try:
            text = snapshots.peek_in(tx, row.snapshot_id).text
        except NotFound:
            continue
        if text:
            labels.setdefault(text, row.outcome in {"restricted", "warned"})
    oldest_first = list(labels.items())[::-1]
    return Examples(tuple(text for text, _ in oldest_first), tuple(label for _, label in oldest_first))
