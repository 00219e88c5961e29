"""Deadlines as rows (I8): started at receipt, moved by a job, paused with a reason and a proof."""

from typing import Final

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.moderation.events import ClockMoved
from perdure.moderation.queries import cases as queries
from perdure.moderation.queries import clocks as rows
from perdure.moderation.rules import harms
from perdure.moderation.rules.machines import transition
from perdure.moderation.service.ranking import rank_in

_EVENTS: Final = {"running": "half", "warned50": "late", "warned80": "over"}
_SHARES: Final = {"running": 0.5, "warned50": 0.8, "warned80": 1.0}
HOUSE: Final = "house."


def start_house_in(tx: Tx, case_id: int, severity: int, started_at: int) -> None:
    """Start the house clocks of a severity, unless the case has them already."""
    known = {clock.obligation for clock in queries.clocks(tx, case_id)}
    for limit in harms.LIMITS[severity]:
        obligation = f"house.sev{severity}.{limit.obligation.removeprefix(HOUSE)}"
        if obligation not in known:
            start_in(tx, case_id, obligation, started_at, started_at + limit.ms)


def start_in(tx: Tx, case_id: int, obligation: str, started_at: int, due_at: int) -> int:
    """Start a clock; returns its id. Outside obligations (``tco.order``, ``provider.notice``) name themselves."""
    return rows.insert(
        tx,
        case_id=case_id,
        obligation=obligation,
        state="running",
        started_at=started_at,
        due_at=due_at,
        next_at=_next_at("running", started_at, due_at),
    )


def _next_at(state: str, started_at: int, due_at: int) -> int | None:
    share = _SHARES.get(state)
    return None if share is None else started_at + round((due_at - started_at) * share)


def standing_in(tx: Tx) -> tuple[int, int, int | None]:
    """Open cases, deadlines that are not met, and the earliest of them (ms)."""
    return rows.standing(tx)


def move_due_in(tx: Tx, most: int) -> int:
    """Carry out the transitions whose time has come, the longest due first; returns how many clocks moved.

    A clock that was not looked at for long takes all its steps: none is skipped in silence.
    """
    due = rows.due(tx, most)
    for row in due:
        _move_in(tx, row)
    return len(due)


def _move_in(tx: Tx, row: Row) -> None:
    case = queries.lock(tx, row.case_id)
    assert case is not None
    state, next_at = row.state, row.next_at
    while next_at is not None and next_at <= tx.now:
        state = transition("clock", state, _EVENTS[state]).state
        next_at = _next_at(state, row.started_at, row.due_at)
        queries.append_event(tx, row.case_id, f"clock.{state}", None, {"clock": row.id, "obligation": row.obligation})
        tx.emit(ClockMoved(row.case_id, row.id, row.obligation, state, case.severity))
    rows.change(tx, row, state=state, next_at=next_at)
    rank_in(tx, case)
    audit.append_in(
        tx,
        actor_id=None,
        action=f"clock.{state}",
        subject=f"case:{row.case_id}",
        clock=row.id,
        obligation=row.obligation,
    )


def meet_in(tx: Tx, case_id: int) -> None:
    """The case is decided: its clocks have met their deadlines, or missed them."""
    for row in rows.of_case(tx, case_id):
        if row.state != "met":
            step = transition("clock", row.state, "meet")
            late = "mark_late" in step.effects or tx.now > row.due_at + (
                tx.now - row.paused_at if row.state == "paused" and row.paused_at else 0
            )
            rows.change(tx, row, state=step.state, next_at=None, met_at=tx.now, late=late)


def restart_in(tx: Tx, case_id: int) -> None:
    """The case is open again: its house clocks run anew from now, for as long as they ran before."""
    for row in rows.of_case(tx, case_id):
        if row.state == "met" and row.obligation.startswith(HOUSE):
            due_at = tx.now + row.due_at - row.started_at - row.paused_ms
            rows.change(
                tx,
                row,
                state=transition("clock", row.state, "restart").state,
                started_at=tx.now,
                due_at=due_at,
                paused_ms=0,
                met_at=None,
                late=False,
                next_at=_next_at("running", tx.now, due_at),
            )


def pause_in(tx: Tx, staff_id: int, clock_id: int, reason: str, proof: str) -> None:
    """Stop a clock. Asks for ``manage_reports``; raises Invalid without a reason and a proof, NotFound, Conflict."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    if not reason.strip() or not proof.strip():
        raise Invalid("A clock is paused with a reason and a proof, nothing less")
    row = _one_in(tx, clock_id)
    _pause(tx, row, reason, proof)
    _log_in(tx, staff_id, row, "pause", reason=reason, proof=proof)


def _pause(tx: Tx, row: Row, reason: str, proof: str) -> None:
    step = transition("clock", row.state, "pause")
    rows.change(
        tx,
        row,
        state=step.state,
        resumes_as=row.state,
        pause_reason=reason[:200],
        pause_proof=proof[:500],
        paused_at=tx.now,
        next_at=None,
    )


def resume_in(tx: Tx, staff_id: int, clock_id: int) -> None:
    """Let a paused clock run on; its deadline moves by as long as it stood. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _one_in(tx, clock_id)
    step = transition("clock", row.state, f"resume_{row.resumes_as}")
    stood = tx.now - row.paused_at
    started_at, due_at = row.started_at + stood, row.due_at + stood
    rows.change(
        tx,
        row,
        state=step.state,
        resumes_as=None,
        paused_at=None,
        paused_ms=row.paused_ms + stood,
        started_at=started_at,
        due_at=due_at,
        next_at=_next_at(step.state, started_at, due_at),
    )
    _log_in(tx, staff_id, row, "resume", stood_ms=stood)


def supersede_in(tx: Tx, case_id: int, severity: int, proof: str) -> None:
    """Staff says that a case is milder than was claimed: the house clocks of graver claims stand still."""
    for row in rows.of_case(tx, case_id):
        graver = row.obligation.startswith("house.sev") and int(row.obligation[9]) < severity
        if graver and row.state not in {"met", "paused"}:
            _pause(tx, row, "severity_lowered", proof)


def _one_in(tx: Tx, clock_id: int) -> Row:
    row = rows.one(tx, clock_id)
    if row is None:
        raise NotFound
    return row


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
