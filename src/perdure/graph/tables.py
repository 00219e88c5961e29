"""Who follows, blocks, mutes and lists whom."""

from perdure.kernel.db import BigId, Boolean, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

follow = Table(
    "follow",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("target_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("show_reblogs", Boolean, nullable=False),
    Column("notify", Boolean, nullable=False),
    Column("languages_json", Text, nullable=False),
    Index("uq_follow_account_id_target_id", "account_id", "target_id", unique=True),
    Index("ix_follow_target_id_id", "target_id", "id"),
    Index("ix_follow_account_id_id", "account_id", "id"),
)

large_author = Table(
    "large_author",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("since_id", BigId, nullable=False),  # later posts are not copied to followers but looked up by them
    info={"derived": "who has many followers: counted anew from the follows"},
)

follow_request = Table(
    "follow_request",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("target_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("show_reblogs", Boolean, nullable=False),
    Column("notify", Boolean, nullable=False),
    Column("languages_json", Text, nullable=False),
    Index("uq_follow_request_account_id_target_id", "account_id", "target_id", unique=True),
    Index("ix_follow_request_target_id_id", "target_id", "id"),
)

block = Table(
    "block",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("target_id", BigId, ForeignKey("account.id"), nullable=False),
    Index("uq_block_account_id_target_id", "account_id", "target_id", unique=True),
    Index("ix_block_target_id", "target_id"),
)

mute = Table(
    "mute",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("target_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("hide_notifications", Boolean, nullable=False),
    Column("expires_at", Millis),
    Index("uq_mute_account_id_target_id", "account_id", "target_id", unique=True),
    Index("ix_mute_expires_at", "expires_at"),
)

account_note = Table(
    "account_note",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("target_id", BigId, ForeignKey("account.id"), primary_key=True),
    Column("comment", Text, nullable=False),
)

list_ = Table(
    "list",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("replies_policy", Text, nullable=False),  # none, list, followed
    Column("exclusive", Boolean, nullable=False),
    Column("version", Integer, nullable=False),  # of its title
    Index("ix_list_account_id", "account_id", "id"),
)

list_member = Table(
    "list_member",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("list_id", BigId, ForeignKey("list.id"), nullable=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Index("uq_list_member_list_id_account_id", "list_id", "account_id", unique=True),
    Index("ix_list_member_account_id", "account_id"),
)

tag_follow = Table(
    "tag_follow",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("tag", Text, nullable=False),  # folded name
    Index("uq_tag_follow_account_id_tag", "account_id", "tag", unique=True),
    Index("ix_tag_follow_tag", "tag"),
)

filter_ = Table(
    "filter",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("contexts_json", Text, nullable=False),  # home, notifications, public, thread, account
    Column("action", Text, nullable=False),  # warn, hide, blur
    Column("expires_at", Millis),
    Index("ix_filter_account_id_id", "account_id", "id"),
)

filter_keyword = Table(
    "filter_keyword",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("filter_id", BigId, ForeignKey("filter.id"), nullable=False),
    Column("keyword", Text, nullable=False),
    Column("whole_word", Boolean, nullable=False),
    Index("ix_filter_keyword_filter_id_id", "filter_id", "id"),
)

filter_status = Table(
    "filter_status",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("filter_id", BigId, ForeignKey("filter.id"), nullable=False),
    Column("post_id", BigId, nullable=False),
    Index("uq_filter_status_filter_id_post_id", "filter_id", "post_id", unique=True),
)

endorsement = Table(
    "endorsement",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("target_id", BigId, ForeignKey("account.id"), nullable=False),
    Index("uq_endorsement_account_id_target_id", "account_id", "target_id", unique=True),
    Index("ix_endorsement_account_id_id", "account_id", "id"),
    Index("ix_endorsement_target_id", "target_id"),
)

featured_tag = Table(
    "featured_tag",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("tag", Text, nullable=False),  # folded name
    Column("display", Text, nullable=False),  # as its owner wrote it
    Index("uq_featured_tag_account_id_tag", "account_id", "tag", unique=True),
    Index("ix_featured_tag_account_id_id", "account_id", "id"),
)

domain_block = Table(
    "domain_block",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("domain", Text, nullable=False),
    Index("uq_domain_block_account_id_domain", "account_id", "domain", unique=True),
)
