"""Answers to orders: Annex II when it is done, Annex III when it cannot be (Reg. (EU) 2021/784 Art 3(6) to (8)).

A draft is made by itself from the facts; a person sends it, or the site by itself where an operator lets it. What a
drill answers is written like every answer and leaves the site never.
"""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.delivery import service as delivery
from perdure.desk.events import LetterAnswered, OrderAnswerDue
from perdure.desk.ports import Paper
from perdure.desk.queries import letters as letter_rows
from perdure.desk.queries import orders as queries
from perdure.desk.rules.orders import feedback
from perdure.desk.rules.orders.feedback import Feedback
from perdure.desk.service.orders_kept import fields_in, locked_in, log_in, writer_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime

_DONE: Final = 2
_MOST_ADDRESS: Final = 255
_MOST_TEXT: Final = 4000
_GONE: Final = frozenset({"not_found", "deleted_by_author", "not_ours", "unreadable_needs_info"})


def draft_done_in(tx: Tx, order_id: int) -> int:
    """Draft the answer that an order was obeyed; it goes out at once where an operator lets the site answer itself."""
    answer_id = draft_in(tx, order_id, _DONE, "", None)
    row, point = queries.one(tx, order_id), queries.point(tx)
    assert row is not None
    if row.drill or (point is not None and point.answers_itself):
        _send_in(tx, answer_id, None)
    return answer_id


def draft_in(tx: Tx, order_id: int, annex: int, reason: str, staff_id: int | None, text: str = "") -> int:
    """Draft an answer from what is known now; returns its id. ``annex`` is 2 or 3, ``reason`` that of Annex III."""
    row = queries.one(tx, order_id)
    assert row is not None
    told = _facts_in(tx, row, annex, reason, text)
    locale, to = _where_in(tx, row)
    answer_id = tx.new_id()
    queries.add_answer(
        tx,
        id=answer_id,
        order_id=order_id,
        annex=annex,
        reason=reason,
        locale=locale,
        body=feedback.text(told, locale),
        facts_json=msgspec.json.encode(told).decode(),
        send_to=to,
        state="draft",
        error="",
        made_by=staff_id,
        made_at=tx.now,
        sent_by=None,
        sent_at=None,
        version=1,
    )
    log_in(tx, staff_id, "answer", order_id, answer=answer_id, annex=annex, reason=reason)
    return answer_id


def _facts_in(tx: Tx, row: Row, annex: int, reason: str, text: str) -> Feedback:
    fields, point, site = fields_in(tx, row), queries.point(tx), accounts.site_in(tx)
    letter = letter_rows.one(tx, row.letter_id)
    assert letter is not None
    lines = letter_rows.items(tx, row.letter_id)
    done = {one.number for one in queries.items(tx, row.id) if one.done_at is not None}
    return Feedback(
        annex=annex,
        drill=row.drill,
        site=site.title,
        provider=point.name if point is not None else "",
        country=point.country if point is not None else "",
        representative=point.representative if point is not None else "",
        email=point.email if point is not None else "",
        authority=row.authority,
        reference=row.reference,
        file_number=fields.file_number,
        ours=letter.reference,
        received_at=row.received_at,
        done_at=row.done_at or max((one.done_at or 0 for one in queries.items(tx, row.id)), default=0) or None,
        made_at=tx.now,
        what=tuple(one.url or one.claim for one in lines if one.number in done),
        gone=tuple(one.url or one.claim for one in lines if one.outcome_hint in _GONE),
        reason=reason,
        text=text.strip(),
    )


def _where_in(tx: Tx, row: Row) -> tuple[str, str]:
    """In which language, and to which address: where the sender wants answers, else as the order itself says."""
    letter = letter_rows.one(tx, row.letter_id)
    assert letter is not None
    sender = letter_rows.sender_row(tx, letter.sender_id) if letter.sender_id is not None else None
    if sender is not None and sender.answer_to:
        return str(letter.locale), str(sender.answer_to)
    told = fields_in(tx, row).email or writer_in(tx, row.letter_id)
    usable = "@" in told and len(told) < _MOST_ADDRESS and not any(one.isspace() for one in told)
    return str(letter.locale), told if usable else ""


async def send(rt: Runtime, staff_id: int, answer_id: int, to: str | None = None) -> None:
    """Send an answer to the authority. Asks for ``manage_reports``; raises NotFound, Conflict, Invalid."""
    await rt.db.write("desk.order_answer", send_in, staff_id, answer_id, to)


def send_in(tx: Tx, staff_id: int, answer_id: int, to: str | None = None) -> None:
    """:func:`send` in the caller's transaction. ``to`` is another address than the order's own."""
    found = queries.answer(tx, answer_id)
    if found is None:
        raise NotFound
    locked_in(tx, staff_id, found.order_id)
    if to is not None and to.strip() and "@" not in to:
        raise Invalid("Validation failed: To is no mail address", {"to": [("ERR_INVALID", "is no mail address")]})
    if to is not None and to.strip():
        queries.change_answer(tx, found, send_to=to.strip()[:250])
    _send_in(tx, answer_id, staff_id)


def _send_in(tx: Tx, answer_id: int, staff_id: int | None) -> None:
    found = queries.answer(tx, answer_id)
    assert found is not None
    if found.state != "draft":
        raise Conflict("This answer was sent already")
    row = queries.one(tx, found.order_id)
    assert row is not None
    state = "withheld" if row.drill else "sending" if found.send_to else "printed"
    values = {"state": state, "sent_by": staff_id, "sent_at": tx.now if state != "sending" else None}
    queries.change_answer(tx, found, **values)
    log_in(tx, staff_id, "answer_send", row.id, answer=answer_id, annex=found.annex, state=state)
    if state == "sending":
        tx.emit(OrderAnswerDue(answer_id))
    else:
        _answered_in(tx, row, answer_id)


def _answered_in(tx: Tx, row: Row, answer_id: int) -> None:
    """The letter that an order came in has its answer: nothing is owed for it any more."""
    letter = letter_rows.lock(tx, row.letter_id)
    if letter is not None and letter.answered_at is None:
        letter_rows.change(tx, letter, state="answered", answered_at=tx.now)
        tx.emit(LetterAnswered(letter.id, answer_id))


async def deliver(rt: Runtime, event: OrderAnswerDue) -> None:
    """Mail an answer with its paper (subscriber). Raises Unavailable: it is tried again."""
    found = await rt.db.read(queries.answer, event.answer_id)
    if found is None or found.state != "sending":
        return
    told = msgspec.json.decode(found.facts_json, type=Feedback)
    paper = delivery.Attachment(f"annex-{found.annex}.pdf", "application/pdf", pdf(rt, found))
    mail = delivery.Mail(
        found.send_to,
        feedback.subject(told, found.locale),
        found.body,
        f"order-answer:{found.id}",
        attachments=(paper,),
    )
    await delivery.send_mail(rt, mail)
    await rt.db.write("desk.order_answered", _sent_in, found.id)


def _sent_in(tx: Tx, answer_id: int) -> None:
    found = queries.answer(tx, answer_id)
    if found is not None and found.state == "sending":
        queries.change_answer(tx, found, state="sent", sent_at=tx.now)
        log_in(tx, None, "answer_sent", found.order_id, answer=answer_id)
        row = queries.one(tx, found.order_id)
        assert row is not None
        _answered_in(tx, row, answer_id)


def pdf(rt: Runtime, answer: Row) -> bytes:
    """An answer on paper."""
    told = msgspec.json.decode(answer.facts_json, type=Feedback)
    return rt.port(Paper).pdf([feedback.sheet(told, answer.locale)], feedback.subject(told, answer.locale))


async def paper(rt: Runtime, staff_id: int, answer_id: int) -> bytes:
    """An answer on paper, for staff. Asks for ``manage_reports``; raises NotFound."""

    def read(tx: Tx) -> Row:
        accounts.authorise_in(tx, staff_id, "manage_reports")
        found = queries.answer(tx, answer_id)
        if found is None:
            raise NotFound
        return found

    return pdf(rt, await rt.db.read(read))


def refused_in(tx: Tx, staff_id: int, order_id: int, reason: str, text: str) -> int:
    """Draft Annex III; returns the answer's id. Raises Invalid without a known reason and words."""
    if reason not in feedback.REASONS:
        fault = "is not included in the list"
        raise Invalid(f"Validation failed: Reason {fault}", {"reason": [("ERR_INCLUSION", fault)]})
    if not text.strip() or len(text) > _MOST_TEXT:
        fault = f"must say what is in the way, in {_MOST_TEXT} characters at most"
        raise Invalid(f"Validation failed: Text {fault}", {"text": [("ERR_INVALID", fault)]})
    return draft_in(tx, order_id, 3, reason, staff_id, text)
