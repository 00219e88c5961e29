"""Mails that come back: they are no letters, but say what became of an answer."""

from perdure.audit import service as audit
from perdure.desk.events import AnswerReturned
from perdure.desk.queries import answers
from perdure.desk.queries import letters as queries
from perdure.desk.rules.returning import Returned, returned
from perdure.desk.service.sealing import opened_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.runtime import Runtime

_DOORS = frozenset({"lmtp", "imap"})


async def take(rt: Runtime, row: Row) -> bool:
    """See whether a letter is a mail server's report on one of our answers; then it is closed, and opens no case."""
    if row.channel not in _DOORS:
        return False
    found = await rt.db.read_long(_look_in, row.id)
    return found is not None and await rt.db.write("desk.returned", _take_in, row.id, found)


def _look_in(tx: Tx, letter_id: int) -> Returned | None:
    kept = queries.raw(tx, letter_id)
    assert kept is not None
    return returned(opened_in(tx, bytes(kept.sealed), kept.wrapped_key, f"letter:{letter_id}"))


def _take_in(tx: Tx, letter_id: int, found: Returned) -> bool:
    row = queries.lock(tx, letter_id)
    if row is None or row.state != "received" or answers.by_message(tx, found.message_id) is None:
        return False
    queries.change(tx, row, state="closed", form="mail")
    audit.append_in(tx, actor_id=None, action="letter.returned", subject=f"letter:{letter_id}", failed=found.failed)
    tx.emit(AnswerReturned(found.message_id, found.failed, found.why))
    return True
