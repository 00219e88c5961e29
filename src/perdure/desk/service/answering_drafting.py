"""What is written to whoever sent a letter before a person looks: receipt, draft, a question for more time.

A draft is made from what the case says at that moment, and made anew when that changes.
"""

from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.desk.events import LetterOpened
from perdure.desk.queries import answers as queries
from perdure.desk.queries import letters
from perdure.desk.rules import answering as rules
from perdure.desk.rules.answer_words import TEMPLATE
from perdure.desk.rules.answering import Before
from perdure.desk.service import answering_sending as sending
from perdure.desk.service.answering_facts import Place, known_in, place_of
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import CaseDecided, ClockMoved, DecisionReversed

OVER: Final = "The deadline is over: more time is asked for before it, never after. Send an interim answer"
_LATE_MS: Final = 15_000
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_BLANK: Final[dict[str, Any]] = {
    "replaces": None,
    "changed_json": "[]",
    "template_version": TEMPLATE,
    "note": "",
    "wanted_until": None,
    "subject_sealed": "",
    "body_sealed": "",
    "outcome_json": "",
    "outcome_csv": "",
    "facts_key": "",
    "pending": 0,
    "automatic": False,
    "approved_by": None,
    "approved_at": None,
    "channel": "",
    "to_sealed": "",
    "message_id": "",
    "attempts": 0,
    "error": "",
    "next_at": None,
    "sent_at": None,
    "delivered_at": None,
}


def receipt_in(tx: Tx, letter_id: int) -> int | None:
    """Have whoever sent a letter told that it is here; a second time changes nothing. None where there is no letter."""
    row = letters.lock(tx, letter_id)
    if row is None:
        return None
    known = next((one for one in queries.of_letter(tx, letter_id) if one.number == 0), None)
    if known is not None:
        return int(known.id)
    values = _BLANK | {"number": 0, "kind": "receipt", "state": "due", "next_at": tx.now, "automatic": True}
    return queries.insert(tx, letter_id=letter_id, locale=row.locale, **values)


def draft_in(tx: Tx, letter_id: int, place: Place) -> int:
    """Have an answer drafted from what is known now; one that is not sent yet becomes it. Returns its id.

    Raises NotFound, Conflict for a letter that is not opened yet.
    """
    known = known_in(tx, letter_id, place)
    if not known.facts.items:
        raise Conflict("This letter is still being read: there is nothing to answer yet")
    rows = queries.of_letter(tx, letter_id)
    kind, changed = rules.kind_of(known.facts, _before(rows))
    last = _before(rows)
    values: dict[str, Any] = {
        "kind": kind,
        "replaces": last.number if last is not None and kind != "interim" else None,
        "changed_json": msgspec.json.encode(changed).decode(),
        "facts_key": rules.facts_key(known.facts),
        "pending": known.facts.pending,
    }
    draft = next((one for one in rows if one.state == "draft" and one.kind in rules.FILED), None)
    if draft is not None:
        if any(getattr(draft, name) != value for name, value in values.items()):
            queries.change(tx, draft, **values)
        return int(draft.id)
    number = _next_number(rows)
    more = {"number": number, "state": "draft", "locale": known.row.locale}
    return queries.insert(tx, letter_id=letter_id, **(_BLANK | values | more))


def _next_number(rows: list[Row]) -> int:
    return max((one.number for one in rows), default=0) + 1


def _before(rows: list[Row]) -> Before | None:
    """The last complete answer that was approved, and what it said of each item."""
    sent = [one for one in rows if one.kind in rules.COMPLETE and one.outcome_json]
    if not sent:
        return None
    told = msgspec.json.decode(sent[-1].outcome_json)
    return Before(sent[-1].number, rules.said_of(told["items"]))


async def opened(rt: Runtime, event: LetterOpened) -> None:
    """A letter's case stands: acknowledge it, draft the answer with the facts so far (subscriber)."""
    await rt.db.write("desk.answer_opened", _opened_in, event.letter_id, place_of(rt))
    await sending.send_due(rt)


def _opened_in(tx: Tx, letter_id: int, place: Place) -> None:
    receipt_in(tx, letter_id)
    draft_in(tx, letter_id, place)


async def decided(rt: Runtime, event: CaseDecided) -> None:
    """Nothing of a case is pending: draft the answers to its letters (subscriber)."""
    place = place_of(rt)
    for row in await rt.db.read(letters.of_case, event.case_id):
        if row.state in {"opened", "answered"}:
            await rt.db.write("desk.answer_draft", draft_in, row.id, place)


async def reconsidered(rt: Runtime, event: DecisionReversed) -> None:
    """A decision fell after the answer had said it: draft the correction (subscriber)."""
    if event.case_id is None:
        return
    for row in await rt.db.read(letters.of_case, event.case_id):
        if row.state == "answered":
            await rt.db.write("desk.answer_draft", draft_in, row.id, place_of(rt))


async def acknowledge_due(rt: Runtime) -> None:
    """The recurring job: letters that take long to look up are acknowledged before they are."""
    late = await rt.db.read(queries.unacknowledged, rt.clock.now_ms() - _LATE_MS, 50)
    if late:  # in one go: where many letters come at once, each write waits its turn
        await rt.db.write("desk.receipts", _receipts_in, late)


def _receipts_in(tx: Tx, letter_ids: list[int]) -> None:
    for letter_id in letter_ids:
        receipt_in(tx, letter_id)


def propose_in(tx: Tx, event: ClockMoved) -> None:
    """A deadline towards outside comes near while items are pending: draft a question for more time (subscriber)."""
    if event.state not in {"warned50", "warned80"} or event.obligation.startswith("house."):
        return
    for row in letters.of_case(tx, event.case_id):
        if row.state == "opened" and row.due_at is not None and row.due_at > tx.now:
            _propose_in(tx, row)


def _propose_in(tx: Tx, row: Row) -> int:
    """More time by half of what was given, a day at most. One question at a time."""
    rows = queries.of_letter(tx, row.id)
    asked = next((one for one in rows if one.kind == "extension" and one.state == "draft"), None)
    if asked is not None:
        return int(asked.id)
    until = row.due_at + min(_DAY_MS, max(_HOUR_MS, (row.due_at - row.received_at) // 2))
    more = {"number": _next_number(rows), "kind": "extension", "state": "draft", "wanted_until": until}
    return queries.insert(tx, letter_id=row.id, locale=row.locale, **(_BLANK | more))


def ask_in(tx: Tx, staff_id: int | None, letter_id: int) -> int:
    """Draft a question for more time before a clock proposes it; returns its id.

    Asks for ``manage_reports``. Raises NotFound, Conflict where there is no deadline or it is over.
    """
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_reports")
    row = letters.lock(tx, letter_id)
    if row is None:
        raise NotFound
    if row.due_at is None or row.due_at <= tx.now:
        raise Conflict(OVER)
    return _propose_in(tx, row)
