"""The deadline that stands on everybody's screen: what is owed to somebody outside first."""

import msgspec

from perdure.desk.queries import answers, letters
from perdure.kernel.db import Tx
from perdure.moderation.service import outside


class Owed(msgspec.Struct, frozen=True):
    """What is due first. ``letter_id`` where it is an answer to a letter; ``n`` of its kind are owed. Times in ms."""

    letter_id: int | None
    case_id: int | None
    reference: str
    sender: str
    started_at: int
    due_at: int
    n: int


def strictest_in(tx: Tx) -> Owed | None:
    """The strictest deadline towards outside; None where nothing is owed. A letter is owed an answer."""
    row, clock = answers.strictest(tx), outside.owed_in(tx)
    if row is None and clock is None:
        return None
    if clock is not None and (row is None or clock.due_at < row.due_at):
        row = next(iter(letters.of_case(tx, clock.case_id)), None)
        about = (row.id if row is not None else None, clock.case_id, row.reference if row is not None else "")
        return Owed(*about, _sender(tx, row.sender_id if row else None), clock.started_at, clock.due_at, clock.running)
    assert row is not None
    sender = _sender(tx, row.sender_id)
    return Owed(row.id, row.case_id, row.reference, sender, row.received_at, row.due_at, answers.owed(tx))


def _sender(tx: Tx, sender_id: int | None) -> str:
    found = letters.sender_row(tx, sender_id) if sender_id is not None else None
    return found.name if found is not None else ""
