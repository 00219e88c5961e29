"""The ledger's tables. Triggers of the second migration refuse to edit them on both engines.

Every row beside ``audit_entry`` has the number of the entry that vouches for it.
"""

from perdure.kernel.db import BigId, Column, Index, LargeBinary, Millis, Table, Text, metadata

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", Millis, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail_json", Text, nullable=False),
    Column("commitment", Text, nullable=False, server_default=""),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_entry_subject", "subject", "seq"),
    Index("ix_audit_entry_action", "action", "seq"),
)

# What an entry commits to. Rows may be deleted (erasure), never changed.
audit_private = Table(
    "audit_private",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("actor_id", BigId),
    Column("about_id", BigId),
    Column("salt", LargeBinary, nullable=False),
    Column("payload_json", Text, nullable=False),
    Index("ix_audit_private_actor_id", "actor_id", "seq"),
    Index("ix_audit_private_about_id", "about_id"),
)

audit_enforcement = Table(
    "audit_enforcement",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", Millis, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("value_json", Text, nullable=False),
    Column("until", Millis),
    Column("decision_id", BigId),
    Column("reverses", BigId),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_enforcement_subject", "subject", "kind"),
    Index("uq_audit_enforcement_reverses", "reverses", unique=True),
)

# The keys that the site signs roots with. Kept with the site's data, as its other keys are.
audit_key = Table(
    "audit_key",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("made_at", Millis, nullable=False),
    Column("public_key", Text, nullable=False),
    Column("secret", Text, nullable=False),
)

audit_root = Table(
    "audit_root",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("n", BigId, nullable=False),
    Column("day", Text, nullable=False),
    Column("last_seq", BigId, nullable=False),
    Column("made_at", Millis, nullable=False),
    Column("statement", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("public_key", Text, nullable=False),
    Index("uq_audit_root_n", "n", unique=True),
    Index("ix_audit_root_day", "day"),
    Index("ix_audit_root_last_seq", "last_seq"),
)

audit_receipt = Table(
    "audit_receipt",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("n", BigId, nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("at", Millis, nullable=False),
    Column("digest", Text, nullable=False),
    Column("receipt_json", Text, nullable=False),
    Index("uq_audit_receipt_n_place", "n", "place", unique=True),
)
