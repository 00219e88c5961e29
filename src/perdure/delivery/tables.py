"""What is sent to other programs, and what became of it."""

from typing import Final

from perdure.kernel.db import BigId, Column, Index, Integer, Millis, Table, Text, metadata

# One message for one address. What signs it is sealed with the site's key; the payload holds no personal data.
hook_delivery: Final = Table(
    "hook_delivery",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False),
    Column("secret_sealed", Text, nullable=False),
    Column("kind", Text, nullable=False),  # clock.page, letter.opened, …
    Column("payload_json", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),  # of the last answer
    Column("error", Text, nullable=False),  # why it was not taken, the last time
    Column("created_at", Millis, nullable=False),
    Column("sent_at", Millis),
    Column("ended_at", Millis),  # taken, or given up
    Index("ix_hook_delivery_ended_at", "ended_at"),
    Index("ix_hook_delivery_url", "url", "id"),
)
