"""An answer stops the clocks of what was owed an answer (safety.md §3)."""

from perdure.desk.events import LetterAnswered
from perdure.desk.queries import letters as queries
from perdure.kernel.db import Tx
from perdure.moderation.service import clocks


def answered_in(tx: Tx, event: LetterAnswered) -> None:
    """Stop them once every letter of the case has its answer; one that still waits keeps them running."""
    row = queries.one(tx, event.letter_id)
    if row is None or row.case_id is None:
        return
    if all(one.answered_at is not None for one in queries.of_case(tx, row.case_id)):
        clocks.answered_in(tx, row.case_id)
