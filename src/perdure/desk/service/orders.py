"""Removal orders: obeyed at once, the hour counting from receipt (Reg. (EU) 2021/784 Arts 3, 4, 6; safety.md §3).

Whoever proved to be an authority is obeyed before anybody looked. An order of somebody unknown is a notice like every
other and waits for a person: a letterhead is no proof.
"""

from typing import Any, Final, Literal

import msgspec

from perdure.accounts import service as accounts
from perdure.desk.events import LetterOpened
from perdure.desk.model import Letter
from perdure.desk.queries import letters as letter_rows
from perdure.desk.queries import orders as queries
from perdure.desk.rules.orders import annex
from perdure.desk.rules.orders.annex import OrderFields
from perdure.desk.service import orders_answering as answering
from perdure.desk.service.orders_kept import fields_in, log_in
from perdure.kernel.db import Row, Tx
from perdure.moderation.model import Subject
from perdure.moderation.service import bundles, clocks, ordered, preservation

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 86_400_000
OBLIGATION: Final = "tco.order"
_REVIEW_MS: Final = 48 * _HOUR_MS
_SCRUTINY_MS: Final = 72 * _HOUR_MS
_KEEP_MS: Final = 183 * _DAY_MS
SILENCE_MS: Final = 42 * _DAY_MS
"""Six weeks (Art 11(3))."""
AUTHORITIES: Final = frozenset({"member_state", "court"})
_LAW: Final = "Regulation (EU) 2021/784, Article 3"
_Reason = Literal["legal", "tco"]


def recognise(read: Letter) -> Letter:
    """A letter that says that it is an order is one, whatever form it came in."""
    kind = annex.kind_of(read.prose)
    if kind is None:
        return read
    policy = read.policy or ("terrorism" if kind == "removal" else "")
    return msgspec.structs.replace(read, form="order", policy=policy)


def take_up_in(tx: Tx, letter: Row, read: Letter, case_id: int) -> int | None:
    """Write down an order that a letter is, and start its hour; returns the deadline (ms).

    None where the letter is no order, none that has a deadline of its own, or its sender is not known.
    """
    fields = annex.read(read.prose)
    if fields is None:
        return None
    verified = bool(letter.verified and letter.authority in AUTHORITIES)
    sender = letter_rows.sender_row(tx, letter.sender_id) if letter.sender_id is not None else None
    authority = (sender.name if verified and sender is not None else fields.authority)[:300]
    order_id = tx.new_id()
    queries.insert(
        tx,
        id=order_id,
        authority=authority,
        state="in_force" if verified else "unverified",
        first=queries.earlier(tx, authority, order_id) == 0,
        cross_border=_cross_border(tx, fields),
        due_at=None,
        verified_how=letter.proof if verified else "",
        verified_at=tx.now if verified else None,
        **_kept_in(tx, letter, fields, case_id),
        **_windows(fields, letter.received_at),
        **_BLANK,
    )
    log_in(tx, None, "receive", order_id, kind=fields.kind, verified=verified, reference=fields.reference)
    row = queries.one(tx, order_id)
    assert row is not None
    return start_in(tx, row) if verified else None


_BLANK: Final[dict[str, Any]] = {
    "contact_at": None,
    "silence_extended": False,
    "done_at": None,
    "verified_by": None,
    "ended_by": None,
    "ended_at": None,
    "end_reason": "",
    "version": 1,
}


def _kept_in(tx: Tx, letter: Row, fields: OrderFields, case_id: int) -> dict[str, Any]:
    return {
        "letter_id": letter.id,
        "case_id": case_id,
        "kind": fields.kind,
        "country": fields.country[:100],
        "reference": (fields.reference or letter.reference)[:200],
        "fields_sealed": accounts.seal_in(tx, msgspec.json.encode(fields).decode()),
        "sender_id": letter.sender_id,
        "emergency": fields.emergency,
        "received_at": letter.received_at,
        "drill": letter.drill,
        "created_at": tx.now,
    }


def start_in(tx: Tx, row: Row) -> int | None:
    """Start the clocks of a removal order in force, at its receipt; returns the deadline (ms)."""
    if row.kind != "removal":
        return None
    due_at = clocks.start_obligation_in(tx, row.case_id, OBLIGATION, row.received_at)
    if row.cross_border:
        for key in ("tco.scrutiny", "tco.scrutiny_request"):
            clocks.start_obligation_in(tx, row.case_id, key, row.received_at)
    if row.silent_until is not None:
        silent = row.silent_until - row.received_at
        clocks.start_obligation_in(tx, row.case_id, "tco.non_disclosure", row.received_at, limit_ms=silent)
    queries.change(tx, row, due_at=due_at)
    return due_at


def _cross_border(tx: Tx, fields: OrderFields) -> bool:
    point = queries.point(tx)
    home = point.country.strip().lower() if point is not None else ""
    return bool(home and fields.country.strip() and fields.country.strip().lower() != home)


def _windows(fields: OrderFields, received_at: int) -> dict[str, Any]:
    """Until when it may be scrutinised, and until when nobody tells the author: six weeks from its date at most."""
    issued = fields.issued_at if fields.issued_at is not None and fields.issued_at <= received_at else received_at
    most = max(issued, received_at - SILENCE_MS) + SILENCE_MS
    until = min(fields.silence_until or most, most) if fields.silence else None
    return {
        "silent": fields.silence,
        "silent_until": until,
        "review_until": received_at + _REVIEW_MS,
        "scrutiny_until": received_at + _SCRUTINY_MS,
    }


def obey_in(tx: Tx, letter: Row, number: int, about: Subject) -> bool:
    """Do what the order that a letter is says about one thing; tells whether it was done.

    False where the letter is no order, or one that nobody vouches for: then only what it names is written down.
    """
    row = queries.of_letter(tx, letter.id)
    if row is None or about.kind not in ordered.CONTENT:
        return False
    queries.add_item(
        tx,
        order_id=row.id,
        subject_kind=about.kind,
        ref_id=about.id,
        number=number,
        decision_id=None,
        hold_id=None,
        done_at=None,
    )
    return execute_in(tx, row, about) if row.state == "in_force" else False


def execute_in(tx: Tx, row: Row, about: Subject) -> bool:
    """Carry out an order in force about one thing: keep it from being erased, then put it out of sight."""
    _note_conflicts_in(tx, row, about)
    if row.kind == "reinstatement":
        return False  # what was hidden is shown again by a person, never by a letter
    fields = fields_in(tx, row)
    reason: _Reason = "tco" if row.kind == "removal" else "legal"
    until = tx.now + _KEEP_MS if row.kind == "removal" else fields.until
    hold_id = _hold_of_in(tx, row, about)
    if hold_id is None:
        place = (about.kind, about.id)
        hold_id = preservation.place_ordered_in(
            tx, place, reason=reason, reference=row.reference, until=until, case_id=row.case_id
        ).id
    made = ordered.obey_in(tx, order_of(row, fields), about) if row.kind == "removal" else None
    done = made is not None or row.kind == "preservation"
    values = {"decision_id": made, "hold_id": hold_id, "done_at": tx.now if done else None}
    queries.change_item(tx, row.id, about.kind, about.id, **values)
    return done


def _hold_of_in(tx: Tx, row: Row, about: Subject) -> int | None:
    """The hold that this order placed already, where it goes on after a pause."""
    known = {(one.subject_kind, one.ref_id): one.hold_id for one in queries.items(tx, row.id)}
    return known.get((about.kind, about.id))


def order_of(row: Row, fields: OrderFields) -> ordered.Order:
    """An order as a decision needs it."""
    return ordered.Order(
        id=row.id,
        case_id=row.case_id,
        reference=row.reference,
        authority=row.authority,
        legal_ground=fields.legal_ground or _LAW,
        silent_until=row.silent_until,
        drill=row.drill,
    )


def _note_conflicts_in(tx: Tx, row: Row, about: Subject) -> None:
    """Whoever demands that a thing goes, and whoever demands that it stays, cannot both be obeyed: a person says."""
    for other in queries.about(tx, about.kind, about.id):
        if other.id == row.id or (row.kind == "removal") == (other.kind == "removal"):
            continue
        stored = queries.add_conflict(
            tx,
            id=tx.new_id(),
            order_id=row.id,
            other_id=other.id,
            subject_kind=about.kind,
            ref_id=about.id,
            noted_at=tx.now,
            settled_by=None,
            settled_at=None,
            note="",
        )
        if stored:
            log_in(tx, None, "contradict", row.id, other=other.id, about=f"{about.kind}:{about.id}")
            for case_id in dict.fromkeys((row.case_id, other.case_id)):
                bundles.note_in(tx, case_id, "orders_contradict", order=row.id, other=other.id)


def opened_in(tx: Tx, event: LetterOpened) -> None:
    """Everything that an order names was looked at: it is done, or a person has to see to the rest (subscriber)."""
    row = queries.of_letter(tx, event.letter_id)
    if row is not None and row.state == "in_force":
        finish_in(tx, row)


def finish_in(tx: Tx, row: Row) -> None:
    """Where everything is done, stop the hour and draft the answer; where nothing can be done, draft that answer.

    What cannot be told without a person leaves the hour running.
    """
    if row.kind != "removal" or row.done_at is not None:
        return
    items = queries.items(tx, row.id)
    open_lines = [one for one in letter_rows.items(tx, row.letter_id) if _unclear(one, items)]
    if items and all(one.done_at for one in items) and not open_lines:
        fresh = queries.one(tx, row.id)
        assert fresh is not None
        queries.change(tx, fresh, done_at=max(one.done_at for one in items))
        clocks.meet_obligation_in(tx, row.case_id, OBLIGATION)
        log_in(tx, None, "obey", row.id, items=len(items))
        answering.draft_done_in(tx, row.id)
    elif not items and not open_lines:
        answering.draft_in(tx, row.id, 3, "information", None)


def _unclear(line: Row, items: list[Row]) -> bool:
    """Whether nobody knows what a line of an order means: it has no certain outcome and nothing was found."""
    return not line.outcome_hint and line.number not in {one.number for one in items}
