"""Direct conversations as each participant sees them."""

from typing import Final

from perdure.kernel.db import (
    BigId,
    Boolean,
    Column,
    Index,
    Millis,
    Table,
    UniqueConstraint,
    metadata,
)

# One row a participant and thread. ``last_post_id`` is also the cursor of the list: ids sort by time.
conversation: Final = Table(
    "conversation",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, nullable=False),
    Column("thread_id", BigId, nullable=False),
    Column("last_post_id", BigId, nullable=False),
    Column("unread", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("account_id", "thread_id"),
    Index("ix_conversation_account_last", "account_id", "last_post_id"),
)

conversation_post: Final = Table(
    "conversation_post",
    metadata,
    Column("conversation_id", BigId, primary_key=True, autoincrement=False),
    Column("post_id", BigId, primary_key=True, autoincrement=False),
    Index("ix_conversation_post_post_id", "post_id"),
)

conversation_member: Final = Table(
    "conversation_member",
    metadata,
    Column("conversation_id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, primary_key=True, autoincrement=False),
)
