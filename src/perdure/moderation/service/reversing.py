"""Taking decisions back by their stored inverse: an undo, an appeal, a restriction that is lifted."""

from typing import Any, Final

import msgspec

from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Forbidden, NotFound
from perdure.moderation.events import ContentReinstated, DecisionReversed
from perdure.moderation.queries import appeals, ordered
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import statements
from perdure.moderation.service import effects, notices, policies, preservation, strikes
from perdure.moderation.service.dossier import decision_digest_in
from perdure.moderation.service.reading_decisions import view_in
from perdure.moderation.tables.decisions import decision

KEPT: Final = "An order in force keeps this out of sight. Record that the order fell before it is shown again"
AGAIN: Final = "There is an appeal about this: whoever decided first does not decide again"


def refuse_again_in(tx: Tx, actor_id: int | None, kind: str, ref: int) -> None:
    """Raise Forbidden for whoever decided before, where there was an appeal. The database refuses it too (C17)."""
    if actor_id is not None and appeals.barred(tx, kind, ref, actor_id):
        raise Forbidden(AGAIN)


def reverse_in(
    tx: Tx,
    row: Row,
    *,
    actor_id: int | None,
    explanation: str,
    revive: bool = False,
    appeal_id: int | None = None,
    operator: bool = False,
) -> int:
    """Take a decision back by its stored inverse; returns the new decision that says so.

    ``operator``: by the person at the command line. With ``revive`` what it had replaced is in force again. What of it
    has ended by itself stays ended. Raises Conflict for what an order in force demands.
    """
    if ordered.of_decision(tx, row.id) is not None:
        raise Conflict(KEPT)
    made_id = _restate_in(tx, row, "reversed", actor_id, explanation, appeal_id, by_person=operator)
    acts = [act for act in queries.actions(tx, [row.id]) if act.state == "active"]
    effects.end_in(tx, acts, "reversed", made_id)
    revived = queries.ended_by(tx, row.id) if revive else []
    effects.revive_in(tx, revived)
    effects.settle_in(tx, [(act.subject_kind, act.ref_id) for act in (*acts, *revived)])
    preservation.end_quarantine_in(tx, row.id, row.subject_kind, row.subject_ref)
    strikes.take_back_in(tx, row.id, made_id)
    notices.tell_reversal_in(tx, view_in(tx, row.id))
    _tell_reversal_in(tx, row, made_id, actor_id, appeal_id, statements.by(operator=operator))
    return made_id


def amend_in(
    tx: Tx,
    row: Row,
    action_ids: tuple[int, ...],
    *,
    actor_id: int | None,
    explanation: str,
    appeal_id: int | None = None,
    operator: bool = False,
) -> int:
    """Take part of a decision back; returns the decision that says so. Raises NotFound for what is not in force."""
    acts = [act for act in queries.actions(tx, [row.id]) if act.state == "active" and act.id in action_ids]
    if len(acts) != len(set(action_ids)):
        raise NotFound
    made_id = _restate_in(tx, row, "amended", actor_id, explanation, appeal_id, by_person=operator)
    effects.end_in(tx, acts, "reversed", made_id)
    effects.settle_in(tx, [(act.subject_kind, act.ref_id) for act in acts])
    audit.append_in(
        tx,
        actor_id=actor_id,
        action="decision.amend",
        subject=f"{row.subject_kind}:{row.subject_ref}",
        about_id=row.author_id,
        decision=made_id,
        amends=row.id,
        case=row.case_id,
        appeal=appeal_id,
        acts=[act.kind for act in acts],
        document=decision_digest_in(tx, made_id),
        **statements.by(operator=operator),
    )
    return made_id


def _restate_in(
    tx: Tx,
    row: Row,
    outcome: str,
    actor_id: int | None,
    explanation: str,
    appeal_id: int | None,
    *,
    by_person: bool = False,
) -> int:
    """A new decision about what an earlier one was about; the earlier one is never changed."""
    refuse_again_in(tx, actor_id, row.subject_kind, row.subject_ref)
    made_id = tx.new_id()
    values = {column.name: getattr(row, column.name) for column in decision.c}
    values |= {
        "id": made_id,
        "batch_id": made_id,
        "batch_key": None,
        "outcome": outcome,
        "actor_id": actor_id,
        "carries_strike": False,
        "panel_ids": "",
        "supersedes": row.id,
        "appeal_id": appeal_id,
        "explanation": explanation,
        "application_date": tx.now,
        "automated_decision": "not" if actor_id is not None or by_person else "fully",
        "puid": f"perdure-{made_id}",
        "created_at": tx.now,
    }
    tx.insert(decision, **values)
    return made_id


def _tell_reversal_in(
    tx: Tx, row: Row, made_id: int, actor_id: int | None, appeal_id: int | None, by: dict[str, Any]
) -> None:
    policy = policies.policy_in(tx, row.policy_id).key if row.policy_id is not None else "other"
    audit.append_in(
        tx,
        actor_id=actor_id,
        action="decision.reverse",
        subject=f"{row.subject_kind}:{row.subject_ref}",
        about_id=row.author_id,
        decision=made_id,
        reverses=row.id,
        case=row.case_id,
        appeal=appeal_id,
        document=decision_digest_in(tx, made_id),
        **by,
    )
    signal_ids = msgspec.json.decode(row.signal_ids_json, type=tuple[int, ...])
    about = (row.subject_kind, row.subject_ref)
    tx.emit(
        DecisionReversed(
            row.id, made_id, row.case_id, row.item_id, *about, row.author_id, policy, signal_ids, appeal_id
        )
    )
    tx.emit(ContentReinstated(row.id, *about))
