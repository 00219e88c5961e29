"""Reports as their authors look for them."""

from functools import cache

from sqlalchemy import bindparam, not_, select

from perdure.kernel.db import Query, Row, Tx, any_of, sql
from perdure.moderation.model import OPEN_STATES
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import case_item, intake, intake_item, moderation_case, subject

_i = intake.c
_BY_TOKEN = sql(select(intake).where(_i.token_hash == bindparam("token_hash")))
_ITEMS = sql(
    select(
        intake_item.c.intake_id,
        case_item.c.claim,
        case_item.c.state,
        case_item.c.settled_at,
        case_item.c.decision_id,
        subject.c.kind,
        subject.c.ref_id,
    )
    .join(case_item, case_item.c.id == intake_item.c.item_id)
    .outerjoin(subject, subject.c.id == case_item.c.subject_id)
    .where(any_of(intake_item.c.intake_id, "ids"))
    .order_by(case_item.c.id)
)


@cache
def _page(*, resolved: bool | None, target: bool, ascending: bool) -> Query:
    chosen = select(intake).where(
        _i.reporter_id == bindparam("reporter_id"), _i.id > bindparam("lower"), _i.id < bindparam("upper")
    )
    if resolved is not None:
        chosen = chosen.where(_i.told_at.is_not(None) if resolved else _i.told_at.is_(None))
    if target:
        chosen = chosen.where(_i.target_id == bindparam("target_id"))
    return sql(chosen.order_by(_i.id if ascending else _i.id.desc()).limit(bindparam("most")))


def page(
    tx: Tx,
    reporter_id: int,
    resolved: bool | None,  # noqa: FBT001 - as the client API has it: yes, no, or both
    target_id: int,
    *,
    lower: int,
    upper: int,
    most: int,
    ascending: bool,
) -> list[Row]:
    """A page of somebody's reports, newest first."""
    values = {"reporter_id": reporter_id, "lower": lower, "upper": upper, "most": most}
    if target_id:
        values["target_id"] = target_id
    found = tx.all(_page(resolved=resolved, target=bool(target_id), ascending=ascending), **values)
    return found[::-1] if ascending else found


@cache
def _search(*, resolved: bool, reporter: bool, target: bool, ascending: bool) -> Query:
    chosen = (
        select(intake)
        .join(moderation_case, moderation_case.c.id == _i.case_id)
        .where(_i.authority != "machine", _i.id > bindparam("lower"), _i.id < bindparam("upper"))
    )
    is_open = one_of(moderation_case.c.state, OPEN_STATES)
    chosen = chosen.where(not_(is_open) if resolved else is_open)
    if reporter:
        chosen = chosen.where(_i.reporter_id == bindparam("reporter_id"))
    if target:
        chosen = chosen.where(_i.target_id == bindparam("target_id"))
    return sql(chosen.order_by(_i.id if ascending else _i.id.desc()).limit(bindparam("most")))


def search(
    tx: Tx, *, resolved: bool, reporter_id: int, target_id: int, lower: int, upper: int, most: int, ascending: bool
) -> list[Row]:
    """A page of what people reported, newest first, of anybody."""
    values = {"lower": lower, "upper": upper, "most": most}
    values |= {"reporter_id": reporter_id} if reporter_id else {}
    values |= {"target_id": target_id} if target_id else {}
    query = _search(resolved=resolved, reporter=bool(reporter_id), target=bool(target_id), ascending=ascending)
    found = tx.all(query, **values)
    return found[::-1] if ascending else found


def items_of(tx: Tx, ids: list[int]) -> dict[int, list[Row]]:
    """By intake: claim, state, settled_at, decision_id, and kind and ref_id of what was found."""
    found: dict[int, list[Row]] = {}
    for row in tx.all(_ITEMS, ids=ids) if ids else []:
        found.setdefault(row.intake_id, []).append(row)
    return found


def by_token(tx: Tx, token_hash: str) -> Row | None:
    """The intake of a receipt."""
    return tx.first(_BY_TOKEN, token_hash=token_hash)
