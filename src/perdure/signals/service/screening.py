"""The look at a text in front of the transaction that stores it: only what threatens somebody is held (§5.7)."""

from typing import Final

import msgspec

from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.events import PostHeld
from perdure.posts.model import CLEAR, Verdict
from perdure.signals.events import Flagged
from perdure.signals.queries import scoring as queries
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.ruleset import seen_of
from perdure.signals.service import matrix
from perdure.signals.service.findings import Found, keep_in, of_hit
from perdure.signals.service.rulebook import Rulebook

_FRESH_MS: Final = 1000
_HOLDS: Final = frozenset({"hold_review", "auto_hold"})


class Screen:
    """Serves the port ``posts.ports.Screener`` with the rules of severity 0. Pure computation, well below 1 ms.

    It knows nothing of the author, so it holds what the matrix holds of anybody, however well known; the rest is
    weighed after publishing.
    """

    def __init__(self, book: Rulebook) -> None:
        self._book = book
        self._asked_at = 0
        self._matrix = matrix.packaged()

    async def ready(self, rt: Runtime) -> None:
        """See the port."""
        now = rt.clock.now_ms()
        if not 0 <= now - self._asked_at < _FRESH_MS:
            self._asked_at = now
            states, self._matrix = await rt.db.read(lambda tx: (queries.states(tx), matrix.matrix_in(tx)))
            self._book.use(states)

    def screen(self, text: str, language: str | None) -> Verdict:  # noqa: ARG002 - rules find their language themselves
        """See the port."""
        found = [of_hit(hit) for hit in self._book.urgent.hits(seen_of(text))]
        holding = [one for one in found if self._holds(one)]
        if not holding:
            return CLEAR
        return Verdict(hold=True, findings_json=msgspec.json.encode(found).decode())

    def _holds(self, found: Found) -> bool:
        return rules.action_of(self._matrix, found.evidence, "trusted") in _HOLDS


def held_in(tx: Tx, event: PostHeld) -> None:
    """Keep what held a post, and tell moderation, in the transaction that stored it."""
    found = msgspec.json.decode(event.findings_json, type=tuple[Found, ...])
    if not found:
        return
    in_force = matrix.matrix_in(tx)
    subject = ("post", event.post_id, event.version)
    ids = tuple(keep_in(tx, subject, one, "auto_hold", in_force.version) for one in found)
    worst = max(found, key=lambda one: one.score)
    tx.emit(
        Flagged(
            *subject,
            event.author_id,
            action="auto_hold",
            severity=0,
            policy=worst.policy,
            score=worst.score,
            signal_ids=ids,
            source=worst.source,
            acted_at_post=True,
        )
    )
