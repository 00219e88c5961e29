"""The register of what this site owes others and until when, version by version (safety.md §3)."""

from typing import Final

from perdure.kernel.db import (
    BigId,
    Boolean,
    Column,
    Integer,
    Millis,
    Table,
    Text,
    metadata,
)

# One version of one row of the register. Nothing changes one: clocks name the version that they were started by.
obligation: Final = Table(
    "obligation",
    metadata,
    Column("key", Text, primary_key=True),  # tco.order, dsa.notice, provider.aws, house.sev0.limit, …
    Column("number", Integer, primary_key=True, autoincrement=False),  # counts from 1
    Column("titles_json", Text, nullable=False),  # by language: en, fr
    Column("applies", Text, nullable=False),  # yes, no, or the day from which on
    Column("limit_text", Text, nullable=False),  # ISO 8601; empty: without undue delay
    Column("target_text", Text, nullable=False),  # what the house gives itself where there is no limit
    Column("start", Text, nullable=False),  # what the clock counts from
    Column("ends", Text, nullable=False),  # decision, answer, time, other
    Column("pause_json", Text, nullable=False),  # codes of the reasons for which it may stand still
    Column("resume", Text, nullable=False),  # continue, anew
    Column("extend", Boolean, nullable=False),  # whether whoever set the limit may agree to a later one
    Column("hours_json", Text),  # none: all hours
    Column("authorities_json", Text, nullable=False),  # whose letters start its clock by themselves
    Column("severities_json", Text, nullable=False),
    Column("scope", Text, nullable=False),  # case, site
    Column("source", Text, nullable=False),
    Column("packaged", Boolean, nullable=False),  # as this release brought it, not as an operator wrote it
    Column("reason", Text, nullable=False),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
)
