"""What happens when nobody looked in time: grave things are hidden until somebody does (safety.md §3)."""

from perdure.kernel.db import Tx
from perdure.moderation.events import ClockMoved
from perdure.moderation.queries import cases
from perdure.moderation.rules import harms
from perdure.moderation.service.machines import machine_decision_in
from perdure.signals.events import Flagged


def missed_in(tx: Tx, event: ClockMoved) -> None:
    """Hold what a case of sev-0 or sev-1 is about where any of its clocks was missed, with a decision and a notice.

    It stays pending: a person decides. One person's claim alone holds nothing (``harms.holds_when_missed``).
    """
    if event.state != "missed":
        return
    case = cases.lock(tx, event.case_id)
    if case is None or case.decided_at is not None or not harms.holds_when_missed(case.severity, case.severity_by):
        return
    for item in cases.items(tx, case.id):
        about = item.subject
        if item.state != "pending" or about is None or about.author_id is None:
            continue
        flagged = Flagged(
            subject_kind=about.kind,
            subject_id=about.id,
            subject_version=about.version,
            author_id=about.author_id,
            action="auto_hold",
            severity=case.severity,
            policy=case.policy,
            score=0.0,
            signal_ids=(),
            source="clock",
        )
        if (decision_id := machine_decision_in(tx, flagged, case.id)) is not None:
            cases.append_event(tx, case.id, "held_by_clock", None, {"item": item.id, "decision": decision_id})
