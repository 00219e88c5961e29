"""The stay-down bank: what was removed, by what its copies are recognised, and the keys under which texts are kept."""

from sqlalchemy import text

from perdure.kernel.db import BigId, Boolean, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

# Under which keys (rules.grams) the texts of posts and profiles are found. The order is that of the keys: a question
# reads neighbouring rows, and SQLite keeps no second copy.
signature = Table(
    "signature",
    metadata,
    Column("key", BigId, primary_key=True, autoincrement=False),
    Column("subject_id", BigId, primary_key=True, autoincrement=False),
    Column("kind", Integer, nullable=False),  # 0 post, 1 account
    sqlite_with_rowid=False,
    info={"derived": "keys of texts: made anew from the posts"},
)

bank_entry = Table(
    "bank_entry",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("decision_id", BigId, nullable=False),  # the decision that removed the original
    Column("origin_kind", Text, nullable=False),
    Column("origin_id", BigId, nullable=False),
    Column("policy", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # text, media, link
    Column("words_key", BigId),  # of a text: whole, and without what stood around it
    Column("core_key", BigId),
    Column("joined_key", BigId),
    Column("letters", Integer, nullable=False),
    Column("holdable", Boolean, nullable=False),  # long enough that a machine may hold an exact copy
    Column("core_bans", Boolean, nullable=False),  # also without what stood around it
    Column("grams", Text),
    Column("sha256", Text),  # of a file: hashes of its bytes, with spaces between
    Column("looks", Text),
    Column("link_key", BigId),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis),
    Column("forgotten_at", Millis),  # the decision fell
    Column("quarantined_at", Millis),  # it hit too many: it acts no more until a person looked
    Column("quarantine_reason", Text),
    Column("released_at", Millis),  # a person looked and let it act again; counting begins anew
    Column("change", BigId, nullable=False),  # number of the bank's change that wrote it last
    Index("ix_bank_entry_change", "change"),
    Index("ix_bank_entry_decision_id", "decision_id"),
)

bank_hit = Table(
    "bank_hit",
    metadata,
    Column("entry_id", BigId, ForeignKey("bank_entry.id"), primary_key=True, autoincrement=False),
    Column("subject_id", BigId, primary_key=True, autoincrement=False),
    Column("subject_kind", Text, nullable=False),
    Column("account_id", BigId, nullable=False),
    Column("manner", Text, nullable=False),  # exact, near, bytes, look, link
    Column("score", Integer, nullable=False),  # per mille
    Column("established", Boolean, nullable=False),  # its author was no newcomer
    Column("swept", Boolean, nullable=False),  # found among what was there before
    Column("said_at", Millis, nullable=False),  # when the copy was made
    Column("found_at", Millis, nullable=False),
    Index("ix_bank_hit_entry_id_found_at", "entry_id", "found_at"),
    Index("ix_bank_hit_account_id", "account_id"),
)

# Counters: ``change`` grows with every change of the bank, ``backfill`` is the newest post that has its keys.
bank_state = Table(
    "bank_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigId, nullable=False),
)

# One search for copies of what a decision removed, from its request to its end.
bank_sweep = Table(
    "bank_sweep",
    metadata,
    Column("entry_id", BigId, ForeignKey("bank_entry.id"), primary_key=True, autoincrement=False),
    Column("asked_at", Millis, nullable=False),
    Column("finished_at", Millis),
    Column("looked_at", Integer, nullable=False),  # candidates compared
    Column("held", Integer, nullable=False),
    Column("queued", Integer, nullable=False),
    Index(
        "ix_bank_sweep_unfinished",
        "asked_at",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)
