"""Measures against misuse (DSA Art 23): of those who often post what is unlawful, or often ask without ground."""

from typing import Final

from sqlalchemy import CheckConstraint

from perdure.kernel.db import BigId, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

misuse_measure: Final = Table(
    "misuse_measure",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),  # poster, notifier, complainant
    Column("party", Text, nullable=False),  # account, sender
    Column("party_id", BigId, nullable=False),
    Column("kind", Text, nullable=False),  # warning, suspension
    Column("state", Text, nullable=False),  # active, ended, lifted
    # The weighing of Art 23(3): how many, of how many, how grave, with which intent.
    Column("counted", Integer, nullable=False),
    Column("of_all", Integer, nullable=False),
    Column("gravity", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("reasons", Text, nullable=False),  # whoever it falls on reads them
    Column("warning_id", BigId, ForeignKey("misuse_measure.id")),  # the warning that came before
    Column("decision_id", BigId, ForeignKey("decision.id")),  # of a poster: what suspends the account
    Column("until", Millis),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
    Column("ended_at", Millis),
    Column("ended_by", BigId),
    Column("end_reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint(
        "kind <> 'suspension' OR (until IS NOT NULL AND warning_id IS NOT NULL)", name="warned_and_bounded"
    ),
    CheckConstraint("reasons <> '' AND gravity <> '' AND intent <> ''", name="weighed"),
    Index("ix_misuse_measure_party", "party", "party_id", "role", "state"),
    Index("ix_misuse_measure_until", "state", "until"),
    Index("ix_misuse_measure_created_at", "created_at"),
)
