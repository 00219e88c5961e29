"""Threats to life that authorities were told of (DSA Art 18, TCO Art 14(5)): to whom, when, what, and their receipt."""

from typing import Final

from perdure.kernel.db import (
    BigId,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Millis,
    Table,
    Text,
    metadata,
)

# Whom to tell: the police of a Member State, and Europol where the state is not clear.
referral_contact: Final = Table(
    "referral_contact",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("country", Text, nullable=False),  # ISO 3166; empty: of none, as Europol
    Column("kind", Text, nullable=False),  # home, state, europol
    Column("email", Text, nullable=False),  # empty: on paper or by telephone
    Column("telephone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
)

referral: Final = Table(
    "referral",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False, unique=True),  # ours: TL-2026-…
    Column("case_id", BigId, nullable=False),
    Column("basis", Text, nullable=False),  # dsa18, tco14
    Column("contact_id", BigId, ForeignKey("referral_contact.id"), nullable=False),
    Column("contact_name", Text, nullable=False),  # as it was then
    Column("send_to", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("pack_sealed", LargeBinary, nullable=False),
    Column("wrapped_key", Text, nullable=False),
    Column("pack_hash", Text, nullable=False),  # SHA-256 of the pack, hex: stands in the record
    Column("state", Text, nullable=False),  # sending, sent, printed, withheld (a drill)
    Column("error", Text, nullable=False),
    Column("made_by", BigId, nullable=False),
    Column("made_at", Millis, nullable=False),
    Column("sent_at", Millis),
    Column("receipt", Text, nullable=False),  # the number that the authority gave
    Column("receipt_by", BigId),
    Column("receipt_at", Millis),
    Column("drill", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_referral_case_id", "case_id"),
    Index("ix_referral_made_at", "made_at"),
)

referral_access: Final = Table(
    "referral_access",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("referral_id", BigId, ForeignKey("referral.id"), nullable=False),
    Column("account_id", BigId, nullable=False),
    Column("purpose", Text, nullable=False),  # make, read, print
    Column("created_at", Millis, nullable=False),
    Index("ix_referral_access_referral_id", "referral_id", "id"),
)
