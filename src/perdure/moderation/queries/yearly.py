"""Counts for a yearly report, in a pass over each table. A period is from ``first`` to before ``end`` (ms)."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, case, cast, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.queries.cases import one_of
from perdure.moderation.queries.publishing import ORDERED
from perdure.moderation.tables.cases import intake, moderation_case
from perdure.moderation.tables.decisions import appeal, decision
from perdure.moderation.tables.misuse import misuse_measure

_d, _i, _c, _a, _m = decision.c, intake.c, moderation_case.c, appeal.c, misuse_measure.c
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000


def _within(column: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= bindparam("first"), column < bindparam("end")


def _whole(column: ColumnElement[Any], unit: int) -> ColumnElement[Any]:
    """How many whole units; both engines divide integers downwards here, since nothing is negative."""
    return cast((column - column % unit) / unit, BigInteger)


_FACTS: Final = (
    select(
        _d.outcome,
        _d.decision_ground.label("ground"),
        _d.source_type.label("source"),
        func.coalesce(_d.category, "").label("category"),
        _d.decision_visibility_json.label("visibility_json"),
        _d.decision_account.label("account"),
        _d.decision_provision.label("provision"),
        _d.decision_monetary.label("monetary"),
        _d.automated_detection,
        _d.automated_decision,
        case((ORDERED, 1), else_=0).label("under_order"),
    )
    .where(*_within(_d.created_at), _d.drill.is_(False))
    .subquery()
)
_DECISIONS = sql(select(*_FACTS.c, func.count().label("n")).group_by(*_FACTS.c).order_by(*_FACTS.c))
_TOOK: Final = case(
    (_i.outcome.is_not(None), _whole(func.coalesce(_c.decided_at, _i.told_at) - _i.received_at, _MINUTE_MS)), else_=-1
)
_ASKED: Final = (
    select(
        _i.authority,
        _i.policy,
        func.coalesce(_i.outcome, "open").label("outcome"),
        _i.verified,
        _TOOK.label("took"),
    )
    .join(moderation_case, _c.id == _i.case_id)
    .where(*_within(_i.received_at), _i.authority != "machine", _c.drill.is_(False))
    .subquery()
)
_NOTICES = sql(select(*_ASKED.c, func.count().label("n")).group_by(*_ASKED.c).order_by(*_ASKED.c))
_OBJECTED: Final = (
    select(
        _a.kind,
        _a.party,
        func.coalesce(_d.decision_ground, "none").label("ground"),
        _a.state.label("outcome"),
        case((_d.automated_decision == "fully", 1), else_=0).label("automated"),
        case((_a.decided_at.is_not(None), _whole(_a.decided_at - _a.created_at, _HOUR_MS)), else_=-1).label("took"),
    )
    .join(decision, _d.id == _a.decision_id)
    .where(*_within(_a.created_at), _d.drill.is_(False))
    .subquery()
)
_COMPLAINTS = sql(select(*_OBJECTED.c, func.count().label("n")).group_by(*_OBJECTED.c).order_by(*_OBJECTED.c))
_BROUGHT: Final = (
    select(
        func.coalesce(_i.source, "other").label("source"),
        func.coalesce(_c.language, "").label("language"),
        case((one_of(_i.outcome, ("upheld", "partly")), 1), else_=0).label("right"),
        case((_i.outcome == "dismissed", 1), else_=0).label("wrong"),
    )
    .join(moderation_case, _c.id == _i.case_id)
    .where(*_within(_i.received_at), _i.authority == "machine", _c.drill.is_(False))
    .subquery()
)
_TOOLS = sql(
    select(
        _BROUGHT.c.source,
        _BROUGHT.c.language,
        func.count().label("found"),
        func.sum(_BROUGHT.c.right).label("right"),
        func.sum(_BROUGHT.c.wrong).label("wrong"),
    )
    .group_by(_BROUGHT.c.source, _BROUGHT.c.language)
    .order_by(_BROUGHT.c.source, _BROUGHT.c.language)
)


_MEASURES = sql(
    select(_m.role, _m.kind, func.count().label("n"))
    .where(*_within(_m.created_at))
    .group_by(_m.role, _m.kind)
    .order_by(_m.role, _m.kind)
)


def decisions(tx: Tx, first: int, end: int) -> list[Row]:
    """Decisions that are alike, counted."""
    return tx.all(_DECISIONS, first=first, end=end)


def notices(tx: Tx, first: int, end: int) -> list[Row]:
    """What people and authorities asked for, by outcome and whole minutes (-1: still open), counted."""
    return tx.all(_NOTICES, first=first, end=end)


def complaints(tx: Tx, first: int, end: int) -> list[Row]:
    """Appeals by outcome and whole hours (-1: still open), counted."""
    return tx.all(_COMPLAINTS, first=first, end=end)


def tools(tx: Tx, first: int, end: int) -> list[Row]:
    """What machines brought before people."""
    return tx.all(_TOOLS, first=first, end=end)


def measures(tx: Tx, first: int, end: int) -> list[Row]:
    """Warnings and suspensions against misuse, counted."""
    return tx.all(_MEASURES, first=first, end=end)
