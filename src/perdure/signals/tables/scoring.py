"""What scoring saw: one row a finding, never changed (I11), and which rules are switched off or on."""

from typing import Final

from perdure.kernel.db import BigId, Boolean, Column, Index, Integer, Millis, Table, Text, metadata

signal: Final = Table(
    "signal",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigId, nullable=False),
    Column("subject_version", Integer, nullable=False),
    Column("source", Text, nullable=False),  # rule, classifier, …
    Column("name", Text, nullable=False),  # of the rule or the model
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of exactly that rule; the model's name says which it is
    Column("policy", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("score_permille", Integer, nullable=False),
    Column("view", Text, nullable=False),  # which view of the text it saw
    Column("language", Text, nullable=False),
    Column("fired_json", Text, nullable=False),  # the folded words that made it fire
    Column("may_hold", Boolean, nullable=False),
    Column("action", Text, nullable=False),  # what the matrix made of it
    Column("matrix_version", Integer, nullable=False),
    Column("created_at", Millis, nullable=False),
    Index("ix_signal_subject", "subject_kind", "subject_id", "id"),
    Index("ix_signal_name", "name", "id"),
)

# One row for each version of a subject that a classifier read.
score: Final = Table(
    "score",
    metadata,
    Column("subject_kind", Text, primary_key=True),
    Column("subject_id", BigId, primary_key=True, autoincrement=False),
    Column("subject_version", Integer, primary_key=True, autoincrement=False),
    Column("hate", Integer, nullable=False),  # permille, as are the others
    Column("abuse", Integer, nullable=False),
    Column("threat", Integer, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("model", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("view", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
)

rule_state: Final = Table(
    "rule_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("changed_by", BigId),
    Column("changed_at", Millis, nullable=False),
)
