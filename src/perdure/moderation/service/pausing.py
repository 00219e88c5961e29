"""Clocks that stand still for a reason that their obligation knows, go on, and are given more time."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.moderation.model.obligations import Obligation
from perdure.moderation.queries import cases as queries
from perdure.moderation.queries import clocks as rows
from perdure.moderation.rules import hours as spans
from perdure.moderation.rules.hours import Length
from perdure.moderation.rules.machines import transition
from perdure.moderation.service import clocks, obligations
from perdure.moderation.service.ranking import rank_in

_BY_ITSELF: Final = "severity_lowered"  # what grading a case does; nobody picks it
_PROOF_MOST: Final = 500


def reasons_of(one: Obligation) -> tuple[str, ...]:
    """The codes of the reasons for which people may pause a clock of an obligation."""
    return tuple(code for code in one.pause if code != _BY_ITSELF)


def pause_in(tx: Tx, staff_id: int, clock_id: int, reason: str, proof: str) -> None:
    """Stop a clock. ``reason`` is a code that its obligation allows, ``proof`` says where that is shown.

    Asks for ``manage_reports``; raises Invalid without a proof or for any other reason, NotFound, Conflict.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _one_in(tx, clock_id)
    allowed = reasons_of(obligations.version_in(tx, row.obligation, row.number).obligation)
    if reason not in allowed:
        known = ", ".join(allowed) if allowed else "none: this clock never stands still"
        raise Invalid(
            f"Validation failed: Reason is none for which this clock may stand still ({known})",
            {"reason": [("ERR_INCLUSION", "is none for which this clock may stand still")]},
        )
    if not proof.strip():
        raise Invalid(
            "Validation failed: A clock is paused with a reason and a proof, nothing less",
            {"proof": [("ERR_BLANK", "can't be blank")]},
        )
    _pause(tx, row, reason, proof)
    _log_in(tx, staff_id, row, "pause", reason=reason, proof=proof.strip()[:_PROOF_MOST])


def _pause(tx: Tx, row: Row, reason: str, proof: str) -> None:
    step = transition("clock", row.state, "pause")
    rows.change(
        tx,
        row,
        state=step.state,
        resumes_as=row.state,
        pause_reason=reason,
        pause_proof=proof.strip()[:_PROOF_MOST],
        paused_at=tx.now,
        next_at=None,
        page_at=None,
    )


def resume_in(tx: Tx, staff_id: int, clock_id: int) -> None:
    """Let a paused clock run on: with the time that was left, or from zero where its obligation says so.

    Asks for ``manage_reports``. Raises NotFound; Conflict for a clock that runs.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _one_in(tx, clock_id)
    step = transition("clock", row.state, f"resume_{row.resumes_as}")
    anew = obligations.version_in(tx, row.obligation, row.number).obligation.resume == "anew"
    if anew and row.resumes_as != "missed":
        stood = tx.now - row.paused_at
        moved = clocks.instants_in(tx, row, tx.now)
        started_at = row.started_at
        clocks.run_anew(tx, row, **(moved | {"started_at": started_at, "paused_ms": row.paused_ms + stood}))
    else:
        stood = _run_on(tx, row, step.state)
    _log_in(tx, staff_id, row, "resume", stood_ms=stood)


def _run_on(tx: Tx, row: Row, state: str) -> int:
    _, office = clocks.span_in(tx, row)
    stood: int = tx.now - row.paused_at
    moved: dict[str, int] = {}
    for name in ("half_at", "late_at", "due_at"):
        at = getattr(row, name)
        left = spans.between(row.paused_at, at, office)
        moved[name] = spans.after(tx.now, Length(0, left), office) if at > row.paused_at else at
    rows.change(
        tx,
        row,
        state=state,
        resumes_as=None,
        paused_at=None,
        paused_ms=row.paused_ms + stood,
        next_at=clocks.next_of(row, state, dict(moved)),
        **moved,
    )
    return stood


def extend_in(tx: Tx, staff_id: int, clock_id: int, due_at: int, proof: str) -> None:
    """Whoever set a limit agreed to a later one: the deadline moves there, the warnings stay as they were said.

    Asks for ``manage_reports``. Raises Invalid without a proof, for an earlier instant, and for an obligation whose
    limit nobody can move; Conflict for a clock that has stopped or whose deadline has passed; NotFound.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _one_in(tx, clock_id)
    if not obligations.version_in(tx, row.obligation, row.number).obligation.extend:
        raise Invalid("Validation failed: nobody can extend this deadline")
    if not proof.strip():
        raise Invalid("Validation failed: an extension needs a proof", {"proof": [("ERR_BLANK", "can't be blank")]})
    if due_at <= row.due_at:
        raise Invalid("Validation failed: an extension ends later than what it extends")
    if row.state in {"met", "missed", "paused"} or row.due_at <= tx.now:
        raise Conflict("This deadline has passed or stands still: it cannot be extended")
    half_at = max(row.half_at, row.started_at + (due_at - row.started_at) // 2)
    late_at = max(row.late_at, row.started_at + (due_at - row.started_at) * 4 // 5)
    values = {"half_at": half_at, "late_at": late_at, "due_at": due_at}
    clocks.run_anew(tx, row, **values, limit_ms=due_at - row.started_at, paused_ms=row.paused_ms)
    _log_in(tx, staff_id, row, "extend", due_at=due_at, proof=proof.strip()[:_PROOF_MOST])


def supersede_in(tx: Tx, case_id: int, severity: int, proof: str) -> None:
    """Staff says that a case is milder than was claimed: the house clocks of graver claims stand still."""
    for row in rows.of_case(tx, case_id):
        graver = row.obligation.startswith("house.sev") and int(row.obligation[9]) < severity
        if graver and row.state not in {"met", "paused"}:
            _pause(tx, row, _BY_ITSELF, proof)


def _one_in(tx: Tx, clock_id: int) -> Row:
    row = rows.one(tx, clock_id)
    if row is None:
        raise NotFound
    case = queries.lock(tx, row.case_id)
    assert case is not None
    locked = rows.one(tx, clock_id)
    assert locked is not None
    return locked


def _log_in(tx: Tx, staff_id: int, row: Row, verb: str, **detail: object) -> None:
    case = queries.lock(tx, row.case_id)
    assert case is not None
    queries.append_event(tx, row.case_id, f"clock.{verb}", staff_id, {"clock": row.id, **detail})
    rank_in(tx, case)
    audit.append_in(
        tx,
        actor_id=staff_id,
        action=f"clock.{verb}",
        subject=f"case:{row.case_id}",
        private=detail,
        clock=row.id,
        obligation=row.obligation,
    )
