"""Events, and one delivery row for each subscriber that still has to see one."""

from perdure.kernel.db import BigId, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

outbox_event = Table(
    "outbox_event",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False),  # the event as JSON
    Column("created_at", Millis, nullable=False),
)

outbox_delivery = Table(
    "outbox_delivery",
    metadata,
    Column("event_id", BigId, ForeignKey("outbox_event.id"), primary_key=True),
    Column("subscriber", Text, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("available_at", Millis, nullable=False),  # not before; a lease moves it into the future
    Column("dead_at", Millis),  # given up: a person looks at it and replays it
    Column("error", Text),
    Index("ix_outbox_delivery_due", "subscriber", "dead_at", "available_at", "event_id"),
)
