"""Notifications, who may send them, and where they are pushed."""

from typing import Final

from perdure.kernel.db import (
    BigId,
    Boolean,
    Column,
    Index,
    Integer,
    Millis,
    Table,
    Text,
    UniqueConstraint,
    metadata,
)

# ``post_id`` is 0 where a notification is about nothing in particular, so that the unique key holds; where it is about
# something else than a post, it is that thing's id: a report's.
notification: Final = Table(
    "notification",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_account_id", BigId, nullable=False),
    Column("post_id", BigId, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("filtered", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("account_id", "kind", "from_account_id", "post_id"),
    Index("ix_notification_account_id_id", "account_id", "id"),
    Index("ix_notification_account_group", "account_id", "group_key"),
    Index("ix_notification_post_id", "post_id"),
    Index("ix_notification_from_account_id", "from_account_id"),
)

notification_policy: Final = Table(
    "notification_policy",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("for_not_following", Text, nullable=False),
    Column("for_not_followers", Text, nullable=False),
    Column("for_new_accounts", Text, nullable=False),
    Column("for_private_mentions", Text, nullable=False),
    Column("for_limited_accounts", Text, nullable=False),
)

notification_permission: Final = Table(
    "notification_permission",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("from_account_id", BigId, primary_key=True, autoincrement=False),
    Column("created_at", Millis, nullable=False),
)

notification_request: Final = Table(
    "notification_request",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, nullable=False),
    Column("from_account_id", BigId, nullable=False),
    Column("last_post_id", BigId, nullable=False),
    Column("notifications_count", Integer, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    UniqueConstraint("account_id", "from_account_id"),
)

# ``sealed_token`` is the access token, encrypted with a secret of the site: apps find their account by it.
push_subscription: Final = Table(
    "push_subscription",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("token_id", BigId, nullable=False, unique=True),
    Column("account_id", BigId, nullable=False),
    Column("sealed_token", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("standard", Boolean, nullable=False),
    Column("alerts_json", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("failures", Integer, nullable=False),  # messages in a row that could not be delivered in time
    Column("created_at", Millis, nullable=False),
    Index("ix_push_subscription_account_id", "account_id"),
)
