"""Whom deadlines call, how, and that they did (safety.md §3, C2)."""

from typing import Final

from perdure.kernel.db import (
    BigId,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Millis,
    Table,
    Text,
    metadata,
)

# One reason to call people: a clock came to a stage, or still waits for somebody there.
clock_page: Final = Table(
    "clock_page",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("clock_id", BigId, ForeignKey("case_clock.id"), nullable=False),
    Column("obligation", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("stage", Text, nullable=False),  # warned50, warned80, missed
    Column("repeat", Integer, nullable=False),  # 0: the stage itself
    Column("urgent", Boolean, nullable=False),  # whether it waits for no other
    Column("due_at", Millis, nullable=False),
    Column("round_id", BigId),  # with which others it went out; none: not yet
    Column("created_at", Millis, nullable=False),
    Index("ix_clock_page_round_id", "round_id", "id"),
    Index("ix_clock_page_clock_id", "clock_id", "id"),
)

# What went out together.
page_round: Final = Table(
    "page_round",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("pages", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("created_at", Millis, nullable=False),
)

# One message of a round to one person or program.
page_call: Final = Table(
    "page_call",
    metadata,
    Column("round_id", BigId, ForeignKey("page_round.id"), primary_key=True),
    Column("channel", Text, primary_key=True),  # mail, push, hook
    Column("target_id", BigId, primary_key=True, autoincrement=False),  # account, or page_hook
    Column("delivery_id", BigId),  # of a hook
    Column("sent_at", Millis),  # handed to the mail server, or to the push services of this person
)

# How a member of staff wants to be called, and whether an operator named them for duty.
duty: Final = Table(
    "duty",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("on_call", Boolean, nullable=False),
    Column("mail", Boolean, nullable=False),
    Column("push", Boolean, nullable=False),
    Column("updated_at", Millis, nullable=False),
)

# Programs that are called too: a telephone service, a chat.
page_hook: Final = Table(
    "page_hook",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False, unique=True),
    Column("secret_sealed", Text, nullable=False),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
)
