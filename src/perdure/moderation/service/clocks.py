"""Deadlines as rows (I8): started at receipt by the register, moved by a job, met or missed.

Every instant that matters (warnings, deadline) is computed when a clock starts or goes on after a pause, and stored:
the job only compares, so neither a restart nor another host, a change of office hours or of time zones moves any.
"""

from collections.abc import Callable
from typing import Any, Final

from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.events import ClockMoved
from perdure.moderation.model.obligations import Hours, Registered
from perdure.moderation.queries import cases as queries
from perdure.moderation.queries import clocks as rows
from perdure.moderation.queries import paging
from perdure.moderation.rules import hours as spans
from perdure.moderation.rules import obligations as rules
from perdure.moderation.rules import paging as calling
from perdure.moderation.rules.hours import Length
from perdure.moderation.rules.machines import transition
from perdure.moderation.service import obligations
from perdure.moderation.service.ranking import rank_in

_EVENTS: Final = {"running": "half", "warned50": "late", "warned80": "over"}
_COLUMNS: Final = {"running": "half_at", "warned50": "late_at", "warned80": "due_at"}
HOUSE: Final = "house."


def start_house_in(tx: Tx, case_id: int, severity: int, started_at: int) -> None:
    """Start the house clocks of a severity, unless the case has them already. The caller ranks the case."""
    known = {clock.obligation for clock in rows.of_case(tx, case_id)}
    for found in obligations.register_in(tx).values():
        one = found.obligation
        wanted = one.key.startswith(HOUSE) and severity in one.severities and one.key not in known
        if wanted and rules.applies_at(one, started_at):
            _start(tx, case_id, one.key, found, started_at, None)


def start_obligation_in(tx: Tx, case_id: int, key: str, started_at: int, *, limit_ms: int | None = None) -> int | None:
    """Start the clock of an obligation for a case; returns its deadline (ms), or None where it does not apply.

    ``started_at`` (ms) is when it began to bind: receipt, not reading; nothing starts later than now. ``limit_ms`` is
    what was agreed instead of the register's limit. A case has one clock for each obligation: a stricter start tightens
    it, a later one changes nothing, nor does any while it stands still, and one that was met runs anew. ``provider.x``
    without a row of its own counts as ``provider.notice``. Raises NotFound without the case, Invalid for a key that
    nobody registered.
    """
    case = queries.lock(tx, case_id)
    if case is None:
        raise NotFound
    found = obligations.named_in(tx, key)
    begun = min(started_at, tx.now)
    if not rules.applies_at(found.obligation, begun):
        return None
    old = next((row for row in rows.of_case(tx, case_id) if row.obligation == found.obligation.key), None)
    due_at = (
        _start(tx, case_id, key, found, begun, limit_ms) if old is None else _again(tx, old, found, begun, limit_ms)
    )
    rank_in(tx, case)
    return due_at


def start_for_in(tx: Tx, case_id: int, authority: str, started_at: int) -> int | None:
    """Start the clocks that a letter of an authority starts by itself; returns the strictest deadline, if any."""
    known = {key: one.obligation for key, one in obligations.register_in(tx).items()}
    keys = [one.key for one in rules.for_authority(known, authority)]
    dues = [start_obligation_in(tx, case_id, key, started_at) for key in keys]
    return min((due for due in dues if due is not None), default=None)


def _start(tx: Tx, case_id: int, key: str, found: Registered, started_at: int, limit_ms: int | None) -> int:
    obligations.keep_in(tx, found)
    one = found.obligation
    values = _instants(started_at, *_span(found, limit_ms))
    rows.insert(
        tx,
        case_id=case_id,
        obligation=one.key,
        number=found.number,
        limit_ms=limit_ms,
        target=not one.limit and limit_ms is None,
        ends=one.ends,
        state="running",
        next_at=_next(values, "running", one.ends),
        **values,
    )
    if not one.key.startswith(HOUSE):
        _note_start(tx, case_id, key, one.key, values)
    return int(values["due_at"])


def _note_start(tx: Tx, case_id: int, asked: str, key: str, values: dict[str, int]) -> None:
    detail: dict[str, Any] = {"obligation": key, "started_at": values["started_at"], "due_at": values["due_at"]}
    queries.append_event(tx, case_id, "clock.started", None, detail | ({"asked": asked} if asked != key else {}))
    audit.append_in(tx, actor_id=None, action="clock.start", subject=f"case:{case_id}", **detail)


def _again(tx: Tx, old: Row, found: Registered, started_at: int, limit_ms: int | None) -> int:
    values = _instants(started_at, *_span(found, limit_ms))
    if old.state == "paused" or (old.state != "met" and values["due_at"] >= old.due_at):
        return int(old.due_at)
    obligations.keep_in(tx, found)
    run_anew(tx, old, number=found.number, limit_ms=limit_ms, target=_is_target(found, limit_ms), **values)
    _note_start(tx, old.case_id, old.obligation, old.obligation, values)
    return int(values["due_at"])


def _is_target(found: Registered, limit_ms: int | None) -> bool:
    return not found.obligation.limit and limit_ms is None


def run_anew(tx: Tx, row: Row, **values: Any) -> None:
    """Let a clock run from other instants, as if it had just started. Takes columns; the caller ranks the case."""
    state = row.state if row.state == "running" else "running"
    blank = {"paused_at": None, "paused_ms": 0, "resumes_as": None, "met_at": None, "late": False}
    calls = {"taken_by": None, "taken_at": None, "page_at": None, "pages": 0}
    next_at = _next(values, state, row.ends)
    rows.change(tx, row, **(blank | calls | values), state=state, next_at=next_at)


def _span(found: Registered, limit_ms: int | None) -> tuple[Length, Hours | None]:
    length = rules.length_of(found.obligation) if limit_ms is None else Length(0, limit_ms)
    return length, found.obligation.hours


def span_in(tx: Tx, row: Row) -> tuple[Length, Hours | None]:
    """How long a clock runs, and on which hours."""
    return _span(obligations.version_in(tx, row.obligation, row.number), row.limit_ms)


def _instants(started_at: int, length: Length, office: Hours | None) -> dict[str, int]:
    """The four instants of a clock. Office hours that never come, or of a zone unknown here, count as all hours."""
    try:
        due_at = spans.after(started_at, length, office)
        whole = spans.between(started_at, due_at, office)
        half_at, late_at = (spans.after(started_at, Length(0, round(whole * share)), office) for share in (0.5, 0.8))
    except (ValueError, KeyError, OSError):
        return _instants(started_at, length, None)
    return {"started_at": started_at, "half_at": half_at, "late_at": late_at, "due_at": due_at}


def instants_in(tx: Tx, row: Row, started_at: int) -> dict[str, int]:
    """The instants of a clock that begins at another moment."""
    return _instants(started_at, *span_in(tx, row))


def _next(values: dict[str, Any], state: str, ends: str) -> int | None:
    column = "due_at" if ends == "time" else _COLUMNS.get(state)
    return None if column is None else values[column]


def next_of(row: Row, state: str, values: dict[str, Any]) -> int | None:
    """When the next transition of a clock in a state is due, by instants that replace its own."""
    own = {name: getattr(row, name) for name in _COLUMNS.values()}
    return _next(own | values, state, row.ends)


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


def _move_in(tx: Tx, seen: Row) -> None:
    case = queries.lock(tx, seen.case_id)
    row = rows.one(tx, seen.id)
    assert case is not None
    assert row is not None
    if row.next_at is None or row.next_at > tx.now:
        return  # somebody paused or met it meanwhile
    if row.ends == "time":
        _run_out(tx, row)
    else:
        _step(tx, row, case.severity)
    rank_in(tx, case)


def _step(tx: Tx, row: Row, severity: int) -> None:
    state, next_at = row.state, row.next_at
    urgent = calling.urgent(severity, row.obligation)
    while next_at is not None and next_at <= tx.now:
        state = transition("clock", state, _EVENTS[state]).state
        next_at = next_of(row, state, {})
        queries.append_event(tx, row.case_id, f"clock.{state}", None, {"clock": row.id, "obligation": row.obligation})
        paging.insert(tx, row, severity=severity, stage=state, repeat=0, urgent=urgent)
        tx.emit(ClockMoved(row.case_id, row.id, row.obligation, state, severity))
    again = tx.now + calling.interval_ms(row.due_at - row.started_at - row.paused_ms)
    rows.change(tx, row, state=state, next_at=next_at, taken_by=None, taken_at=None, page_at=again, pages=0)
    _log(tx, row, state)


def correct_in(tx: Tx, most: int) -> int:
    """Take clocks back to the stage that holds now; returns how many.

    Only a machine whose clock ran ahead, and was set back, has any. What was hidden meanwhile stays hidden until
    somebody decides; that it was said to be late is in the case's record, and so is this.
    """
    last = paging.last_page_at(tx)
    if last is None or last <= tx.now:
        return 0
    ahead = rows.ahead(tx, most)
    for seen in ahead:
        case = queries.lock(tx, seen.case_id)
        row = rows.one(tx, seen.id)
        assert case is not None
        assert row is not None
        own = {name: getattr(row, name) for name in ("started_at", "half_at", "late_at", "due_at")}
        run_anew(tx, row, **own, paused_ms=row.paused_ms)
        queries.append_event(tx, row.case_id, "clock.corrected", None, {"clock": row.id, "obligation": row.obligation})
        rank_in(tx, case)
        _log(tx, row, "corrected")
    return len(ahead)


def _run_out(tx: Tx, row: Row) -> None:
    state = transition("clock", row.state, "run_out").state
    rows.change(tx, row, state=state, next_at=None, met_at=row.due_at)
    queries.append_event(tx, row.case_id, "clock.ended", None, {"clock": row.id, "obligation": row.obligation})
    _log(tx, row, "ended")


def _log(tx: Tx, row: Row, word: str) -> None:
    audit.append_in(
        tx,
        actor_id=None,
        action=f"clock.{word}",
        subject=f"case:{row.case_id}",
        clock=row.id,
        obligation=row.obligation,
    )


def meet_in(tx: Tx, case_id: int) -> None:
    """The case is decided: the clocks that a decision stops have met their deadlines, or missed them."""
    for row in rows.of_case(tx, case_id):
        if row.ends == "decision":
            _meet(tx, row)


def answered_in(tx: Tx, case_id: int) -> None:
    """Whoever wrote has their answer: the clocks that an answer stops have met their deadlines, or missed them."""
    _end_in(tx, case_id, lambda row: row.ends == "answer")


def meet_obligation_in(tx: Tx, case_id: int, key: str) -> None:
    """What an obligation asks for is done: its clock stops. Nothing happens where the case has no such clock."""
    _end_in(tx, case_id, lambda row: row.obligation == key)


def _end_in(tx: Tx, case_id: int, wanted: Callable[[Row], bool]) -> None:
    case = queries.lock(tx, case_id)
    if case is None:
        raise NotFound
    for row in rows.of_case(tx, case_id):
        if wanted(row):
            _meet(tx, row)
    rank_in(tx, case)


def _meet(tx: Tx, row: Row) -> None:
    if row.state == "met":
        return
    step = transition("clock", row.state, "meet")
    stopped_at = row.paused_at if row.state == "paused" else tx.now
    late = "mark_late" in step.effects or stopped_at > row.due_at
    if late and "missed" not in {row.state, row.resumes_as}:  # nobody was called, since somebody was there: on record
        queries.append_event(tx, row.case_id, "clock.missed", None, {"clock": row.id, "obligation": row.obligation})
        _log(tx, row, "missed")
    rows.change(tx, row, state=step.state, next_at=None, page_at=None, met_at=tx.now, late=late)


def restart_in(tx: Tx, case_id: int) -> None:
    """The case is open again. House clocks run anew from now, for as long as they ran before.

    What is owed to others keeps its deadline as long as that has not passed: an undo gains no time. After it, as when
    an appeal comes months later, it runs anew too.
    """
    for row in rows.of_case(tx, case_id):
        if row.state != "met" or row.ends != "decision":
            continue
        if row.obligation.startswith(HOUSE) or row.due_at <= tx.now:
            run_anew(tx, row, **instants_in(tx, row, tx.now))
        else:
            own = {name: getattr(row, name) for name in ("started_at", "half_at", "late_at", "due_at")}
            run_anew(tx, row, **own)
