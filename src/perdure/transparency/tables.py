"""Statements on their way to the Transparency Database, and the reports that were published (safety.md §4.1, §4.2)."""

from typing import Final

from perdure.kernel.db import (
    BigId,
    Column,
    Index,
    Integer,
    LargeBinary,
    Millis,
    Table,
    Text,
    UniqueConstraint,
    metadata,
)

# One for every decision, so that what was published and what was decided can be reconciled.
statement: Final = Table(
    "statement",
    metadata,
    Column("decision_id", BigId, primary_key=True, autoincrement=False),
    Column("puid", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),  # transparency.model.StatementState
    Column("reason", Text, nullable=False),  # why it is not owed, or withheld
    Column("document_json", Text, nullable=False),  # as it is sent; empty where it is not owed
    Column("uuid", Text, nullable=False),  # of the database, once it has the statement
    Column("attempts", Integer, nullable=False),
    Column("errors_json", Text, nullable=False),  # what the database refused, by field
    Column("next_at", Millis),  # when it is to be sent, or asked for
    Column("decided_at", Millis, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("sent_at", Millis),
    Column("accepted_at", Millis),
    Index("ix_statement_due", "state", "next_at"),
    Index("ix_statement_accepted_at", "accepted_at"),
    Index("ix_statement_decided_at", "decided_at", "state"),
)

# A correction is a new version; all stay public.
transparency_report: Final = Table(
    "transparency_report",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("from_at", Millis, nullable=False),
    Column("until_at", Millis, nullable=False),
    Column("document_json", Text, nullable=False),  # transparency.model.Report
    Column("archive", LargeBinary, nullable=False),  # zip of the CSV files
    Column("digest", Text, nullable=False),  # SHA-256 of the archive, hex
    Column("why", Text, nullable=False),  # of a correction
    Column("published_by", BigId),
    Column("published_at", Millis, nullable=False),
    UniqueConstraint("year", "number"),
)
