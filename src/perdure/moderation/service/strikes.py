"""Strikes: a projection of decisions with weights and ends. Nobody counts them by hand; a warning adds none."""

from typing import Any, Final

from perdure.kernel.db import Row, Tx
from perdure.moderation.model.decisions import PolicyText, Standing, StrikeView
from perdure.moderation.queries import decisions as queries
from perdure.moderation.tables.decisions import strike

_DAY_MS: Final = 86_400_000
# From this many points on the house proposes: what, and for how many days.
_LADDER: Final = (
    (10, "account_ban", None),
    (7, "account_suspend", 30),
    (5, "account_suspend", 7),
    (3, "account_freeze", 1),
    (1, "warn", None),
)


def give_in(tx: Tx, decision_id: int, account_id: int, policy: PolicyText) -> None:
    """Note the strike that a decision carries."""
    until = None if policy.strike_days is None else tx.now + policy.strike_days * _DAY_MS
    tx.insert_new(
        strike,
        decision_id=decision_id,
        account_id=account_id,
        policy_id=policy.id,
        weight=policy.strike_weight,
        until=until,
        permanent=until is None,
        reversed_by=None,
        created_at=tx.now,
    )


def take_back_in(tx: Tx, decision_id: int, by_decision: int) -> None:
    """The decision no longer holds, and its strike neither."""
    tx.update(strike, {"decision_id": decision_id}, reversed_by=by_decision)


def values_of(carrying: Row, reversed_by: int | None) -> dict[str, Any]:
    """The columns of the strike that a decision carries; of the decision and its house rule."""
    until = None if carrying.strike_days is None else carrying.created_at + carrying.strike_days * _DAY_MS
    return {
        "account_id": carrying.author_id,
        "policy_id": carrying.policy_id,
        "weight": carrying.strike_weight,
        "until": until,
        "permanent": until is None,
        "reversed_by": reversed_by,
        "created_at": carrying.created_at,
    }


def put_in(tx: Tx, decision_id: int, values: dict[str, Any]) -> None:
    """Make a decision's strike say this."""
    tx.upsert(strike, ("decision_id",), decision_id=decision_id, **values)


def drop_in(tx: Tx, decision_id: int) -> None:
    """Take away a strike that no decision carries."""
    tx.delete(strike, decision_id=decision_id)


def standing_in(tx: Tx, account_id: int) -> Standing:
    """What an account's strikes add up to now, and what the house proposes; a person decides."""
    views = tuple(_view(tx, row) for row in queries.strikes(tx, account_id))
    total = sum(one.weight for one in views if one.counts)
    proposed = next(((what, days) for points, what, days in _LADDER if total >= points), ("nothing", None))
    return Standing(total, views, *proposed)


def _view(tx: Tx, row: Row) -> StrikeView:
    counts = row.reversed_by is None and (row.until is None or row.until > tx.now)
    return StrikeView(row.decision_id, row.account_id, row.key, row.weight, row.until, row.created_at, counts)
