"""The log. Triggers of the first migration refuse UPDATE and DELETE on both engines."""

from perdure.kernel.db import BigId, Column, Index, Millis, Table, Text, metadata

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", Millis, nullable=False),
    Column("actor_id", BigId),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail_json", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_entry_subject", "subject", "seq"),
)
