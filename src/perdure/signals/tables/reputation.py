"""What is known of the sites that posts link to."""

from typing import Final

from perdure.kernel.db import BigId, Column, Integer, Millis, Table, Text, metadata

domain_reputation: Final = Table(
    "domain_reputation",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("verdict", Text, nullable=False),  # block, warn, none
    Column("policy", Text, nullable=False),  # key of the house rule that it breaks; empty without a verdict
    Column("reason", Text, nullable=False),
    Column("set_by", BigId),
    Column("first_seen_at", Millis, nullable=False),
    Column("posts", Integer, nullable=False),
    Column("removed", Integer, nullable=False),  # of these posts
    Column("updated_at", Millis, nullable=False),
)
