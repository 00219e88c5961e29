"""A sender's own program is told of every step of its letter (docs/reference/notices-api.md, webhooks.md)."""

from collections import Counter
from typing import Any, Final

from perdure.delivery.service import hooks
from perdure.desk.events import LetterAnswered, LetterOpened
from perdure.desk.queries import letters as queries
from perdure.desk.service import letters
from perdure.kernel.db import Row, Tx
from perdure.moderation.events import CaseDecided

_PATH: Final = "/api/perdure/v1/notices/"


def received_in(tx: Tx, row: Row) -> None:
    """A letter is stored. In the transaction that stores it."""
    _tell_in(tx, row, "notice.received", {})


def opened_in(tx: Tx, event: LetterOpened) -> None:
    """Every item was looked up (subscriber)."""
    row = queries.one(tx, event.letter_id)
    if row is not None:
        _tell_in(tx, row, "notice.opened", _counts_in(tx, row))


def decided_in(tx: Tx, event: CaseDecided) -> None:
    """Nothing of a case is pending any more (subscriber)."""
    for row in queries.of_case(tx, event.case_id):
        if row.state != "opening":  # its own step comes, with everything in it
            _tell_in(tx, row, "notice.decided", _counts_in(tx, row))


def answered_in(tx: Tx, event: LetterAnswered) -> None:
    """An answer went out (subscriber)."""
    row = queries.one(tx, event.letter_id)
    if row is not None:
        _tell_in(tx, row, "notice.answered", _counts_in(tx, row) | {"answer": str(event.answer_id)})


def _counts_in(tx: Tx, row: Row) -> dict[str, Any]:
    """How many items ended how, as the sender is told: what is masked counts as not found."""
    items = letters.items_in(tx, row.id)
    hidden = sum(one.held_by is not None and not one.masked for one in items)
    return {"outcomes": dict(Counter(one.shown_state for one in items)), "hidden": hidden}


def _tell_in(tx: Tx, row: Row, kind: str, more: dict[str, Any]) -> None:
    sender = queries.sender_row(tx, row.sender_id) if row.sender_id is not None else None
    if sender is None or not sender.hook_url or row.drill:
        return
    payload = {
        "id": str(row.id),
        "reference": row.reference,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "items": row.items,
        "path": f"{_PATH}{row.id}",
    }
    hooks.hook_in(tx, sender.hook_url, sender.hook_secret_sealed, kind, payload | more)
