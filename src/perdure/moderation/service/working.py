"""What moderators do with a case short of deciding it: notes, hand-over, escalation, severity."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.text import clean
from perdure.moderation.queries import cases as queries
from perdure.moderation.rules import harms
from perdure.moderation.rules.machines import transition
from perdure.moderation.service import clocks, leases, pausing
from perdure.moderation.service.ranking import rank_in
from perdure.moderation.tables.cases import case_note

_NOTE_MOST: Final = 5000
QUEUES: Final = ("default", "lead", "legal")


def note_in(tx: Tx, staff_id: int, case_id: int, text: str) -> int:
    """Write something down about a case; returns the note's id. Asks for ``manage_reports``.

    Raises NotFound, Invalid for an empty note or one of more than 5,000 characters.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    cleaned = clean(text).strip()
    if not cleaned or len(cleaned) > _NOTE_MOST:
        raise Invalid(f"Validation failed: a note has 1 to {_NOTE_MOST} characters")
    if queries.one(tx, case_id) is None:
        raise NotFound
    note_id = tx.new_id()
    tx.insert(case_note, id=note_id, case_id=case_id, author_id=staff_id, text=cleaned, created_at=tx.now)
    queries.append_event(tx, case_id, "noted", staff_id, {"note": note_id})
    audit.append_in(tx, actor_id=staff_id, action="case.note", subject=f"case:{case_id}", note=note_id)
    return note_id


def assign_in(tx: Tx, staff_id: int, case_id: int, to: int | None, version: int | None = None) -> None:
    """Assign a case to a member of staff, or to nobody; a hand-over gives the claim back.

    Asks for ``manage_reports``. Raises NotFound, Conflict; Invalid for somebody who may not work on cases.
    """
    case = leases.work_in(tx, staff_id, case_id, version)
    if to is not None and to not in accounts.holders_in(tx, "manage_reports"):
        raise Invalid("Validation failed: this account does not look after reports")
    lease = queries.lease_of(tx, case_id)
    if lease is not None and lease.holder_id != to:
        leases.end_in(tx, lease, "release", staff_id)
        case = queries.lock(tx, case_id)
        assert case is not None
    queries.change(tx, case, assigned_to=to, first_action_at=case.first_action_at or (tx.now if to else None))
    queries.append_event(tx, case_id, "assigned" if to else "unassigned", staff_id, {"to": to})
    verb = "case.assign" if to else "case.unassign"
    audit.append_in(tx, actor_id=staff_id, action=verb, subject=f"case:{case_id}", private={"to": to}, about_id=to)


def escalate_in(tx: Tx, staff_id: int, case_id: int, queue: str, reason: str, version: int | None = None) -> None:
    """Hand a case over to another queue. It is no urgency: the priority stays.

    Asks for ``manage_reports``. Raises NotFound, Conflict; Invalid for an unknown queue or without a reason.
    """
    case = leases.work_in(tx, staff_id, case_id, version)
    if queue not in QUEUES:
        raise Invalid(f"Validation failed: a queue is one of {', '.join(QUEUES)}")
    if not reason.strip():
        raise Invalid("Validation failed: a hand-over needs a reason")
    step = transition("case", case.state, "escalate")
    if (lease := queries.lease_of(tx, case_id)) is not None:
        leases.end_in(tx, lease, "release", staff_id)
        case = queries.lock(tx, case_id)
        assert case is not None
    queries.change(tx, case, state=step.state, queue=queue, assigned_to=None)
    queries.append_event(tx, case_id, "escalated", staff_id, {"queue": queue, "reason": clean(reason)[:500]})
    audit.append_in(tx, actor_id=staff_id, action="case.escalate", subject=f"case:{case_id}", queue=queue)


def grade_in(
    tx: Tx,
    staff_id: int,
    case_id: int,
    *,
    severity: int | None = None,
    policy: str | None = None,
    category: str | None = None,
    version: int | None = None,
) -> None:
    """Say what a case is about and how grave it is. A graver case gets a stricter clock from now on.

    For a milder one the clocks of the graver claim stand still, with this step as the proof. Asks for
    ``manage_reports``; raises NotFound, Conflict, Invalid.
    """
    case = leases.work_in(tx, staff_id, case_id, version)
    if policy is not None and policy not in harms.SEVERITY:
        raise Invalid("Validation failed: there is no such house rule")
    if severity is not None and severity not in harms.SEVERITIES:
        raise Invalid("Validation failed: a severity is 0, 1, 2 or 3")
    graded = case.severity if severity is None else severity
    event_id = queries.append_event(
        tx, case_id, "graded", staff_id, {"severity": graded, "policy": policy or case.policy}
    )
    if graded != case.severity:
        started_at = tx.now if graded < case.severity else case.opened_at
        clocks.start_house_in(tx, case_id, graded, started_at)
        pausing.supersede_in(tx, case_id, graded, f"event:{event_id}")
    queries.change(
        tx,
        case,
        severity=graded,
        severity_by=case.severity_by if severity is None else "staff",
        policy=policy or case.policy,
        category=category or case.category,
    )
    graded_case = queries.lock(tx, case_id)
    assert graded_case is not None
    rank_in(tx, graded_case)
    audit.append_in(
        tx,
        actor_id=staff_id,
        action="case.grade",
        subject=f"case:{case_id}",
        severity=graded,
        policy=policy or case.policy,
    )
