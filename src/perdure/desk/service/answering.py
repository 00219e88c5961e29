"""The answer to a letter as people read, approve and send it; what stands in it is drafted in ``answering_drafting``.

No text is typed from nothing: it is written from what the case says at that moment, and a person may add words to it.
Whoever approves says which facts they saw; where these changed meanwhile, nothing is sent.
"""

from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.desk.queries import answers as queries
from perdure.desk.queries import letters
from perdure.desk.rules import answering as rules
from perdure.desk.rules import outcomes
from perdure.desk.rules.outcomes import Facts, Version
from perdure.desk.service import answering_sending as sending
from perdure.desk.service.answering_drafting import OVER, draft_in
from perdure.desk.service.answering_facts import Known, Place, known_in, place_of
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.moderation.model.decisions import UNDO_MS

_NOTE: Final = 5_000
_DAY_MS: Final = 86_400_000
CHANGED: Final = "Something about this letter changed while you read the answer: look again, then send it"
PENDING: Final = "Items of this letter are pending: decide them, or send this as an interim answer"


class FileView(msgspec.Struct, frozen=True):
    """A file of an answer. ``size`` in bytes."""

    name: str
    mime: str
    sha256: str
    size: int


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as staff sees it: as it was sent, or as it would be sent now. ``approved_by`` never leaves (I14)."""

    id: int
    letter_id: int
    number: int
    kind: str
    state: str
    replaces: int | None
    changed: tuple[int, ...]
    locale: str
    subject: str
    body: str
    note: str
    wanted_until: int | None
    pending: int
    facts_key: str
    automatic: bool
    approved_by: int | None
    approved_at: int | None
    channel: str
    attempts: int
    error: str
    created_at: int
    sent_at: int | None
    delivered_at: int | None
    version: int
    files: tuple[FileView, ...] = ()


def view_in(tx: Tx, staff_id: int | None, answer_id: int, place: Place) -> AnswerView:
    """An answer with its words. Asks for ``manage_reports`` unless ``staff_id`` is None: whoever has the machine.

    Raises NotFound. The transaction must be one that writes.
    """
    _authorise_in(tx, staff_id)
    row = queries.one(tx, answer_id)
    if row is None:
        raise NotFound
    return _view(tx, row, known_in(tx, row.letter_id, place))


def views_in(tx: Tx, staff_id: int | None, letter_id: int, place: Place) -> list[AnswerView]:
    """Everything that was written to a letter, oldest first. Asks and raises as :func:`view_in`."""
    _authorise_in(tx, staff_id)
    known = known_in(tx, letter_id, place)
    return [_view(tx, row, known) for row in queries.of_letter(tx, letter_id)]


def _authorise_in(tx: Tx, staff_id: int | None) -> None:
    if staff_id is not None:
        accounts.authorise_in(tx, staff_id, "manage_reports")


_WORDS: Final = frozenset({"changed", "subject", "body", "files", "pending", "facts_key"})


def _view(tx: Tx, row: Row, known: Known) -> AnswerView:
    text = sending.text_of_in(tx, row, known)
    fresh = row.state == "draft"
    return AnswerView(
        **{name: getattr(row, name) for name in AnswerView.__struct_fields__ if name not in _WORDS},
        changed=msgspec.json.decode(row.changed_json, type=tuple[int, ...]),
        subject=text.subject,
        body=text.body,
        pending=known.facts.pending if fresh else row.pending,
        facts_key=rules.facts_key(known.facts) if fresh else row.facts_key,
        files=tuple(FileView(one.name, one.mime, one.sha256, one.size) for one in queries.sizes(tx, [row.id])),
    )


def file_in(tx: Tx, letter_id: int, number: int, name: str) -> tuple[str, bytes]:
    """Media type and bytes of a file of an answer that went out. The caller has checked who asks. Raises NotFound."""
    row = next((one for one in queries.of_letter(tx, letter_id) if one.number == number), None)
    found = queries.file(tx, row.id, name) if row is not None and row.state not in {"draft", "approved"} else None
    if found is None:
        raise NotFound
    return found.mime, bytes(found.content)


async def approve_and_send(
    rt: Runtime,
    staff_id: int | None,
    answer_id: int,
    *,
    facts_key: str = "",
    interim: bool = False,
    note: str = "",
    until: int | None = None,
) -> AnswerView:
    """Send a draft. ``note`` is added to its words (of a question for more time: why), ``until`` (ms) is what it asks.

    Asks for ``manage_reports``; ``staff_id`` None is whoever has the machine. Raises NotFound; Conflict where it is no
    draft any more, facts changed since ``facts_key``, items are pending and it is not said to be ``interim``, or more
    time is asked for after the deadline; Invalid for a note that is too long and a time that is none.

    When this returns the answer is approved for good; what cannot be sent now is sent by the recurring job.
    """
    given = _Given(clean(note).strip(), facts_key, interim, until)
    if len(given.note) > _NOTE:
        raise Invalid(
            f"Validation failed: Note may have at most {_NOTE} characters",
            {"note": [("ERR_TOO_LONG", f"may have at most {_NOTE} characters")]},
        )
    place = place_of(rt)
    await rt.db.write("desk.answer_approve", _approved_in, staff_id, answer_id, given, place)
    await sending.finish(rt, answer_id)
    return await rt.db.write("desk.answer_view", view_in, staff_id, answer_id, place)


class _Given(msgspec.Struct, frozen=True):
    note: str
    facts_key: str
    interim: bool
    until: int | None


def _approved_in(tx: Tx, staff_id: int | None, answer_id: int, given: _Given, place: Place) -> None:
    _authorise_in(tx, staff_id)
    row = queries.lock(tx, answer_id)
    if row is None:
        raise NotFound
    rules.step(row.state, "approve")
    known = known_in(tx, row.letter_id, place)
    if row.kind == "extension":
        _ask_in(tx, staff_id, row, known, given)
        return
    if given.facts_key and given.facts_key != rules.facts_key(known.facts):
        raise Conflict(CHANGED)
    if known.facts.pending and not given.interim:
        raise Conflict(PENDING)
    queries.change(tx, row, note=given.note)
    draft_in(tx, row.letter_id, place)  # its kind, by what is so now
    fresh = queries.lock(tx, answer_id)
    assert fresh is not None
    _approve_in(tx, fresh, known, staff_id)


def _approve_in(tx: Tx, row: Row, known: Known, staff_id: int | None) -> None:
    """What is said is fixed from here on: the outcome files stand in the row and their digests in the ledger."""
    version = Version(row.number, row.kind, row.replaces)
    told, lines = outcomes.as_json(known.facts, version), outcomes.as_csv(known.facts, version)
    queries.change(
        tx,
        row,
        state=rules.step(row.state, "approve"),
        outcome_json=told.decode(),
        outcome_csv=lines.decode(),
        facts_key=rules.facts_key(known.facts),
        pending=known.facts.pending,
        automatic=staff_id is None,
        approved_by=staff_id,
        approved_at=tx.now,
        next_at=tx.now,
    )
    _log_in(tx, known.row, row, staff_id, "letter.answer", documents=outcomes.digests(row.number, told, lines))


def _log_in(tx: Tx, letter: Row, row: Row, staff_id: int | None, action: str, **detail: Any) -> None:
    subject = f"case:{letter.case_id}" if letter.case_id is not None else f"letter:{letter.id}"
    about = {"letter": letter.reference, "number": row.number, "kind": row.kind}
    audit.append_in(tx, actor_id=staff_id, action=action, subject=subject, **about, **detail)


def _ask_in(tx: Tx, staff_id: int | None, row: Row, known: Known, given: _Given) -> None:
    due_at = known.facts.deadline.due_at if known.facts.deadline is not None else None
    until = given.until or row.wanted_until
    if due_at is None or tx.now >= due_at:
        raise Conflict(OVER)
    if not known.facts.pending:
        raise Conflict("Nothing of this letter is pending: send the answer instead")
    if until is None or not due_at < until <= due_at + 30 * _DAY_MS:
        raise Invalid(
            "Validation failed: Until must be after the deadline, by thirty days at most",
            {"until": [("ERR_INVALID", "must be after the deadline, by thirty days at most")]},
        )
    queries.change(
        tx,
        row,
        state="due",
        note=given.note,
        wanted_until=until,
        pending=known.facts.pending,
        approved_by=staff_id,
        approved_at=tx.now,
        next_at=tx.now,
    )
    _log_in(tx, known.row, row, staff_id, "letter.extension", until=until)


async def send_automatic(rt: Runtime) -> None:
    """The recurring job: send what needs no person, once nobody can take the last decision back any more."""
    place = place_of(rt)
    for letter_id in await rt.db.read(queries.automatic, 20):
        answer_id = await rt.db.write("desk.answer_automatic", _automatic_in, letter_id, place)
        if answer_id is not None:
            await sending.finish(rt, answer_id)


def _automatic_in(tx: Tx, letter_id: int, place: Place) -> int | None:
    row = letters.lock(tx, letter_id)
    if row is None or not queries.permitted(tx, row.sender_id):
        return None
    known = known_in(tx, letter_id, place)
    draft = next((one for one in queries.of_letter(tx, letter_id) if one.state == "draft"), None)
    if draft is None or draft.kind != "final":
        return None  # a correction is for a person
    if not rules.may_go_alone(known.facts, verified=row.verified, permitted=True):
        return None
    if max(one.decided_at or 0 for one in known.facts.items) > tx.now - UNDO_MS:
        return None
    _approve_in(tx, draft, known, None)
    return int(draft.id)


def withdraw_in(tx: Tx, staff_id: int | None, answer_id: int) -> None:
    """Drop a draft. Asks for ``manage_reports``; raises NotFound, Conflict for what is no draft."""
    _authorise_in(tx, staff_id)
    row = queries.lock(tx, answer_id)
    if row is None:
        raise NotFound
    queries.change(tx, row, state=rules.step(row.state, "withdraw"))


def permit_in(tx: Tx, staff_id: int, sender_id: int, *, on: bool) -> None:
    """Let answers to a sender go out by themselves once people have decided everything, or not any more.

    Asks for ``manage_settings``. Raises NotFound.
    """
    accounts.authorise_in(tx, staff_id, "manage_settings")
    if letters.sender_row(tx, sender_id) is None:
        raise NotFound
    if on:
        queries.permit(tx, sender_id, staff_id)
    else:
        queries.forbid(tx, sender_id)
    audit.append_in(tx, actor_id=staff_id, action="sender.answers", subject=f"sender:{sender_id}", automatic=on)


def permitted_in(tx: Tx, sender_id: int | None) -> bool:
    """Whether answers to a sender go out by themselves."""
    return queries.permitted(tx, sender_id)


def facts_in(tx: Tx, staff_id: int | None, letter_id: int, place: Place) -> Facts:
    """What is known of a letter, item by item, as whoever sent it would be told. Asks and raises as :func:`view_in`."""
    _authorise_in(tx, staff_id)
    return known_in(tx, letter_id, place).facts
