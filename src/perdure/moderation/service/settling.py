"""What became of each item of a case, and of the case when nothing is pending any more (I7)."""

from collections.abc import Iterable
from typing import Final, get_args

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from perdure.moderation.events import CaseDecided, ReportAnswered
from perdure.moderation.model import Intake, Item, ItemState
from perdure.moderation.model.decisions import UNDO_MS
from perdure.moderation.queries import cases as queries
from perdure.moderation.queries import intakes
from perdure.moderation.rules.machines import transition
from perdure.moderation.rules.reliability import Record
from perdure.moderation.service import clocks, leases, snapshots
from perdure.moderation.service.ranking import rank_in

OUTCOMES: Final[frozenset[str]] = frozenset(get_args(ItemState)) - {"pending"}
DECIDED: Final = frozenset({"decided", "notified", "closed"})
_ACTED: Final = frozenset({"actioned", "already_actioned"})
_BATCH: Final = 200


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one item. ``decision_id`` where something was decided about it, ``duplicate_of`` another item."""

    item_id: int
    state: ItemState
    decision_id: int | None = None
    duplicate_of: int | None = None
    note: str = ""


def settle_in(
    tx: Tx, staff_id: int, case_id: int, outcomes: Iterable[Outcome], version: int | None = None
) -> list[Item]:
    """Give items their outcomes; where none is left pending the case is decided and whoever reported is told.

    Asks for ``manage_reports``. Returns the settled items. Raises NotFound; Conflict where the case changed since
    ``version``, somebody else holds it, or an item has an outcome already; Invalid for what is no outcome.
    """
    case = leases.work_in(tx, staff_id, case_id, version)
    return _settle(tx, case, staff_id, list(outcomes))


def settle_by_machine_in(tx: Tx, case_id: int, outcomes: Iterable[Outcome]) -> list[Item]:
    """:func:`settle_in` where a machine alone decided: what it hid was a copy of what people removed before."""
    case = queries.lock(tx, case_id)
    if case is None:
        raise NotFound
    return _settle(tx, case, None, list(outcomes))


def _settle(tx: Tx, case: Row, actor_id: int | None, outcomes: list[Outcome]) -> list[Item]:
    wanted = {one.item_id for one in outcomes} | {one.duplicate_of for one in outcomes if one.duplicate_of is not None}
    known = {item.id: item for item in queries.some_items(tx, case.id, wanted)}
    settled = [_settle_item(tx, known, actor_id, outcome) for outcome in outcomes]
    detail = {str(one.item_id): one.state for one in outcomes}
    queries.append_event(tx, case.id, "settled", actor_id, {"items": detail})
    left = queries.pending(tx, case.id)
    if left:
        queries.change(tx, case, pending_items=left, first_action_at=case.first_action_at or tx.now)
    else:
        _decided(tx, case, actor_id)
    audit.append_in(tx, actor_id=actor_id, action="case.settle", subject=f"case:{case.id}", items=detail, pending=left)
    return settled


def _settle_item(tx: Tx, known: dict[int, Item], actor_id: int | None, outcome: Outcome) -> Item:
    item = known.get(outcome.item_id)
    if item is None:
        raise NotFound
    if outcome.state not in OUTCOMES:
        raise Invalid(f"Validation failed: {outcome.state} is no outcome of an item")
    if (outcome.state == "duplicate_of") != (outcome.duplicate_of in known and outcome.duplicate_of != item.id):
        raise Invalid("Validation failed: a duplicate names the other item of its case, and nothing else does")
    values = {
        "state": transition("item", item.state, outcome.state).state,
        "decision_id": outcome.decision_id,
        "duplicate_of": outcome.duplicate_of,
        "note": outcome.note[:500] or item.note,
        "settled_by": actor_id,
        "settled_at": tx.now,
    }
    queries.change_item(tx, item, **values)
    return msgspec.structs.replace(item, version=item.version + 1, **values)


def _decided(tx: Tx, case: Row, actor_id: int | None) -> None:
    step = transition("case", case.state, "decide")
    clocks.meet_in(tx, case.id)
    if (lease := queries.lease_of(tx, case.id)) is not None:
        leases.end_in(tx, lease, "release", actor_id)
    fresh = queries.lock(tx, case.id)
    assert fresh is not None
    queries.change(
        tx,
        fresh,
        state=step.state,
        open_key=None,
        pending_items=0,
        first_action_at=case.first_action_at or tx.now,
        decided_at=tx.now,
        decided_by=actor_id,
        automated=actor_id is None,
    )
    rank_in(tx, fresh)
    queries.append_event(tx, case.id, "decided", actor_id, {})
    tx.emit(CaseDecided(case.id, actor_id))


def answer_in(tx: Tx, event: CaseDecided) -> None:
    """Tell whoever reported, some at a time; when all know, the case is closed and lets go of what it kept."""
    case = queries.lock(tx, event.case_id)
    if case is None or case.state != "decided":
        return  # opened again meanwhile
    untold = intakes.untold(tx, case.id, _BATCH)
    states = {item.id: item.state for item in queries.items(tx, case.id)}
    for row, one in zip(untold, queries.intake_views(tx, untold), strict=True):
        _answer(tx, row, one, states)
    if len(untold) == _BATCH:
        tx.emit(event)
        return
    _close(tx, case)


def _answer(tx: Tx, row: Row, one: Intake, states: dict[int, ItemState]) -> None:
    outcome = outcome_of([states[item_id] for item_id in one.item_ids])
    intakes.change(tx, row.id, outcome=outcome, told_at=tx.now)
    if outcome == row.outcome:
        return  # decided anew, and as before: they know
    if row.authority == "machine":
        return  # its outcome is what the precision of a rule or model is computed from
    if row.reporter_id is not None:
        _note_record(tx, row.reporter_id, row.policy, row.outcome, outcome)
    _note_record(tx, 0, row.policy, row.outcome, outcome)
    tx.emit(ReportAnswered(row.id, row.case_id, outcome, row.reporter_id))


def outcome_of(states: list[ItemState]) -> str:
    """What became of a report: upheld, partly, dismissed; void where nothing could be judged."""
    judged = [state for state in states if state in _ACTED or state == "no_violation"]
    acted = [state for state in judged if state in _ACTED]
    if not judged:
        return "void"
    if not acted:
        return "dismissed"
    return "upheld" if len(acted) == len(judged) else "partly"


def _note_record(tx: Tx, account_id: int, category: str, before: str | None, after: str) -> None:
    """Count a report among the right or the wrong ones; one that was counted the other way before is moved."""
    found = intakes.records(tx, account_id)[account_id].get(category, Record())
    upheld = found.upheld + _right(after) - _right(before)
    dismissed = found.dismissed + _wrong(after) - _wrong(before)
    intakes.store_record(tx, account_id, category, Record(max(0, upheld), max(0, dismissed)))


def _right(outcome: str | None) -> int:
    return int(outcome in {"upheld", "partly"})


def _wrong(outcome: str | None) -> int:
    return int(outcome == "dismissed")


def _close(tx: Tx, case: Row) -> None:
    told = transition("case", case.state, "notify")
    closed = transition("case", told.state, "close")
    snapshots.release_in(tx, f"case:{case.id}")
    if not case.cluster_key.startswith("letter:"):  # whose sender gets an answer of its own
        clocks.answered_in(tx, case.id)
    queries.change(tx, case, state=closed.state, closed_at=tx.now)
    queries.append_event(tx, case.id, "closed", None, {})
    audit.append_in(tx, actor_id=None, action="case.close", subject=f"case:{case.id}")


def reopen_in(tx: Tx, actor_id: int | None, case_id: int, item_ids: Iterable[int] = (), *, reason: str) -> None:
    """Open a case again: an appeal was upheld, an authority or new evidence said so, or a decision was undone.

    ``item_ids`` are pending again; without any, all are. The caller has asked for the right. Joins no other case: a
    newer open one of the same author stays beside it. Raises NotFound, Conflict for a case that is open.
    """
    case = queries.lock(tx, case_id)
    if case is None:
        raise NotFound
    step = transition("case", case.state, "reopen")
    wanted = set(item_ids)
    again = [item for item in queries.items(tx, case_id) if item.id in wanted or not wanted]
    for item in again:
        if item.state != "pending":
            state = transition("item", item.state, "reopen").state
            queries.change_item(tx, item, state=state, settled_at=None, settled_by=None, decision_id=None)
    _keep_again(tx, case_id, again)
    intakes.retell(tx, case_id)
    clocks.restart_in(tx, case_id)
    queries.change(
        tx,
        case,
        state=step.state,
        open_key=case.cluster_key if queries.hold_open(tx, case.cluster_key) is None else None,
        pending_items=queries.pending(tx, case_id),
        reopened=case.reopened + 1,
        decided_at=None,
        decided_by=None,
        closed_at=None,
        automated=False,
    )
    rank_in(tx, case)
    queries.append_event(tx, case_id, "reopened", actor_id, {"reason": reason[:500]})
    audit.append_in(
        tx, actor_id=actor_id, action="case.reopen", subject=f"case:{case_id}", private={"reason": reason[:500]}
    )


def unsettle_in(tx: Tx, actor_id: int | None, case_id: int, item_ids: Iterable[int], *, reason: str) -> None:
    """Let some items wait again for an outcome, whether or not the case is decided meanwhile.

    The caller has asked for the right. Raises NotFound.
    """
    case = queries.lock(tx, case_id)
    if case is None:
        raise NotFound
    if case.state in DECIDED:
        reopen_in(tx, actor_id, case_id, item_ids, reason=reason)
        return
    wanted = set(item_ids)
    again = [item for item in queries.items(tx, case_id) if item.id in wanted and item.state != "pending"]
    for item in again:
        state = transition("item", item.state, "reopen").state
        queries.change_item(
            tx, item, state=state, settled_at=None, settled_by=None, decision_id=None, duplicate_of=None
        )
    detail = {"items": [str(item.id) for item in again], "reason": reason[:500]}
    queries.change(tx, case, pending_items=queries.pending(tx, case_id))
    queries.append_event(tx, case_id, "unsettled", actor_id, detail)
    audit.append_in(
        tx, actor_id=actor_id, action="case.unsettle", subject=f"case:{case_id}", private=detail, items=len(again)
    )


def take_back_in(tx: Tx, staff_id: int, case_id: int, item_ids: Iterable[int]) -> None:
    """Take back, within 30 seconds, outcomes that one gave oneself and that no decision stands behind.

    Asks for ``manage_reports``. Raises NotFound, Forbidden for somebody else's, Conflict when it is too late.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    wanted = set(item_ids)
    given = [item for item in queries.items(tx, case_id) if item.id in wanted and item.state != "pending"]
    if any(item.settled_by != staff_id or item.decision_id is not None for item in given):
        raise Forbidden("Only whoever gave an outcome takes it back; anybody else decides anew")
    if any(tx.now > (item.settled_at or 0) + UNDO_MS for item in given):
        raise Conflict("It is too late to take this back")
    if given:
        unsettle_in(tx, staff_id, case_id, [item.id for item in given], reason="undone")


def _keep_again(tx: Tx, case_id: int, items: list[Item]) -> None:
    for item in items:
        if item.snapshot_id is not None:
            snapshots.keep_in(tx, snapshots.peek_in(tx, item.snapshot_id), f"case:{case_id}")
