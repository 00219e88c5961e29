"""Figures about the work of moderation."""

from sqlalchemy import bindparam, case, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.model import OPEN_STATES
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import case_clock, case_lease, intake, moderation_case
from perdure.moderation.tables.decisions import appeal, decision

_c = moderation_case.c
_MOST = 20_000
_SIZES = sql(
    select(
        _c.severity,
        func.count().label("waiting"),
        func.sum(case((_c.human, 1), else_=0)).label("human"),
        func.min(_c.opened_at).label("oldest"),
        func.sum(case((_c.due_at < bindparam("now"), 1), else_=0)).label("late"),
    )
    .where(one_of(_c.state, OPEN_STATES))
    .group_by(_c.severity)
)
_TIMES = sql(
    select(_c.severity, _c.automated, (_c.decided_at - _c.opened_at).label("took"))
    .where(_c.decided_at > bindparam("since"), _c.reopened == 0)
    .order_by(_c.decided_at.desc())
    .limit(_MOST)
)
_HELD = sql(
    select((case_lease.c.ended_at - case_lease.c.granted_at).label("took"))
    .join(moderation_case, _c.id == case_lease.c.case_id)
    .where(case_lease.c.ended_at > bindparam("since"), _c.decided_by == case_lease.c.holder_id)
    .order_by(case_lease.c.id.desc())
    .limit(_MOST)
)
_HOUR = intake.c.received_at - intake.c.received_at % 3_600_000
_INFLOW = sql(
    select(_HOUR.label("hour"), intake.c.severity, func.count().label("found"))
    .where(intake.c.received_at > bindparam("since"))
    .group_by(_HOUR, intake.c.severity)
    .order_by(_HOUR)
)
_SOURCES = sql(
    select(
        func.coalesce(intake.c.source, intake.c.channel).label("source"),
        intake.c.policy,
        func.count().label("found"),
        func.sum(case((intake.c.outcome == "upheld", 1), (intake.c.outcome == "partly", 1), else_=0)).label("right"),
        func.sum(case((intake.c.outcome == "dismissed", 1), else_=0)).label("wrong"),
    )
    .where(intake.c.received_at > bindparam("since"))
    .group_by(func.coalesce(intake.c.source, intake.c.channel), intake.c.policy)
)
_FLAGS = sql(
    select(intake.c.received_at, intake.c.outcome, intake.c.signal_ids_json)
    .where(intake.c.received_at > bindparam("since"), intake.c.authority == "machine")
    .order_by(intake.c.received_at.desc())
    .limit(_MOST)
)
_BY_FEED = sql(
    select(
        func.coalesce(intake.c.source, intake.c.channel).label("feed"),
        func.sum(case((intake.c.received_at > bindparam("recent"), 1), else_=0)).label("recent"),
        func.count().label("found"),
        func.max(intake.c.received_at).label("last_at"),
    )
    .where(intake.c.received_at > bindparam("since"))
    .group_by(func.coalesce(intake.c.source, intake.c.channel))
)
_CLOCKS = sql(
    select(
        case_clock.c.obligation,
        func.count().label("found"),
        func.sum(case((case_clock.c.late, 1), else_=0)).label("late"),
        func.avg(case_clock.c.met_at - case_clock.c.started_at - case_clock.c.paused_ms).label("took"),
        func.avg(case_clock.c.due_at - case_clock.c.started_at - case_clock.c.paused_ms).label("allowed"),
    )
    .where(case_clock.c.met_at > bindparam("since"), case_clock.c.ends != "time")
    .group_by(case_clock.c.obligation)
    .order_by(case_clock.c.obligation)
)
_DEADLINES = sql(
    select(
        case_clock.c.obligation,
        func.count().label("running"),
        func.sum(case((case_clock.c.due_at < bindparam("now"), 1), else_=0)).label("overdue"),
        func.min(case_clock.c.due_at).label("next_at"),
    )
    .where(case_clock.c.met_at.is_(None), case_clock.c.state != "paused", case_clock.c.ends != "time")
    .group_by(case_clock.c.obligation)
    .order_by(case_clock.c.obligation)
)
_APPEALS = sql(
    select(
        appeal.c.state,
        appeal.c.read_verdict,
        decision.c.outcome,
        decision.c.automated_decision,
        appeal.c.created_at,
        appeal.c.decided_at,
    )
    .join(decision, decision.c.id == appeal.c.decision_id)
    .where(appeal.c.decided_at > bindparam("since"))
    .limit(_MOST)
)
_AUTOMATIC = sql(
    select(func.count())
    .select_from(decision)
    .where(
        decision.c.created_at > bindparam("since"),
        decision.c.actor_id.is_(None),
        decision.c.automated_decision == "fully",
        decision.c.outcome == "restricted",
    )
)


def sizes(tx: Tx) -> list[Row]:
    """Open cases by severity: waiting, human, oldest, late."""
    return tx.all(_SIZES, now=tx.now)


def times(tx: Tx, since: int) -> list[Row]:
    """How long decided cases took from receipt, the newest 20,000: severity, automated, took (ms)."""
    return tx.all(_TIMES, since=since)


def held(tx: Tx, since: int) -> list[int]:
    """How long people held the cases that they decided, in milliseconds."""
    return tx.column(_HELD, since=since)


def inflow(tx: Tx, since: int) -> list[Row]:
    """What came in by hour and severity: hour, severity, found."""
    return tx.all(_INFLOW, since=since)


def sources(tx: Tx, since: int) -> list[Row]:
    """By source and house rule: how much came in, and how much of it was right or wrong."""
    return tx.all(_SOURCES, since=since)


def flags(tx: Tx, since: int) -> list[Row]:
    """What machines brought, the newest 20,000: received_at, outcome, signal_ids_json."""
    return tx.all(_FLAGS, since=since)


def feeds(tx: Tx, since: int, recent: int) -> list[Row]:
    """By source: how much came in since ``since`` and since ``recent``, and when last."""
    return tx.all(_BY_FEED, since=since, recent=recent)


def clocks(tx: Tx, since: int) -> list[Row]:
    """Clocks that ended, by obligation: found, late, and on average how long (ms) it took and might have taken."""
    return tx.all(_CLOCKS, since=since)


def deadlines(tx: Tx) -> list[Row]:
    """Deadlines that run, by obligation: running, overdue, next_at."""
    return tx.all(_DEADLINES, now=tx.now)


def appeals(tx: Tx, since: int) -> list[Row]:
    """Decided appeals with what was decided first."""
    return tx.all(_APPEALS, since=since)


def automatic(tx: Tx, since: int) -> int:
    """How many restrictions no person decided."""
    return int(tx.scalar(_AUTOMATIC, since=since))
