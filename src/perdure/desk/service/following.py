"""What whoever sent a letter sees under its link, without an account: stage, deadline, outcomes, answers, objections.

Nothing of the author, of staff or of other senders is in it (C20, I14). A link that belongs to no letter is one of the
form for everybody, whose state moderation tells itself.
"""

from typing import Final, cast

import msgspec

from perdure.desk.queries import answers as queries
from perdure.desk.service import answering, letters
from perdure.desk.service import answering_sending as sending
from perdure.desk.service.letters import LetterItemView, LetterView
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import ItemState, OwnItem
from perdure.moderation.model.decisions import AppealView
from perdure.moderation.service import following as reports
from perdure.moderation.service import objecting, settling
from perdure.moderation.service.objecting import Objections

MOST_ITEMS: Final = 500
_SENT: Final = frozenset({"sent", "delivered", "bounced"})
_READING: Final = frozenset({"received", "opening", "refused"})


class Told(msgspec.Struct, frozen=True):
    """An answer as its receiver may read it again. ``files`` are their names and sizes in bytes."""

    number: int
    kind: str
    subject: str
    body: str
    sent_at: int
    files: tuple[tuple[str, int], ...]


class Following(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a notice. ``reference`` is ours, empty for one of the form; ``left_out`` items are not listed."""

    state: reports.State
    reference: str = ""
    left_out: int = 0
    answers: tuple[Told, ...] = ()
    objections: Objections = Objections()


async def follow(rt: Runtime, token: str) -> Following:
    """The state of a notice by its link. Raises NotFound.

    The token is looked up as a hash in an index: how long that takes tells nothing of how near a guess was. Whoever
    opens the link has the answers that stand there: that alone is written down.
    """
    found, unopened = await rt.db.read_long(_follow_in, token)
    if unopened:
        await rt.db.write("desk.followed", _delivered_in, unopened)
    return found


def _follow_in(tx: Tx, token: str) -> tuple[Following, list[int]]:
    try:
        letter = letters.by_token_in(tx, token)
    except NotFound:
        of_form = Following(state=reports.state_by_token_in(tx, token), objections=objecting.by_token_in(tx, token))
        return of_form, []
    items = letters.items_in(tx, letter.id)
    written = [one for one in queries.of_letter(tx, letter.id) if _goes(one)]
    found = Following(
        state=_state(letter, items),
        reference=letter.reference,
        left_out=max(0, len(items) - MOST_ITEMS),
        answers=_told_in(tx, written),
        objections=_contestable_in(tx, token, items),
    )
    return found, [one.id for one in written if one.state == "sent"]


def _delivered_in(tx: Tx, answer_ids: list[int]) -> None:
    for answer_id in answer_ids:
        sending.delivered_in(tx, answer_id)


def _state(letter: LetterView, items: list[LetterItemView]) -> reports.State:
    decided = letter.opened_at is not None and not letter.pending
    stage = "decided" if decided else "received" if letter.state in _READING else "in_review"
    last = max((one.settled_at or 0 for one in items), default=0)
    return reports.State(
        received_at=letter.received_at,
        stage=stage,
        deadline=None if letter.answered_at is not None else letter.due_at,
        outcome=settling.outcome_of([cast("ItemState", one.shown_state) for one in items]) if decided else None,
        decided_at=last or None if decided else None,
        items=tuple(_own(one, letter) for one in items[:MOST_ITEMS]),
    )


def _own(one: LetterItemView, letter: LetterView) -> OwnItem:
    told = letters.told_of(one, letter)
    return OwnItem(one.claim or one.url, told["state"], told["settled_at"])


def _goes(row: Row) -> bool:
    return row.sent_at is not None and (row.state in _SENT or row.channel == "page")


def _told_in(tx: Tx, rows: list[Row]) -> tuple[Told, ...]:
    sizes: dict[int, list[tuple[str, int]]] = {}
    for one in queries.sizes(tx, [row.id for row in rows]):
        sizes.setdefault(one.answer_id, []).append((one.name, one.size))
    told = []
    for row in rows:
        text = sending.sent_text_in(tx, row)
        told.append(Told(row.number, row.kind, text.subject, text.body, row.sent_at, tuple(sizes.get(row.id, ()))))
    return tuple(told)


def objections_in(tx: Tx, token: str) -> Objections:
    """What may be appealed against under a link, without what its sender may not know of. Raises NotFound."""
    try:
        letter = letters.by_token_in(tx, token)
    except NotFound:
        return objecting.by_token_in(tx, token)
    return _contestable_in(tx, token, letters.items_in(tx, letter.id))


def _contestable_in(tx: Tx, token: str, items: list[LetterItemView]) -> Objections:
    """The same for a letter. One that is still being read has nothing to appeal against."""
    try:
        found = objecting.by_token_in(tx, token)
    except NotFound:
        return Objections()
    hidden = {one.decision_id for one in items if one.masked}  # the sender is told that nothing was found
    return msgspec.structs.replace(found, open=tuple(one for one in found.open if one.decision_id not in hidden))


async def appeal(
    rt: Runtime, token: str, text: str, *, decision_ids: tuple[int, ...] = (), locale: str = "en"
) -> list[AppealView]:
    """Appeal by a notice's link: against these decisions, or all that are open. Raises as ``objecting.appeal_own``."""
    found = await rt.db.read(objections_in, token)
    known = {one.decision_id for one in found.open} | {one.decision_id for one in found.appeals}
    if any(one not in known for one in decision_ids):
        raise NotFound
    wanted = decision_ids or tuple(one.decision_id for one in found.open)
    return await objecting.appeal_by_token(rt, token, text, decision_ids=wanted, locale=locale)


def file_in(tx: Tx, token: str, number: int, name: str) -> tuple[str, bytes]:
    """Media type and bytes of a file of an answer that went out, by the link. Raises NotFound."""
    return answering.file_in(tx, letters.by_token_in(tx, token).id, number, name)
