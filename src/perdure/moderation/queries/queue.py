"""The queue. No condition here knows a score or a priority: what is low stands later, never out of view (I6)."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, not_, or_, select

from perdure.kernel.db import Query, Row, Tx, any_of, sql
from perdure.moderation.model import OPEN_STATES, QueueFilter
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import intake, moderation_case

_c = moderation_case.c
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "priority": (_c.sort_key, _c.id),
    "oldest": (_c.opened_at, _c.id),
    "newest": (_c.opened_at.desc(), _c.id.desc()),
    "deadline": (func.coalesce(_c.due_at, 2**62), _c.id),
}
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "undecided": _c.decided_at.is_(None),  # every open state; by this the index gives the order
    "states": any_of(_c.state, "states"),
    "severities": any_of(_c.severity, "severities"),
    "policies": any_of(_c.policy, "policies"),
    "categories": any_of(_c.category, "categories"),
    "queue": _c.queue == bindparam("queue"),
    "human": _c.human,
    "machine": not_(_c.human),
    "me": _c.assigned_to == bindparam("staff"),
    "nobody": _c.assigned_to.is_(None),
    "others": _c.assigned_to != bindparam("staff"),
    "language": _c.language == bindparam("language"),
    "author_id": _c.author_id == bindparam("author_id"),
    "group_key": _c.group_key == bindparam("group_key"),
    "reporter_id": exists().where(intake.c.case_id == _c.id, intake.c.reporter_id == bindparam("reporter_id")),
}
_FREE = one_of(_c.state, ("open", "escalated"))
_MINE = or_(_c.assigned_to.is_(None), _c.assigned_to == bindparam("staff"))


def _names(wanted: QueueFilter) -> frozenset[str]:
    names = {
        name
        for name in (
            "states",
            "severities",
            "policies",
            "categories",
            "queue",
            "language",
            "author_id",
            "group_key",
            "reporter_id",
        )
        if getattr(wanted, name)
    }
    if wanted.states == OPEN_STATES:
        names = names - {"states"} | {"undecided"}
    return frozenset(names | {name for name in (wanted.source, wanted.assigned) if name})


_WITHOUT_VALUE = frozenset({"undecided", "human", "machine", "me", "nobody", "others"})


def _parameters(wanted: QueueFilter, names: frozenset[str], staff_id: int) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in names - _WITHOUT_VALUE}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    return values | ({"staff": staff_id} if names & {"me", "others"} else {})


def _chosen(names: frozenset[str]) -> Select[Any]:
    return select(moderation_case).where(*(_CONDITIONS[name] for name in sorted(names)))


@cache
def _page(names: frozenset[str], order: str) -> Query:
    chosen = _chosen(names).order_by(*_ORDERS[order])
    return sql(chosen.limit(bindparam("most")).offset(bindparam("skip")))


@cache
def _count(names: frozenset[str]) -> Query:
    return sql(select(func.count()).select_from(_chosen(names).subquery()))


@cache
def _next(names: frozenset[str], *, sampled: bool) -> Query:
    """The next case nobody works on. Of two who ask at once each gets another one (SKIP LOCKED)."""
    turned = (_c.draw + bindparam("turn")) % 1000
    order = (turned, _c.id) if sampled else _ORDERS["priority"]
    chosen = _chosen(names - {"states"} | {"undecided"}).where(_FREE, _MINE, not_(any_of(_c.policy, "opted_out")))
    if sampled:
        chosen = chosen.where(_c.severity >= 2)
    return sql(chosen.order_by(*order).limit(1).with_for_update(skip_locked=True))


def page(tx: Tx, wanted: QueueFilter, staff_id: int, *, most: int, skip: int) -> list[Row]:
    """A page of cases in the order asked for."""
    names = _names(wanted)
    return tx.all(_page(names, wanted.order), most=most, skip=skip, **_parameters(wanted, names, staff_id))


def count(tx: Tx, wanted: QueueFilter, staff_id: int) -> int:
    """How many cases a filter shows."""
    names = _names(wanted)
    return int(tx.scalar(_count(names), **_parameters(wanted, names, staff_id)))


def next_free(
    tx: Tx, wanted: QueueFilter, staff_id: int, opted_out: tuple[str, ...], *, turn: int | None
) -> Row | None:
    """The first free case of a filter, locked. With ``turn`` one of the milder ones at random."""
    names = _names(wanted) - {"states"}
    values = _parameters(wanted, names, staff_id) | {"staff": staff_id, "opted_out": list(opted_out)}
    if turn is not None:
        values["turn"] = turn
    return tx.first(_next(names, sampled=turn is not None), **values)


_BY_SEVERITY = sql(
    select(_c.severity, _c.human, func.count().label("found"), func.min(_c.opened_at).label("oldest"))
    .where(one_of(_c.state, OPEN_STATES))
    .group_by(_c.severity, _c.human)
)


def sizes(tx: Tx) -> list[Row]:
    """Open cases by severity and source: severity, human, found, oldest."""
    return tx.all(_BY_SEVERITY)
