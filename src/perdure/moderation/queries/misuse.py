"""Rows of measures against misuse, and what counts against somebody."""

from typing import Any, Final

from sqlalchemy import bindparam, case, func, select

from perdure.kernel.db import Row, Tx, sql
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import intake
from perdure.moderation.tables.decisions import appeal, decision
from perdure.moderation.tables.misuse import misuse_measure

_m: Final = misuse_measure.c
_i, _d, _a = intake.c, decision.c, appeal.c
_ONE = sql(select(misuse_measure).where(_m.id == bindparam("measure_id")))
_OF_PARTY: Final = (_m.party == bindparam("party"), _m.party_id == bindparam("party_id"))
_OF = sql(select(misuse_measure).where(*_OF_PARTY).order_by(_m.id.desc()).limit(bindparam("most")))
_STANDING = sql(
    select(misuse_measure)
    .where(
        *_OF_PARTY,
        _m.role == bindparam("role"),
        _m.state == "active",
        _m.kind == bindparam("kind"),
        _m.created_at > bindparam("since"),
    )
    .order_by(_m.id.desc())
    .limit(1)
)
_EVERY = sql(select(misuse_measure).where(_m.id < bindparam("before")).order_by(_m.id.desc()).limit(bindparam("most")))
_DUE = sql(
    select(misuse_measure)
    .where(_m.state == "active", _m.until <= bindparam("now"))
    .order_by(_m.until)
    .limit(bindparam("most"))
)
_WRONG = func.coalesce(func.sum(case((_i.outcome == "dismissed", 1), else_=0)), 0)
_JUDGED = func.coalesce(func.sum(case((one_of(_i.outcome, ("upheld", "partly", "dismissed")), 1), else_=0)), 0)
_ASKED = sql(
    select(_WRONG.label("counted"), _JUDGED.label("of_all")).where(
        _i.reporter_id == bindparam("party_id"), _i.received_at > bindparam("since")
    )
)
_POSTED = sql(
    select(
        func.coalesce(func.sum(case((_d.decision_ground == "illegal", 1), else_=0)), 0).label("counted"),
        func.count().label("of_all"),
    ).where(_d.author_id == bindparam("party_id"), _d.outcome == "restricted", _d.created_at > bindparam("since"))
)
_COMPLAINED = sql(
    select(
        func.coalesce(func.sum(case((_a.state == "upheld", 1), else_=0)), 0).label("counted"),
        func.count().label("of_all"),
    ).where(_a.appellant_id == bindparam("party_id"), _a.decided_at > bindparam("since"))
)
_FIGURES: Final = {"notifier": _ASKED, "poster": _POSTED, "complainant": _COMPLAINED}


def figures(tx: Tx, role: str, party_id: int, since: int) -> tuple[int, int]:
    """What counts against a member since an instant, and out of how much."""
    row = tx.first(_FIGURES[role], party_id=party_id, since=since)
    assert row is not None
    return int(row.counted), int(row.of_all)


def one(tx: Tx, measure_id: int) -> Row | None:
    """A measure."""
    return tx.first(_ONE, measure_id=measure_id)


def of(tx: Tx, party: str, party_id: int, most: int) -> list[Row]:
    """What there was against somebody, newest first."""
    return tx.all(_OF, party=party, party_id=party_id, most=most)


def standing(tx: Tx, role: str, party: str, party_id: int, kind: str, since: int = 0) -> Row | None:
    """The newest active measure of a kind against somebody that was taken since an instant."""
    return tx.first(_STANDING, role=role, party=party, party_id=party_id, kind=kind, since=since)


def every(tx: Tx, before: int, most: int) -> list[Row]:
    """All measures, newest first."""
    return tx.all(_EVERY, before=before, most=most)


def due(tx: Tx, most: int) -> list[Row]:
    """Suspensions whose time is over."""
    return tx.all(_DUE, now=tx.now, most=most)


def insert(tx: Tx, **values: Any) -> int:
    """Keep a measure; returns its id."""
    new_id = tx.new_id()
    blank = {"ended_at": None, "ended_by": None, "end_reason": "", "state": "active", "version": 1}
    tx.insert(misuse_measure, id=new_id, created_at=tx.now, **(blank | values))
    return new_id


def change(tx: Tx, row: Row, **values: Any) -> None:
    """Set columns of a measure and count a new version."""
    tx.update(misuse_measure, {"id": row.id}, version=row.version + 1, **values)
