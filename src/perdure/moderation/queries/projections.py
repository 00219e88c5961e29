"""Reading, in pages, what projections are computed from: actions, decisions that carry a strike, events of cases."""

from sqlalchemy import BindParameter, and_, bindparam, exists, func, not_, or_, select, tuple_

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.tables.cases import case_event, intake, moderation_case
from perdure.moderation.tables.decisions import decision, moderation_action, policy_version, strike

_a, _d, _s, _e, _p = moderation_action.c, decision.c, strike.c, case_event.c, policy_version.c
_MOST: BindParameter[int] = bindparam("most")
_PLACES = sql(
    select(_a.subject_kind, _a.ref_id)
    .where(tuple_(_a.subject_kind, _a.ref_id) > tuple_(bindparam("kind"), bindparam("ref")))
    .distinct()
    .order_by(_a.subject_kind, _a.ref_id)
    .limit(_MOST)
)
_CARRYING = sql(
    select(_d.id, _d.author_id, _d.created_at, _d.policy_id, _p.strike_weight, _p.strike_days)
    .join(policy_version, _p.id == _d.policy_id)
    .where(_d.carries_strike.is_(True), _d.id > bindparam("after"))
    .order_by(_d.id)
    .limit(_MOST)
)
_TAKEN_BACK = sql(
    select(_d.supersedes, func.max(_d.id).label("id"))
    .where(any_of(_d.supersedes, "ids"), _d.outcome == "reversed")
    .group_by(_d.supersedes)
)
_STRIKES = sql(select(strike).where(any_of(_s.decision_id, "ids")))
_STRAY = sql(
    select(_s.decision_id)
    .where(not_(exists().where(and_(_d.id == _s.decision_id, _d.carries_strike.is_(True)))))
    .order_by(_s.decision_id)
    .limit(_MOST)
)
_CASES = sql(
    select(moderation_case.c.id)
    .where(moderation_case.c.id > bindparam("after"))
    .order_by(moderation_case.c.id)
    .limit(_MOST)
)
_MOVES = or_(
    *(_e.kind == kind for kind in ("received", "leased", "escalated", "decided", "closed", "reopened")),
    _e.kind.like("lease.%"),
)
_MOVED = sql(
    select(_e.kind, _e.actor_id, _e.created_at)
    .where(_e.case_id == bindparam("case_id"), _MOVES)
    .order_by(_e.id.desc())
    .limit(1)
)
_INTAKES = sql(select(func.count()).select_from(intake).where(intake.c.case_id == bindparam("case_id")))


def places(tx: Tx, after: tuple[str, int], most: int) -> list[tuple[str, int]]:
    """What actions ever fell on, by kind and id."""
    return [(row.subject_kind, row.ref_id) for row in tx.all(_PLACES, kind=after[0], ref=after[1], most=most)]


def carrying(tx: Tx, after: int, most: int) -> list[Row]:
    """Decisions that carry a strike: id, author_id, created_at, policy_id, strike_weight, strike_days."""
    return tx.all(_CARRYING, after=after, most=most)


def taken_back(tx: Tx, ids: list[int]) -> dict[int, int]:
    """Which decision took each of these back last."""
    return {row.supersedes: row.id for row in tx.all(_TAKEN_BACK, ids=ids)} if ids else {}


def strikes(tx: Tx, ids: list[int]) -> dict[int, Row]:
    """Strikes by their decision."""
    return {row.decision_id: row for row in tx.all(_STRIKES, ids=ids)} if ids else {}


def stray_strikes(tx: Tx, most: int) -> list[int]:
    """Decisions that carry no strike and have one all the same."""
    return tx.column(_STRAY, most=most)


def cases(tx: Tx, after: int, most: int) -> list[int]:
    """Every case, oldest first."""
    return tx.column(_CASES, after=after, most=most)


def last_move(tx: Tx, case_id: int) -> Row | None:
    """The last event that moved a case: kind, actor_id, created_at."""
    return tx.first(_MOVED, case_id=case_id)


def intakes(tx: Tx, case_id: int) -> int:
    """How many intakes a case was opened and joined by."""
    return int(tx.scalar(_INTAKES, case_id=case_id))
