"""What whoever sent a letter sees under its link, without an account: stage, deadline, outcomes, answers, objections.

Nothing of the author, of staff or of other senders is in it (C20, I14). A link that belongs to no letter is one of the
form for everybody, whose state moderation tells itself.
"""

from typing import Final, cast

import msgspec

from perdure.desk.service import answering, answering_sending, letters
from perdure.desk.service.answering import AnswerView
from perdure.desk.service.answering_facts import Place, place_of
from perdure.desk.service.letters import LetterItemView, LetterView
from perdure.kernel.db import Tx
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

    The token is looked up as a hash in an index: how long that takes tells nothing of how near a guess was.
    """
    return await rt.db.write("desk.follow", follow_in, token, place_of(rt))


def follow_in(tx: Tx, token: str, place: Place) -> Following:
    """:func:`follow` in the caller's transaction, which must be one that writes."""
    try:
        letter = letters.by_token_in(tx, token)
    except NotFound:
        return Following(state=reports.state_by_token_in(tx, token), objections=objecting.by_token_in(tx, token))
    items = letters.items_in(tx, letter.id, most=MOST_ITEMS)
    written = [one for one in answering.views_in(tx, None, letter.id, place) if _goes(one)]
    for one in written:  # whoever opens the link has what stands there
        answering_sending.delivered_in(tx, one.id)
    return Following(
        state=_state(letter, items),
        reference=letter.reference,
        left_out=max(0, letter.items - len(items)),
        answers=tuple(map(_told, written)),
        objections=objections_in(tx, token),
    )


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
        items=tuple(_own(one, letter) for one in items),
    )


def _own(one: LetterItemView, letter: LetterView) -> OwnItem:
    told = letters.told_of(one, letter)
    return OwnItem(one.claim or one.url, told["state"], told["settled_at"])


def _goes(one: AnswerView) -> bool:
    return one.sent_at is not None and (one.state in _SENT or one.channel == "page")


def _told(one: AnswerView) -> Told:
    assert one.sent_at is not None
    files = tuple((each.name, each.size) for each in one.files)
    return Told(one.number, one.kind, one.subject, one.body, one.sent_at, files)


def objections_in(tx: Tx, token: str) -> Objections:
    """What may be appealed against under a link, without what its sender may not know of. Raises NotFound."""
    try:
        found = objecting.by_token_in(tx, token)
    except NotFound:
        letters.by_token_in(tx, token)  # a letter that is still being read has nothing to appeal against
        return Objections()
    hidden = _hidden_in(tx, token)
    return msgspec.structs.replace(found, open=tuple(one for one in found.open if one.decision_id not in hidden))


def _hidden_in(tx: Tx, token: str) -> set[int | None]:
    """Decisions about what the sender is told that nothing was found of."""
    try:
        letter = letters.by_token_in(tx, token)
    except NotFound:
        return set()
    return {one.decision_id for one in letters.items_in(tx, letter.id) if one.masked}


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
