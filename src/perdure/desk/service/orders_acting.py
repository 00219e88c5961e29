"""What staff does about an order: vouch for it, refuse it, say that it cannot be obeyed or that it fell."""

from typing import Final

from perdure.desk.queries import letters as letter_rows
from perdure.desk.queries import orders as queries
from perdure.desk.service import orders
from perdure.desk.service import orders_answering as answering
from perdure.desk.service.orders_kept import locked_in, log_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.moderation.model import Subject
from perdure.moderation.service import bundles, clocks, ordered, pausing, settling

PAUSES: Final = {"impossible": "impossible", "errors": "defective", "information": "defective"}
"""The two pauses that the Regulation allows, by the reason of Annex III."""
_MOST: Final = 1000


def verify_in(tx: Tx, staff_id: int, order_id: int, how: str) -> None:
    """Vouch for an order whose sender the site did not know: it is obeyed now, its hour counts from receipt.

    ``how`` says by what means (called back, signature checked). Asks for ``manage_reports``; raises NotFound, Invalid,
    Conflict where it is no longer unverified.
    """
    row = _in_state(locked_in(tx, staff_id, order_id), "unverified")
    words = _words(how, "how")
    queries.change(tx, row, state="in_force", verified_by=staff_id, verified_how=words, verified_at=tx.now)
    log_in(tx, staff_id, "verify", order_id, how=words)
    fresh = queries.one(tx, order_id)
    assert fresh is not None
    orders.start_in(tx, fresh)
    _execute_in(tx, order_id)


def _execute_in(tx: Tx, order_id: int) -> None:
    row = queries.one(tx, order_id)
    assert row is not None
    lines = {one.number: one.item_id for one in letter_rows.items(tx, row.letter_id)}
    about = bundles.about_in(tx, list(lines.values()))
    for item in queries.items(tx, order_id):
        subject = about.get(lines.get(item.number) or 0) or Subject(item.subject_kind, item.ref_id)
        orders.execute_in(tx, row, subject)
    orders.finish_in(tx, row)


def _in_state(row: Row, *states: str) -> Row:
    if row.state not in states:
        raise Conflict(f"This order is {row.state.replace('_', ' ')}: that can no longer be done")
    return row


def _words(text: str, field: str) -> str:
    if not text.strip() or len(text) > _MOST:
        fault = f"must be said, in {_MOST} characters at most"
        raise Invalid(f"Validation failed: {field.capitalize()} {fault}", {field: [("ERR_INVALID", fault)]})
    return text.strip()


def reject_in(tx: Tx, staff_id: int, order_id: int, why: str) -> None:
    """Say that what looked like an order is none; as a notice it stays before staff. Raises as :func:`verify_in`."""
    row = _in_state(locked_in(tx, staff_id, order_id), "unverified")
    words = _words(why, "why")
    queries.change(tx, row, state="rejected", ended_by=staff_id, ended_at=tx.now, end_reason=words)
    log_in(tx, staff_id, "reject", order_id, why=words)


def confirm_in(tx: Tx, staff_id: int, order_id: int) -> int:
    """Say that an order was obeyed as it should be: its items have that outcome; returns how many.

    Asks for ``manage_reports``; raises NotFound, Conflict where somebody else works on the case or nothing is pending.
    """
    row = _in_state(locked_in(tx, staff_id, order_id), "in_force")
    made = {(one.subject_kind, one.ref_id): one.decision_id for one in queries.items(tx, order_id) if one.decision_id}
    lines = [one.item_id for one in letter_rows.items(tx, row.letter_id) if one.item_id is not None]
    pending = bundles.subjects_in(tx, lines)
    outcomes = [
        settling.Outcome(item_id=item_id, state="actioned", decision_id=decision_id)
        for item_id, about in pending.items()
        if (decision_id := made.get((about.kind, about.id))) is not None
    ]
    if not outcomes:
        raise Conflict("Nothing of this order is pending")
    settling.settle_in(tx, staff_id, row.case_id, outcomes)
    log_in(tx, staff_id, "confirm", order_id, items=len(outcomes))
    return len(outcomes)


def cannot_in(tx: Tx, staff_id: int, order_id: int, reason: str, text: str) -> int:
    """Say that an order cannot be obeyed, or lacks what it needs: the hour stands still, Annex III is drafted.

    ``text`` is the proof of the pause and stands in the answer. What was done already stays done. Returns the answer's
    id. Asks for ``manage_reports``; raises NotFound, Invalid, Conflict.
    """
    row = _in_state(locked_in(tx, staff_id, order_id), "in_force")
    answer_id = answering.refused_in(tx, staff_id, order_id, reason, text)
    clock = ordered.clock_in(tx, row.case_id, orders.OBLIGATION)
    if clock is not None and clock.state != "paused":
        pausing.pause_in(tx, staff_id, clock.id, PAUSES[reason], text)
    state = "impossible" if reason == "impossible" else "defective"
    queries.change(tx, row, state=state)
    log_in(tx, staff_id, "cannot", order_id, reason=reason)
    return answer_id


def resume_in(tx: Tx, staff_id: int, order_id: int) -> None:
    """What was in the way is gone: the hour runs on, the order is obeyed. Raises as :func:`verify_in`."""
    row = _in_state(locked_in(tx, staff_id, order_id), "defective", "impossible")
    clock = ordered.clock_in(tx, row.case_id, orders.OBLIGATION)
    if clock is not None and clock.state == "paused":
        pausing.resume_in(tx, staff_id, clock.id)
    queries.change(tx, row, state="in_force")
    log_in(tx, staff_id, "resume", order_id)
    _execute_in(tx, order_id)


def fall_in(tx: Tx, staff_id: int, order_id: int, why: str) -> list[tuple[str, int]]:
    """The order was annulled or withdrawn: what it hid is there again at once, whom it silenced is told.

    What is kept from being erased stays kept until its time is over. Returns what stays hidden because of other
    decisions. Raises as :func:`verify_in`.
    """
    row = _in_state(locked_in(tx, staff_id, order_id), "in_force", "defective", "impossible")
    words = _words(why, "why")
    still = ordered.fall_in(tx, staff_id, order_id, words)
    queries.change(tx, row, state="fallen", ended_by=staff_id, ended_at=tx.now, end_reason=words, silent_until=None)
    clocks.meet_obligation_in(tx, row.case_id, orders.OBLIGATION)
    log_in(tx, staff_id, "fall", order_id, why=words, still_hidden=len(still))
    return still


def stay_silent_in(tx: Tx, staff_id: int, order_id: int, reference: str) -> int:
    """Tell the authors nothing for six more weeks, once, because the authority demanded it; returns until when (ms).

    Raises as :func:`verify_in`; Conflict for a second time, or where the first six weeks are over.
    """
    row = _in_state(locked_in(tx, staff_id, order_id), "in_force")
    words = _words(reference, "reference")
    if not row.silent or row.silent_until is None or row.silent_until <= tx.now:
        raise Conflict("This order does not forbid telling the author now")
    if row.silence_extended:
        raise Conflict("Six more weeks can be demanded once")
    until = int(row.silent_until) + orders.SILENCE_MS
    queries.change(tx, row, silent_until=until, silence_extended=True)
    ordered.stay_silent_in(tx, order_id, until)
    log_in(tx, staff_id, "stay_silent", order_id, until=until, reference=words)
    return until


def contacted_in(tx: Tx, staff_id: int, order_id: int) -> None:
    """Note that the authority told its contact and procedures before its first order (Art 3(2)). Raises NotFound."""
    row = locked_in(tx, staff_id, order_id)
    queries.change(tx, row, contact_at=tx.now)
    log_in(tx, staff_id, "contact", order_id)


def settle_conflict_in(tx: Tx, staff_id: int, conflict_id: int, note: str) -> None:
    """Say what holds where two orders contradict each other; what is done about it is an act of its own.

    Asks for ``manage_reports``; raises NotFound, Invalid, Conflict for one that is settled.
    """
    found = queries.conflict(tx, conflict_id)
    if found is None:
        raise NotFound
    row = locked_in(tx, staff_id, found.order_id)
    if found.settled_at is not None:
        raise Conflict("Somebody said already what holds")
    words = _words(note, "note")
    queries.settle_conflict(tx, conflict_id, settled_by=staff_id, settled_at=tx.now, note=words)
    log_in(tx, staff_id, "settle_conflict", row.id, conflict=conflict_id, note=words)
