"""What people decided about what may trend."""

from perdure.kernel.db import BigId, Column, Index, Integer, Millis, Table, Text, metadata

# What waits for a person, what a person said, and what a decision blocks. One row a thing.
trend_review = Table(
    "trend_review",
    metadata,
    Column("kind", Text, primary_key=True),  # tag, post, link, publisher, account
    Column("key", Text, primary_key=True),  # a folded hashtag, an id, a host
    Column("state", Text, nullable=False),  # waiting, approved, rejected
    Column("reason", Text, nullable=False),  # why it waits, or why somebody decided as they did
    Column("decision_id", BigId),  # of a block by decision
    Column("until", Millis),  # end of the block; none: until it is taken back
    Column("reviewer_id", BigId),
    Column("reviewed_at", Millis),
    Column("asked_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_trend_review_state_asked_at", "state", "asked_at"),
    Index("ix_trend_review_decision_id", "decision_id"),
)
