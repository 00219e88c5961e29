"""How an appeal ends: the decision stands, or it is taken back, whole or in part, by its stored inverse."""

from typing import Any, Final

from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import AppealDecided
from perdure.moderation.model.decisions import AppealView
from perdure.moderation.queries import appeals as queries
from perdure.moderation.queries import cases, decisions
from perdure.moderation.rules.machines import may
from perdure.moderation.service import notices, settling
from perdure.moderation.service.appeals import appeal_in, reviewers_in
from perdure.moderation.service.reading_decisions import view_in
from perdure.moderation.service.reversing import amend_in, reverse_in

_OUTCOMES: Final = frozenset({"upheld", "overturned", "partly"})


async def decide_appeal(
    rt: Runtime, staff_id: int, appeal_id: int, outcome: str, text: str, action_ids: tuple[int, ...] = ()
) -> AppealView:
    """Decide an appeal that one took and read: upheld, overturned, or partly (``action_ids`` are taken back).

    Asks for ``manage_appeals``. Raises Forbidden for whoever had part in the first decision, Conflict before the blind
    first read or where it is decided, Invalid without reasons. Everything comes back in the same transaction: what is
    seen, strikes, labels, and the people concerned are told once.
    """
    return await rt.db.write(
        "moderation.appeal_decide", decide_appeal_in, staff_id, appeal_id, outcome, text, action_ids
    )


def decide_appeal_in(
    tx: Tx, staff_id: int, appeal_id: int, outcome: str, text: str, action_ids: tuple[int, ...] = ()
) -> AppealView:
    """:func:`decide_appeal` in the caller's transaction."""
    row = reviewers_in(tx, staff_id, appeal_id)
    _check(row, outcome, text, action_ids)
    first = decisions.one(tx, row.decision_id)
    assert first is not None
    result = _carry_out_in(tx, staff_id, row, first, outcome, action_ids)
    queries.change(tx, row, state=outcome, outcome_text=text.strip(), result_id=result, decided_at=tx.now)
    audit.append_in(
        tx,
        actor_id=staff_id,
        action="appeal.decide",
        subject=f"appeal:{appeal_id}",
        outcome=outcome,
        decision=first.id,
        result=result,
    )
    found = view_in(tx, first.id)
    policy = found.policy.key if found.policy is not None else "other"
    automated = found.automated_decision == "fully"
    tx.emit(AppealDecided(row.id, first.id, first.case_id, outcome, policy, automated, found.signal_ids))
    if not (outcome == "overturned" and row.party == "author"):  # who is reinstated is told of that, once
        notices.tell_appeal_in(tx, row, found)
    return appeal_in(tx, appeal_id)


def _check(row: Row, outcome: str, text: str, action_ids: tuple[int, ...]) -> None:
    if outcome not in _OUTCOMES:
        fault = "is not included in the list"
        raise Invalid(f"Validation failed: Outcome {fault}", {"outcome": [("ERR_INCLUSION", fault)]})
    if not text.strip() or len(text) > 5000:
        fault = "must give reasons, in 5,000 characters at most"
        raise Invalid(f"Validation failed: Text {fault}", {"text": [("ERR_INVALID", fault)]})
    if (outcome == "partly") != bool(action_ids):
        fault = "name what is taken back, and only where part of it is"
        raise Invalid(f"Validation failed: Actions {fault}", {"action_ids": [("ERR_INVALID", fault)]})
    if row.decided_at is not None:
        raise Conflict("This appeal is decided already")


def _carry_out_in(tx: Tx, staff_id: int, row: Row, first: Row, outcome: str, action_ids: tuple[int, ...]) -> int | None:
    if outcome == "upheld":
        return None
    if outcome == "partly":
        return amend_in(tx, first, action_ids, actor_id=staff_id, explanation="appeal", appeal_id=row.id)
    if row.party == "notifier":  # it goes back to the queue, to be decided by somebody else than before
        _reopen_in(tx, staff_id, first)
        return None
    made = reverse_in(tx, first, actor_id=staff_id, explanation="appeal", appeal_id=row.id)
    if _reopen_in(tx, staff_id, first):
        settled: Any = settling.Outcome(item_id=first.item_id, state="no_violation", decision_id=made)
        settling.settle_in(tx, staff_id, first.case_id, [settled])
    return made


def _reopen_in(tx: Tx, staff_id: int, first: Row) -> bool:
    case = cases.lock(tx, first.case_id) if first.case_id is not None and first.item_id is not None else None
    if case is None or not may("case", case.state, "reopen"):
        return False
    settling.reopen_in(tx, staff_id, case.id, [first.item_id], reason="appeal")
    return True
