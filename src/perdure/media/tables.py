"""Uploaded files."""

from sqlalchemy import text

from perdure.kernel.db import BigId, Column, ForeignKey, Index, Integer, LargeBinary, Millis, Table, Text, metadata

media = Table(
    "media",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("post_id", BigId),  # set while a post shows it; posts stand above media, so no foreign key
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # image, gifv, video, audio, unknown
    Column("state", Text, nullable=False),  # waiting, ready, failed
    Column("source_key", Text),  # the bytes as sent, while state is waiting
    Column("file_key", Text),
    Column("preview_key", Text),
    Column("mime", Text, nullable=False),
    Column("meta", Text, nullable=False),  # JSON: original, small, focus
    Column("blurhash", Text),
    Column("sent_sha256", Text),  # of the bytes as sent, and of those served: a copy of either is the same file
    Column("file_sha256", Text),
    Column("looks", Text),  # what a picture or a film's first frame looks like (rules/looks.py)
    Column("description", Text),
    Column("created_at", Millis, nullable=False),
    Column("loose_since", Millis),  # since when nothing shows it; in the future while a scheduled post waits for it
    Column("claimed_until", Millis, nullable=False),  # who processes it may take so long
    Index("ix_media_post_id_position", "post_id", "position"),
    Index("ix_media_account_id_id", "account_id", "id"),
    Index("ix_media_loose_since", "loose_since"),
    Index("ix_media_sent_sha256", "sent_sha256"),
    Index("ix_media_file_sha256", "file_sha256"),
    Index(
        "ix_media_unprinted",
        "id",
        sqlite_where=text("file_sha256 IS NULL AND file_key IS NOT NULL"),
        postgresql_where=text("file_sha256 IS NULL AND file_key IS NOT NULL"),
    ),
    Index("ix_media_state_claimed_until", "state", "claimed_until"),
)

# Stored files that nobody is served, and for whose sake: ``keeper`` is post:<id> or media:<id>.
media_withheld = Table(
    "media_withheld",
    metadata,
    Column("key", Text, primary_key=True),
    Column("keeper", Text, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Index("ix_media_withheld_keeper", "keeper"),
)

# Files that must not be erased, and for whose sake: ``keeper`` is case:<id>, hold:<id> …
media_keep = Table(
    "media_keep",
    metadata,
    Column("media_id", BigId, primary_key=True, autoincrement=False),
    Column("keeper", Text, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Index("ix_media_keep_keeper", "keeper"),
)

# How each stored file is encrypted for the stores, one row a part; without its row no copy of it can be read any more.
media_copy = Table(
    "media_copy",
    metadata,
    Column("key", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),  # rules/copying.py; used for one ciphertext
    Column("object", Text),  # SHA-256 of the ciphertext, which names it; empty until it was encrypted once
    Column("size", Integer, nullable=False),  # bytes of the ciphertext
    Column("created_at", Millis, nullable=False),
    Index(
        "ix_media_copy_unsealed",
        "created_at",
        sqlite_where=text("object IS NULL"),
        postgresql_where=text("object IS NULL"),
    ),
    Index("ix_media_copy_object", "object"),
)

# Files that no store may ever get, and for whose sake: ``keeper`` is decision:<id>.
media_uncopied = Table(
    "media_uncopied",
    metadata,
    Column("key", Text, primary_key=True),
    Column("keeper", Text, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Index("ix_media_uncopied_keeper", "keeper"),
)

media_at_store = Table(
    "media_at_store",
    metadata,
    Column("store", Text, primary_key=True),
    Column("object", Text, primary_key=True),
    Column("state", Text, nullable=False),  # wanted: to be sent; there; rotten: other bytes under its name
    Column("at", Millis, nullable=False),
    Index("ix_media_at_store_object", "object"),
    Index(
        "ix_media_at_store_missing",
        "store",
        "at",
        sqlite_where=text("state <> 'there'"),
        postgresql_where=text("state <> 'there'"),
    ),
    info={"derived": "which copy of a file is at which store: made anew by listing the stores"},
)
