"""What an authority ordered about a thing: out of sight, perhaps without a word to its author (TCO Arts 3, 4, 11)."""

from typing import Final

from perdure.kernel.db import BigId, Boolean, Column, Index, Millis, Table, Text, metadata

# While one is in force the thing stays out of sight, whatever else is decided about it.
ordered: Final = Table(
    "ordered",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("order_id", BigId, nullable=False),  # of the desk
    Column("subject_kind", Text, nullable=False),
    Column("ref_id", BigId, nullable=False),
    Column("author_id", BigId),
    Column("case_id", BigId, nullable=False),
    Column("decision_id", BigId, nullable=False),
    Column("reference", Text, nullable=False),  # of the order, for the record of what it suppresses
    Column("state", Text, nullable=False),  # in_force, ended
    Column("silent_until", Millis),  # until then nobody tells the author
    Column("drill", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("ended_at", Millis),
    Index("ix_ordered_subject", "subject_kind", "ref_id", "state"),
    Index("ix_ordered_order_id", "order_id"),
    Index("ix_ordered_author_id", "author_id", "silent_until"),
)
