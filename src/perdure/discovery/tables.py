"""What discovery keeps."""

from perdure.kernel.db import BigId, Column, ForeignKey, Integer, Millis, Table, metadata

suggestion_dismissal = Table(
    "suggestion_dismissal",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("target_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("created_at", Millis, nullable=False),
)

# What happened in each week, from Monday 00:00 UTC on, as far as it was counted while it happened.
site_week = Table(
    "site_week",
    metadata,
    Column("begins_at", Millis, primary_key=True, autoincrement=False),
    Column("posts", Integer, nullable=False),
    Column("logins", Integer, nullable=False),
    Column("registrations", Integer, nullable=False),
)
