"""People and how they prove who they are."""

from perdure.kernel.db import BigId, Boolean, Column, Index, Integer, Millis, Table, Text, metadata

account = Table(
    "account",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("username", Text, nullable=False),
    Column("username_key", Text, nullable=False, unique=True),  # folded: names match without regard to case
    Column("display_name", Text, nullable=False),
    Column("note", Text, nullable=False),  # as typed; HTML is made when it is shown
    Column("fields_json", Text, nullable=False),  # [{"name", "value", "verified_at"}]
    Column("avatar_key", Text),  # storage key; a new upload makes a new key, so the URL changes
    Column("header_key", Text),
    Column("avatar_description", Text, nullable=False),
    Column("header_description", Text, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("discoverable", Boolean, nullable=False),
    Column("indexable", Boolean, nullable=False),
    Column("hide_collections", Boolean, nullable=False),
    Column("role", Text, nullable=False),  # owner, admin, moderator, member
    Column("state", Text, nullable=False),  # active, pending, deactivated, suspended, deleted
    Column("default_visibility", Text, nullable=False),
    Column("default_sensitive", Boolean, nullable=False),
    Column("default_language", Text),
    Column("default_quote_policy", Text, nullable=False),
    Column("followers_count", Integer, nullable=False),
    Column("following_count", Integer, nullable=False),
    Column("statuses_count", Integer, nullable=False),
    Column("last_status_at", Millis),
    Column("created_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),  # grows with every change of what others see of it
    Index("ix_account_state_id", "state", "id"),
)
