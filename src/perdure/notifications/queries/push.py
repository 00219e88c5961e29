"""Push subscriptions."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from perdure.kernel.db import Row, Tx, sql
from perdure.notifications.model import PushAddress, Subscription
from perdure.notifications.tables import push_subscription

_s = push_subscription.c
_BY_TOKEN = sql(select(push_subscription).where(_s.token_id == bindparam("token_id")))
_BY_ID = sql(select(push_subscription).where(_s.id == bindparam("subscription_id")))
_OF_ACCOUNT = sql(select(push_subscription).where(_s.account_id == bindparam("account_id")))
_FAILED = sql(update(push_subscription).where(_s.id == bindparam("subscription_id")).values(failures=_s.failures + 1))


def _made(row: Row | None) -> Subscription | None:
    if row is None:
        return None
    return Subscription(
        row.id,
        row.token_id,
        row.account_id,
        row.sealed_token,
        PushAddress(row.endpoint, row.p256dh, row.auth, row.standard),
        msgspec.json.decode(row.alerts_json),
        row.policy,
        row.failures,
    )


def by_token(tx: Tx, token_id: int) -> Subscription | None:
    """The subscription of a token."""
    return _made(tx.first(_BY_TOKEN, token_id=token_id))


def by_id(tx: Tx, subscription_id: int) -> Subscription | None:
    """A subscription."""
    return _made(tx.first(_BY_ID, subscription_id=subscription_id))


def of_account(tx: Tx, account_id: int) -> list[Subscription]:
    """Everywhere somebody wants pushes."""
    made = (_made(row) for row in tx.all(_OF_ACCOUNT, account_id=account_id))
    return [each for each in made if each is not None]


def replace(tx: Tx, subscription: Subscription) -> None:
    """Store a subscription in place of the one that its token had."""
    values: dict[str, Any] = msgspec.structs.asdict(subscription)
    values |= msgspec.structs.asdict(values.pop("address"))
    values["alerts_json"] = msgspec.json.encode(values.pop("alerts")).decode()
    tx.upsert(push_subscription, ("token_id",), created_at=tx.now, **values)


def delete(tx: Tx, subscription_id: int) -> None:
    """Forget a subscription."""
    tx.delete(push_subscription, id=subscription_id)


def count_failure(tx: Tx, subscription_id: int) -> None:
    """Count one more message that did not arrive."""
    tx.run(_FAILED, subscription_id=subscription_id)


def clear_failures(tx: Tx, subscription_id: int) -> None:
    """A message arrived."""
    tx.update(push_subscription, {"id": subscription_id}, failures=0)
