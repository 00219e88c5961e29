"""The home feed, written when a post is published."""

from perdure.kernel.db import BigId, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

home_entry = Table(
    "home_entry",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("post_id", BigId, primary_key=True),
    Column("author_id", BigId, nullable=False),
    Column("original_id", BigId, nullable=False),  # of an echo the post it echoes, else the post itself
    Index("ix_home_entry_original", "original_id", "account_id"),
    Index("ix_home_entry_post_id", "post_id"),
    sqlite_with_rowid=False,
    info={"derived": "home timelines: made anew from follows and posts"},
)

marker = Table(
    "marker",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("timeline", Text, primary_key=True),
    Column("last_read_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Millis, nullable=False),
)
