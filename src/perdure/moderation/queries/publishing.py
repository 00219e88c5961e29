"""Rows of decisions as they are published."""

from typing import Final

from sqlalchemy import bindparam, exists, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.model.decisions import UNDO_MS
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import intake
from perdure.moderation.tables.decisions import decision, notice_out, policy_version

_d, _p, _i, _n = decision.c, policy_version.c, intake.c, notice_out.c
ORDERED: Final = exists().where(
    _i.case_id == _d.case_id, one_of(_i.authority, ("member_state", "court")), _i.received_at <= _d.created_at
)
"""A decision that an authority or a court asked for."""
_SUPPRESSED: Final = exists().where(_n.decision_id == _d.id, _n.audience == "author", _n.state == "suppressed")
_back: Final = decision.alias("back")
_UNDONE: Final = exists().where(
    _back.c.supersedes == _d.id, _back.c.outcome == "reversed", _back.c.created_at <= _d.created_at + UNDO_MS
)
_STATEMENT: Final = (
    select(
        decision,
        _p.key,
        _p.titles_json,
        _p.texts_json,
        ORDERED.label("under_order"),
        _SUPPRESSED.label("suppressed"),
        _UNDONE.label("undone"),
    )
    .select_from(decision)
    .outerjoin(policy_version, _p.id == _d.policy_id)
)
_AFTER = sql(
    _STATEMENT.where(_d.id > bindparam("after"), _d.created_at <= bindparam("until"))
    .order_by(_d.id)
    .limit(bindparam("most"))
)
_MANY = sql(_STATEMENT.where(any_of(_d.id, "ids")).order_by(_d.id))


def after(tx: Tx, decision_id: int, until: int, most: int) -> list[Row]:
    """Decisions behind an id that were made until an instant, the oldest first."""
    return tx.all(_AFTER, after=decision_id, until=until, most=most)


def many(tx: Tx, ids: list[int]) -> list[Row]:
    """Decisions of these ids."""
    return tx.all(_MANY, ids=ids)
