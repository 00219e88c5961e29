"""Statements on many items of one case at once, and on what was decided about many things."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.model import OPEN_STATES
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import case_item, intake_item, moderation_case, subject
from perdure.moderation.tables.decisions import decision, moderation_action, policy_version

_i: Final = case_item.c
_ABOUT = sql(
    select(case_item)
    .join(subject, subject.c.id == _i.subject_id)
    .where(
        subject.c.kind == bindparam("kind"), subject.c.ref_id == bindparam("ref"), _i.case_id == bindparam("case_id")
    )
    .order_by(_i.id)
    .limit(1)
)
_KNOWN = sql(
    select(_i.id, _i.subject_id).where(_i.case_id == bindparam("case_id"), any_of(_i.subject_id, "subject_ids"))
)
_SUBJECTS = sql(
    select(_i.id, subject.c.kind, subject.c.ref_id, subject.c.version, subject.c.author_id)
    .join(subject, subject.c.id == _i.subject_id)
    .where(any_of(_i.id, "ids"), _i.state == "pending")
)
_ENDED = sql(
    select(
        _i.id,
        _i.state,
        _i.decision_id,
        _i.duplicate_of,
        _i.evidence_hash,
        _i.settled_at,
        _i.note,
        subject.c.kind,
        subject.c.ref_id,
        subject.c.version.label("shown"),
        subject.c.author_id,
        decision.c.outcome,
        decision.c.created_at.label("decided_at"),
        policy_version.c.key.label("policy"),
    )
    .outerjoin(subject, subject.c.id == _i.subject_id)
    .outerjoin(decision, decision.c.id == _i.decision_id)
    .outerjoin(policy_version, policy_version.c.id == decision.c.policy_id)
    .where(any_of(_i.id, "ids"))
)
_COUNTS = sql(
    select(intake_item.c.intake_id, _i.state, func.count().label("n"))
    .join(case_item, _i.id == intake_item.c.item_id)
    .where(any_of(intake_item.c.intake_id, "ids"))
    .group_by(intake_item.c.intake_id, _i.state)
)
_MADE_AT = sql(select(decision.c.id, decision.c.created_at).where(any_of(decision.c.id, "ids")))
_STATES = sql(select(_i.id, _i.state).where(any_of(_i.id, "ids")))
_ATTACH = sql(
    "UPDATE case_item SET subject_id = :subject_id, snapshot_id = :snapshot_id, evidence_hash = :evidence_hash,"
    " resolution = :resolution, note = :note, version = version + 1 WHERE id = :id"
)
# What people put into force and nobody took back: a machine's hold is no answer.
_STANDING = sql(
    select(moderation_action.c.ref_id, moderation_action.c.kind, moderation_action.c.decision_id)
    .join(decision, decision.c.id == moderation_action.c.decision_id)
    .where(
        moderation_action.c.subject_kind == bindparam("kind"),
        any_of(moderation_action.c.ref_id, "refs"),
        moderation_action.c.state == "active",
        or_(decision.c.actor_id.is_not(None), decision.c.automated_decision != "fully"),
    )
    .order_by(moderation_action.c.id)
)
_HELD = sql(
    select(moderation_action.c.ref_id, moderation_action.c.decision_id)
    .where(
        moderation_action.c.subject_kind == "post",
        any_of(moderation_action.c.ref_id, "refs"),
        moderation_action.c.state == "active",
        moderation_action.c.kind == "hold",
    )
    .order_by(moderation_action.c.id.desc())
)
_DECIDED = sql(
    select(decision.c.subject_ref, decision.c.id, decision.c.outcome, decision.c.created_at)
    .where(
        decision.c.subject_kind == bindparam("kind"),
        any_of(decision.c.subject_ref, "refs"),
        or_(decision.c.actor_id.is_not(None), decision.c.automated_decision != "fully"),
    )
    .order_by(decision.c.id)
)
_ELSEWHERE = sql(
    select(_i.id, _i.case_id)
    .join(subject, subject.c.id == _i.subject_id)
    .join(moderation_case, moderation_case.c.id == _i.case_id)
    .where(
        subject.c.kind == bindparam("kind"),
        subject.c.ref_id == bindparam("ref"),
        _i.state == "pending",
        _i.case_id != bindparam("case_id"),
        moderation_case.c.cluster_key.like("letter:%"),
        one_of(moderation_case.c.state, OPEN_STATES),
    )
    .order_by(_i.id)
    .limit(500)
)

_WITH_DECISION = sql(
    select(_i.id, _i.case_id)
    .join(moderation_case, moderation_case.c.id == _i.case_id)
    .where(
        _i.decision_id == bindparam("decision_id"),
        _i.case_id != bindparam("case_id"),
        moderation_case.c.cluster_key.like("letter:%"),
    )
    .order_by(_i.id)
    .limit(500)
)


def item_about(tx: Tx, case_id: int, kind: str, ref: int) -> Row | None:
    """The first item of a case that is about a thing, in whatever version."""
    return tx.first(_ABOUT, case_id=case_id, kind=kind, ref=ref)


def items_of(tx: Tx, case_id: int, subject_ids: Iterable[int]) -> dict[int, int]:
    """Items of a case by the subject that they are about."""
    rows = tx.all(_KNOWN, case_id=case_id, subject_ids=list(subject_ids))
    return {row.subject_id: row.id for row in rows}


def states(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """States of items."""
    return {row.id: row.state for row in tx.all(_STATES, ids=list(ids))}


def ended(tx: Tx, ids: Iterable[int]) -> list[Row]:
    """Items with what they are about and the decision that they have."""
    return tx.all(_ENDED, ids=list(ids))


def counts(tx: Tx, intake_ids: Iterable[int]) -> list[Row]:
    """(intake_id, state, n): how many items of intakes are in each state."""
    return tx.all(_COUNTS, ids=list(intake_ids))


def made_at(tx: Tx, ids: Iterable[int]) -> dict[int, int]:
    """When decisions were made."""
    return {row.id: row.created_at for row in tx.all(_MADE_AT, ids=list(ids))}


def subjects(tx: Tx, ids: Iterable[int]) -> list[Row]:
    """(id, kind, ref_id, version, author_id) of pending items that are about something."""
    return tx.all(_SUBJECTS, ids=list(ids))


def insert_items(tx: Tx, case_id: int, claims: Sequence[str]) -> list[int]:
    """Store pending items about which nothing is known yet; returns their ids in order."""
    ids = [tx.new_id() for _ in claims]
    blank: dict[str, Any] = {
        "case_id": case_id,
        "subject_id": None,
        "snapshot_id": None,
        "resolution": "none",
        "state": "pending",
        "duplicate_of": None,
        "decision_id": None,
        "evidence_hash": None,
        "note": "",
        "settled_by": None,
        "settled_at": None,
        "created_at": tx.now,
        "version": 1,
    }
    rows = [{"id": item_id, "claim": claim, **blank} for item_id, claim in zip(ids, claims, strict=True)]
    tx.insert_many(case_item, rows)
    return ids


def attach(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Say what items are about: subject, snapshot, its digest, how it was found, and a note."""
    if rows:
        tx.run_many(_ATTACH, rows)


def standing(tx: Tx, kind: str, refs: Iterable[int]) -> list[Row]:
    """(ref_id, kind, decision_id) of what people put into force about things, oldest first."""
    wanted = list(refs)
    return tx.all(_STANDING, kind=kind, refs=wanted) if wanted else []


def held(tx: Tx, refs: Iterable[int]) -> dict[int, int]:
    """Which decision holds each of these posts, the oldest of several; those that nothing holds are left out."""
    wanted = list(refs)
    return {row.ref_id: row.decision_id for row in tx.all(_HELD, refs=wanted)} if wanted else {}


def decided(tx: Tx, kind: str, refs: Iterable[int]) -> list[Row]:
    """(subject_ref, id, outcome, created_at) of people's decisions about things, oldest first."""
    wanted = list(refs)
    return tx.all(_DECIDED, kind=kind, refs=wanted) if wanted else []


def with_decision_elsewhere(tx: Tx, case_id: int, decision_id: int) -> list[Row]:
    """(id, case_id) of items of letters that have a decision of another case; at most 500."""
    return tx.all(_WITH_DECISION, case_id=case_id, decision_id=decision_id)


def pending_elsewhere(tx: Tx, case_id: int, kind: str, ref: int) -> list[Row]:
    """(id, case_id) of pending items of letters about a thing, outside a case; at most 500."""
    return tx.all(_ELSEWHERE, case_id=case_id, kind=kind, ref=ref)
