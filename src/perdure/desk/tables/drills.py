"""Fire drills of the notice desk: what was injected when, how it went, and what was published of it (safety.md C19)."""

from typing import Final

from perdure.kernel.db import BigId, Boolean, Column, Index, Integer, Millis, Table, Text, metadata

notice_drill: Final = Table(
    "notice_drill",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("plan_key", Text, nullable=False, unique=True),  # month and kind of those that come by themselves
    Column("kind", Text, nullable=False),  # notice, order
    Column("state", Text, nullable=False),  # scheduled, running, scored
    Column("compressed", Boolean, nullable=False),  # what people have a day for counts a sixtieth of it
    Column("by_account", BigId),  # none: by itself, or at the command line
    Column("scheduled_at", Millis, nullable=False),
    Column("injected_at", Millis),
    Column("fixture_hash", Text, nullable=False),  # SHA-256 of the bytes that were injected, hex
    Column("letter_id", BigId),
    Column("case_id", BigId),
    Column("items", Integer, nullable=False),
    Column("receipt_at", Millis),
    Column("resolved_at", Millis),
    Column("held_at", Millis),
    Column("decided_at", Millis),
    Column("answered_at", Millis),
    Column("ends_at", Millis),  # what is not done by then is not counted
    Column("score", Integer),  # 0 to 100
    Column("passed", Boolean),
    Column("scored_at", Millis),
    Column("version", Integer, nullable=False),
    Index("ix_notice_drill_state", "state", "scheduled_at"),
)
