"""Cases of many items: a letter's lines are items from the start, and are looked up afterwards, some at a time.

The case is there at once with every line pending, so that it cannot be decided before each was looked at.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.events import ContentRemoved, DecisionMade, DecisionReversed
from perdure.moderation.model import Item, ItemState, Subject
from perdure.moderation.queries import bundles as queries
from perdure.moderation.queries import cases
from perdure.moderation.queries import decisions as decided
from perdure.moderation.service import clocks, settling, snapshots
from perdure.moderation.service.decisions import source_in
from perdure.moderation.service.intake import Received, join_in, reach_of_content
from perdure.moderation.service.machines import machine_decision_in
from perdure.moderation.service.ranking import Inputs, inputs_of, ranked_in, stronger
from perdure.signals.events import Flagged

_HIDING: Final = frozenset({"hide", "account_suspend", "account_ban"})
_POSTS: Final = frozenset({"post", "message"})


class Bundle(msgspec.Struct, frozen=True):
    """A case and the items that one intake brought, in the order of its lines."""

    intake_id: int
    case_id: int
    item_ids: tuple[int, ...]


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for an item. ``note`` is for staff."""

    item_id: int
    subject: Subject | None = None
    resolution: str = "none"
    note: str = ""


class Placed(msgspec.Struct, frozen=True):
    """An item as it stands now: its subject in the version that is there; ``same_as`` is the item that it repeats."""

    item_id: int
    subject: Subject | None
    digest: str | None
    same_as: int | None = None


class Standing(msgspec.Struct, frozen=True):
    """What people decided about a thing before. ``hides``: nobody can see it because of that."""

    decision_id: int
    outcome: str
    hides: bool
    at: int


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """An item as it stands now: its outcome, the decision, what it looked like. ``outcome`` is the decision's."""

    item_id: int
    state: ItemState = "pending"
    subject: Subject | None = None
    decision_id: int | None = None
    duplicate_of: int | None = None
    evidence_hash: str | None = None
    settled_at: int | None = None
    note: str = ""
    outcome: str = ""
    policy: str = ""
    decided_at: int | None = None


def stand_in(tx: Tx, received: Received, claims: Sequence[str]) -> Bundle:
    """Open or join a case with one pending item for each line, about which nothing is known yet."""
    joined = join_in(tx, received)
    ids = queries.insert_items(tx, joined.case_id, [claim[:2000] for claim in claims])
    cases.claim_items(tx, joined.intake_id, ids)
    case = cases.lock(tx, joined.case_id)
    assert case is not None
    cases.change(tx, case, pending_items=case.pending_items + len(ids))
    return Bundle(joined.intake_id, joined.case_id, tuple(ids))


def attach_in(tx: Tx, case_id: int, looked: Sequence[Looked]) -> list[Placed]:
    """Say what items are about and take snapshots (I4). Two items never have one subject: the second repeats the first.

    What is gone leaves its item without a subject.
    """
    taken = [(one, _taken_in(tx, case_id, one)) for one in looked]
    wanted = {shot.subject_id for _, shot in taken if shot is not None}
    known = queries.items_of(tx, case_id, wanted) if wanted else {}
    placed, rows = [], []
    for one, shot in taken:
        first = known.setdefault(shot.subject_id, one.item_id) if shot is not None else None
        own = shot if first == one.item_id else None
        digest = shot.digest if shot is not None else None
        placed.append(
            Placed(
                one.item_id,
                shot.subject if shot is not None else None,
                digest,
                first if shot is not None and own is None else None,
            )
        )
        rows.append(
            {
                "id": one.item_id,
                "subject_id": own.subject_id if own is not None else None,
                "snapshot_id": own.snapshot_id if own is not None else None,
                "evidence_hash": digest,
                "resolution": one.resolution,
                "note": one.note[:500],
            }
        )
    queries.attach(tx, rows)
    _rank_in(tx, case_id, [shot for _, shot in taken if shot is not None])
    return placed


def _taken_in(tx: Tx, case_id: int, one: Looked) -> snapshots.Taken | None:
    if one.subject is None:
        return None
    try:
        return snapshots.take_in(tx, one.subject, "report", f"case:{case_id}")
    except NotFound:
        return None


def _rank_in(tx: Tx, case_id: int, shots: Iterable[snapshots.Taken]) -> None:
    """The reach of what a case is about counts for its place in the queue."""
    inputs, language = Inputs(), None
    for shot in shots:
        inputs = stronger(inputs, reach_of_content(shot.content, tx.now))
        language = language or shot.content.language
    case = cases.lock(tx, case_id)
    assert case is not None
    merged = stronger(inputs_of(case), inputs)
    if merged != inputs_of(case) or (language and not case.language):
        ranked = ranked_in(tx, case_id, case.severity, case.severity_by, merged, case.opened_at)
        cases.change(tx, case, language=case.language or language, **ranked)


def outcomes_in(tx: Tx, item_ids: Iterable[int]) -> dict[int, Ended]:
    """What became of items, by id."""
    return {row.id: _ended(row) for row in queries.ended(tx, item_ids)}


def _ended(row: Row) -> Ended:
    about = Subject(row.kind, row.ref_id, row.shown, row.author_id) if row.kind is not None else None
    return Ended(
        item_id=row.id,
        state=row.state,
        subject=about,
        decision_id=row.decision_id,
        duplicate_of=row.duplicate_of,
        evidence_hash=row.evidence_hash,
        settled_at=row.settled_at,
        note=row.note,
        outcome=row.outcome or "",
        policy=row.policy or "",
        decided_at=row.decided_at,
    )


def counts_in(tx: Tx, intake_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """How many items of intakes are in each state."""
    found: dict[int, dict[str, int]] = {}
    for row in queries.counts(tx, intake_ids):
        found.setdefault(row.intake_id, {})[row.state] = row.n
    return found


def decided_at_in(tx: Tx, decision_ids: Iterable[int]) -> dict[int, int]:
    """When decisions were made (ms), by id."""
    return queries.made_at(tx, decision_ids)


def subjects_in(tx: Tx, item_ids: Iterable[int]) -> dict[int, Subject]:
    """What pending items are about, by item; those about nothing are left out."""
    rows = queries.subjects(tx, item_ids)
    return {row.id: Subject(row.kind, row.ref_id, row.version, row.author_id) for row in rows}


def settle_certain_in(tx: Tx, case_id: int, outcomes: Iterable[settling.Outcome]) -> list[Item]:
    """Give items the outcomes that are certain without a person; those that have one already are left alone."""
    wanted = list(outcomes)
    states = queries.states(tx, [one.item_id for one in wanted])
    still = [one for one in wanted if states.get(one.item_id) == "pending"]
    return settling.settle_by_machine_in(tx, case_id, still) if still else []


def standing_in(tx: Tx, kind: str, refs: Iterable[int]) -> dict[int, Standing]:
    """What people decided last about things, where that was not taken back."""
    wanted = list(dict.fromkeys(refs))
    found: dict[int, Standing] = {}
    for row in queries.decided(tx, kind, wanted):
        if row.outcome == "reversed":
            found.pop(row.subject_ref, None)
        elif row.outcome != "amended":
            found[row.subject_ref] = Standing(row.id, row.outcome, hides=False, at=row.created_at)
    for row in queries.standing(tx, kind, wanted):
        if row.kind in _HIDING:
            at = found[row.ref_id].at if row.ref_id in found else 0
            found[row.ref_id] = Standing(row.decision_id, "restricted", hides=True, at=at)
    return found


def hold_in(tx: Tx, case_id: int, flagged: Flagged) -> int | None:
    """Hide one item of a case until a person decides, and look for its copies; returns the decision's id.

    The author is told and may appeal (I10). None where nothing is to be hidden, or is hidden already.
    """
    decision_id = machine_decision_in(tx, flagged, case_id, source_in(tx, case_id))
    if decision_id is None:
        return None
    cases.append_event(tx, case_id, "held", None, {"decision": decision_id, "subject": flagged.subject_id})
    about = (flagged.subject_kind, flagged.subject_id)
    tx.emit(ContentRemoved(case_id, decision_id, *about, flagged.policy, flagged.severity))
    return decision_id


def held_in(tx: Tx, post_ids: Iterable[int]) -> dict[int, int]:
    """Which decision holds each of these posts until a person decides."""
    return queries.held(tx, post_ids)


def grow_graver_in(tx: Tx, case_id: int, severity: int, policy: str, zero: int) -> None:
    """What was found in the items is graver than what was claimed: the case's clocks and place follow."""
    case = cases.lock(tx, case_id)
    if case is None or case.decided_at is not None or case.severity <= severity or case.severity_by == "staff":
        return
    clocks.start_house_in(tx, case_id, severity, zero)
    ranked = ranked_in(tx, case_id, severity, "support", inputs_of(case), case.opened_at)
    cases.change(tx, case, severity=severity, severity_by="support", policy=policy, **ranked)
    cases.append_event(tx, case_id, "graver", None, {"severity": severity, "policy": policy})


def decided_elsewhere_in(tx: Tx, event: DecisionMade) -> None:
    """A person decided about something that a letter names too: its item there has that decision (subscriber)."""
    row = decided.one(tx, event.decision_id)
    if row is None or decided.by_machine(row) or event.outcome not in {"restricted", "warned", "no_violation"}:
        return
    state: ItemState = "no_violation" if event.outcome == "no_violation" else "actioned"
    kinds = _POSTS if event.subject_kind in _POSTS else {event.subject_kind}
    for kind in sorted(kinds):
        for item in queries.pending_elsewhere(tx, event.case_id or 0, kind, event.subject_ref):
            outcome = settling.Outcome(item_id=item.id, state=state, decision_id=event.decision_id)
            settle_certain_in(tx, item.case_id, [outcome])


def note_in(tx: Tx, case_id: int, kind: str, **detail: object) -> None:
    """Write into a case's history what happened outside it; nobody of the staff did it."""
    cases.append_event(tx, case_id, kind, None, detail)


def about_in(tx: Tx, item_ids: Iterable[int | None]) -> dict[int, Subject]:
    """What items are about, whatever their state; those about nothing are left out."""
    wanted = [one for one in item_ids if one is not None]
    return {row.id: about for row in queries.ended(tx, wanted) if (about := _ended(row).subject) is not None}


def reversed_elsewhere_in(tx: Tx, event: DecisionReversed) -> None:
    """A decision that items of letters had was taken back: they wait again, or end as the appeal did."""
    for item in queries.with_decision_elsewhere(tx, event.case_id or 0, event.decision_id):
        settling.unsettle_in(tx, None, item.case_id, [item.id], reason="its decision was taken back elsewhere")
        if event.appeal_id is not None:
            outcome = settling.Outcome(item_id=item.id, state="no_violation", decision_id=event.by_decision_id)
            settle_certain_in(tx, item.case_id, [outcome])
