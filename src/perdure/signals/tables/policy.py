"""Versions of the action matrix, and enforcements that wait for their random moment."""

from typing import Final

from perdure.kernel.db import BigId, Column, Index, Integer, Millis, Table, Text, metadata

# Published versions are frozen: a change is a new row.
action_matrix: Final = Table(
    "action_matrix",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),  # TOML, as written
    Column("digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
)

pending_action: Final = Table(
    "pending_action",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("flagged_json", Text, nullable=False),  # the event to be told then
    Column("due_at", Millis, nullable=False),
    Index("ix_pending_action_due_at", "due_at"),
)
