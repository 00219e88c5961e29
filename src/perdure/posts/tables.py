"""Posts and what people do with them."""

from sqlalchemy import text

from perdure.kernel.db import BigId, Boolean, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

post = Table(
    "post",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("text", Text, nullable=False),  # as typed
    Column("content", Text, nullable=False),  # rendered HTML
    Column("spoiler_text", Text, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("visibility", Text, nullable=False),  # public, unlisted, private, direct
    Column("language", Text),
    Column("in_reply_to_id", BigId),
    Column("in_reply_to_account_id", BigId),
    Column("thread_id", BigId, nullable=False),  # id of the first post of the thread
    Column("reblog_of_id", BigId),  # set on an echo
    Column("poll_id", BigId),
    Column("has_media", Boolean, nullable=False),
    Column("app_name", Text),
    Column("app_website", Text),
    Column("state", Text, nullable=False),  # published, held, hidden, deleted
    # What staff decided, and nobody but staff takes back: no reach and no answers; shown behind a warning; labels.
    Column("limited", Boolean, nullable=False, server_default=text("false")),
    Column("marked_sensitive", Boolean, nullable=False, server_default=text("false")),
    Column("labels_json", Text, nullable=False, server_default="[]"),
    Column("announced", Boolean, nullable=False, server_default=text("true")),  # whether it ever went out
    Column("created_at", Millis, nullable=False),
    Column("edited_at", Millis),
    Column("deleted_at", Millis),
    Column("version", Integer, nullable=False),  # grows when the rendered part changes
    Column("replies_count", Integer, nullable=False),
    Column("reblogs_count", Integer, nullable=False),
    Column("favourites_count", Integer, nullable=False),
    Column("import_key", Text, unique=True),  # where an imported post came from: a second import adds nothing
    Index("ix_post_account_id_id", "account_id", "id"),
    Index("ix_post_thread_id_id", "thread_id", "id"),
    Index("ix_post_in_reply_to_id", "in_reply_to_id"),
    Index(
        "ix_post_deleted_at",
        "deleted_at",
        sqlite_where=text("deleted_at IS NOT NULL"),
        postgresql_where=text("deleted_at IS NOT NULL"),
    ),
    Index("ix_post_public", "visibility", "id"),
    Index(
        "ix_post_own_echo",
        "account_id",
        "reblog_of_id",
        sqlite_where=text("reblog_of_id IS NOT NULL AND deleted_at IS NULL"),
        postgresql_where=text("reblog_of_id IS NOT NULL AND deleted_at IS NULL"),
    ),
    Index(
        "uq_post_echo",
        "reblog_of_id",
        "account_id",
        unique=True,
        sqlite_where=text("reblog_of_id IS NOT NULL AND deleted_at IS NULL"),
        postgresql_where=text("reblog_of_id IS NOT NULL AND deleted_at IS NULL"),
    ),
)

post_mention = Table(
    "post_mention",
    metadata,
    Column("post_id", BigId, ForeignKey("post.id"), primary_key=True),
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Index("ix_post_mention_account_id", "account_id", "post_id"),
)

tag = Table(
    "tag",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),  # folded
    Column("display", Text, nullable=False),  # as first written
    Column("created_at", Millis, nullable=False),
    Column("shown_at", Millis),  # first in a post that is not a private message
)

post_tag = Table(
    "post_tag",
    metadata,
    Column("tag_id", BigId, ForeignKey("tag.id"), primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), primary_key=True),
    Index("ix_post_tag_post_id", "post_id"),
)

post_edit = Table(
    "post_edit",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("spoiler_text", Text, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("media_json", Text, nullable=False),  # ids of the files it showed, in order
    Column("options_json", Text, nullable=False),  # the answers its poll offered
    Column("created_at", Millis, nullable=False),
    Index("ix_post_edit_post_id_id", "post_id", "id"),
)

vote = Table(
    "vote",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Column("value", Integer, nullable=False),  # 1 up (a favourite), -1 down
    Column("created_at", Millis, nullable=False),
    Index("uq_vote_account_id_post_id", "account_id", "post_id", unique=True),
    Index("ix_vote_post_id_id", "post_id", "id"),
    Index("ix_vote_account_id_id", "account_id", "id"),
)

bookmark = Table(
    "bookmark",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("post_id", BigId, ForeignKey("post.id"), nullable=False),
    Index("uq_bookmark_account_id_post_id", "account_id", "post_id", unique=True),
    Index("ix_bookmark_account_id_id", "account_id", "id"),
)

thread_mute = Table(
    "thread_mute",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("thread_id", BigId, primary_key=True),
)

post_pin = Table(
    "post_pin",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("post_id", BigId, ForeignKey("post.id"), primary_key=True),
    Column("created_at", Millis, nullable=False),
)

poll = Table(
    "poll",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("post_id", BigId, nullable=False, unique=True),
    Column("author_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("closed_at", Millis),
    Column("multiple", Boolean, nullable=False),
    Column("hide_totals", Boolean, nullable=False),
    Column("voters_count", Integer, nullable=False),
    Index("ix_poll_closed_at_expires_at", "closed_at", "expires_at"),
)

poll_option = Table(
    "poll_option",
    metadata,
    Column("poll_id", BigId, ForeignKey("poll.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("votes_count", Integer, nullable=False),
)

poll_vote = Table(
    "poll_vote",
    metadata,
    Column("poll_id", BigId, ForeignKey("poll.id"), primary_key=True),
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Index("ix_poll_vote_account_id", "account_id", "poll_id"),
)

scheduled_post = Table(
    "scheduled_post",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("scheduled_at", Millis, nullable=False),
    Column("draft_json", Text, nullable=False),
    Index("ix_scheduled_post_scheduled_at", "scheduled_at"),
    Index("ix_scheduled_post_account_id_id", "account_id", "id"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("post_id", BigId, nullable=False),  # of a post or a scheduled post
    Column("created_at", Millis, nullable=False),
    Index("ix_idempotency_created_at", "created_at"),
)

preview_card = Table(
    "preview_card",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("url", Text, nullable=False, unique=True),  # as posts link to it
    Column("state", Text, nullable=False),  # waiting, ready, none: nothing worth showing was found
    Column("shown_url", Text, nullable=False),  # where redirects ended
    Column("shown_hash", Text, nullable=False),  # of ``shown_url``, which may be too long for an index
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_url", Text, nullable=False),
    Column("language", Text),
    Column("published_at", Millis),
    Column("image_key", Text),
    Column("image_width", Integer, nullable=False),
    Column("image_height", Integer, nullable=False),
    Column("image_description", Text, nullable=False),
    Column("blurhash", Text),
    Column("failures", Integer, nullable=False),  # in a row
    Column("fetched_at", Millis),  # last try, successful or not
    Column("due_at", Millis),  # when to fetch next; none: not until somebody links to it again
    Column("claimed_until", Millis, nullable=False),  # one fetch at a time
    Column("version", Integer, nullable=False),  # of its words
    Column("created_at", Millis, nullable=False),
    Index("ix_preview_card_due_at", "due_at"),
    Index("ix_preview_card_shown_hash", "shown_hash"),
)

# Which post shows which card. Posts may be erased first, so no foreign key to them.
post_preview = Table(
    "post_preview",
    metadata,
    Column("post_id", BigId, primary_key=True, autoincrement=False),
    Column("card_id", BigId, ForeignKey("preview_card.id"), nullable=False),
    Index("ix_post_preview_card_id", "card_id"),
)

# What must not be erased, and for whose sake: ``keeper`` is case:<id>, hold:<id> …
post_keep = Table(
    "post_keep",
    metadata,
    Column("post_id", BigId, primary_key=True, autoincrement=False),
    Column("keeper", Text, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Index("ix_post_keep_keeper", "keeper"),
)

# Where imported posts of a member's archive come from, and what of it has no place here.
post_origin = Table(
    "post_origin",
    metadata,
    Column("post_id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("host", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("author", Text, nullable=False),  # name@host
    Column("signature", Text, nullable=False),  # signed, unknown, none
    Column("reply_json", Text),  # the post it answers, while that is not here
    Column("reply_host", Text),
    Column("reply_id", Text),
    Column("mentions_json", Text, nullable=False),
    Column("counts_json", Text, nullable=False),
    Column("imported_at", Millis, nullable=False),
    Index("ix_post_origin_host_source_id", "host", "source_id"),
    Index("ix_post_origin_reply", "reply_host", "reply_id"),
    Index("ix_post_origin_account_id", "account_id", "post_id"),
)
