"""What moderators keep for themselves, look at and do."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from perdure.kernel.db import Row, Tx, any_of, sql
from perdure.moderation.model import OPEN_STATES, QueueFilter, SavedFilter
from perdure.moderation.queries.cases import one_of
from perdure.moderation.tables.cases import (
    case_lease,
    moderation_case,
    moderator_exposure,
    moderator_preference,
    saved_filter,
)

_EXPOSURE = sql(
    select(moderator_exposure).where(
        moderator_exposure.c.account_id == bindparam("account_id"), moderator_exposure.c.day == bindparam("day")
    )
)
_FILTERS = sql(
    select(saved_filter).where(saved_filter.c.account_id == bindparam("account_id")).order_by(saved_filter.c.name)
)
_OPTED_OUT = sql(
    select(moderator_preference.c.opted_out_json).where(moderator_preference.c.account_id == bindparam("account_id"))
)
_ASSIGNED = sql(
    select(moderation_case.c.assigned_to, func.count().label("found"))
    .where(any_of(moderation_case.c.assigned_to, "ids"), one_of(moderation_case.c.state, OPEN_STATES))
    .group_by(moderation_case.c.assigned_to)
)
_HOLDING = sql(
    select(case_lease.c.holder_id, func.count().label("found"))
    .where(
        case_lease.c.live_case_id.is_not(None),
        case_lease.c.until > bindparam("now"),
        any_of(case_lease.c.holder_id, "ids"),
    )
    .group_by(case_lease.c.holder_id)
)
_DECIDED = sql(
    select(moderation_case.c.decided_by, func.count().label("found"))
    .where(moderation_case.c.decided_at > bindparam("since"), any_of(moderation_case.c.decided_by, "ids"))
    .group_by(moderation_case.c.decided_by)
)
_HANDLED = sql(
    select(case_lease.c.holder_id, case_lease.c.granted_at, case_lease.c.ended_at)
    .join(moderation_case, moderation_case.c.id == case_lease.c.case_id)
    .where(
        case_lease.c.granted_at > bindparam("since"),
        case_lease.c.ended_at.is_not(None),
        moderation_case.c.decided_by == case_lease.c.holder_id,
        any_of(case_lease.c.holder_id, "ids"),
    )
    .limit(5000)
)
_VIEWED = sql(
    select(moderator_exposure.c.account_id, moderator_exposure.c["items"]).where(
        moderator_exposure.c.day == bindparam("day"), any_of(moderator_exposure.c.account_id, "ids")
    )
)


def exposure(tx: Tx, account_id: int, day: int) -> Row | None:
    """What somebody looked at on a day."""
    return tx.first(_EXPOSURE, account_id=account_id, day=day)


def store_exposure(tx: Tx, **values: Any) -> None:
    """Set what somebody looked at on a day."""
    tx.upsert(moderator_exposure, ("account_id", "day"), **values)


def filters(tx: Tx, account_id: int) -> list[SavedFilter]:
    """The filters somebody keeps, by name."""
    return [
        SavedFilter(row.id, row.name, msgspec.json.decode(row.filter_json, type=QueueFilter))
        for row in tx.all(_FILTERS, account_id=account_id)
    ]


def store_filter(tx: Tx, account_id: int, name: str, kept: QueueFilter) -> None:
    """Keep a filter; one of the same name is replaced."""
    tx.delete(saved_filter, account_id=account_id, name=name)
    text = msgspec.json.encode(kept).decode()
    tx.insert(saved_filter, id=tx.new_id(), account_id=account_id, name=name, filter_json=text, created_at=tx.now)


def forget_filter(tx: Tx, account_id: int, filter_id: int) -> bool:
    """Forget a filter; tells whether there was one."""
    return tx.delete(saved_filter, account_id=account_id, id=filter_id) > 0


def opted_out(tx: Tx, account_id: int) -> tuple[str, ...]:
    """Keys of house rules whose cases are not handed to somebody."""
    found = tx.scalar(_OPTED_OUT, account_id=account_id)
    return () if found is None else msgspec.json.decode(found, type=tuple[str, ...])


def opt_out(tx: Tx, account_id: int, policies: tuple[str, ...]) -> None:
    """Set which cases are not handed to somebody."""
    text = msgspec.json.encode(policies).decode()
    tx.upsert(moderator_preference, ("account_id",), account_id=account_id, opted_out_json=text, updated_at=tx.now)


def load_of(tx: Tx, ids: list[int], since: int, day: int) -> dict[str, dict[int, int]]:
    """By kind (assigned, holding, decided, viewed) and account: how many."""
    return {
        "assigned": {row.assigned_to: row.found for row in tx.all(_ASSIGNED, ids=ids)},
        "holding": {row.holder_id: row.found for row in tx.all(_HOLDING, ids=ids, now=tx.now)},
        "decided": {row.decided_by: row.found for row in tx.all(_DECIDED, ids=ids, since=since)},
        "viewed": {row.account_id: row.items for row in tx.all(_VIEWED, ids=ids, day=day)},
    }


def handling_times(tx: Tx, ids: list[int], since: int) -> dict[int, list[int]]:
    """How long somebody held each case that they then decided, in milliseconds."""
    found: dict[int, list[int]] = {}
    for row in tx.all(_HANDLED, ids=ids, since=since):
        found.setdefault(row.holder_id, []).append(row.ended_at - row.granted_at)
    return found
