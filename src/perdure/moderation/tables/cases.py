"""What was reported or flagged, by whom, what it looked like, and the case that it is dealt with in (safety.md §2.1).

Nobody who reads a row needs another release for what comes later: an intake knows its authority, its provider and the
hash of the bytes that came in; clocks, leases and items are rows; every deadline is an instant (I8).
"""

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
    UniqueConstraint,
    metadata,
)

# One version of one thing: a post, an account, a tag … What it is about may be erased, so no foreign key leads there.
subject: Final = Table(
    "subject",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),  # signals.model.SUBJECT_KINDS
    Column("ref_id", BigId, nullable=False),  # the id among its kind
    Column("version", Integer, nullable=False),  # an edit makes a new one
    Column("author_id", BigId),  # none: nobody's, as a tag or a link
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("kind", "ref_id", "version"),
    Index("ix_subject_author_id", "author_id", "id"),
)

# What a subject looked like. Sealed with a key of its own, which the site's key wraps; triggers refuse every change.
snapshot: Final = Table(
    "snapshot",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("subject_id", BigId, ForeignKey("subject.id"), nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the content, hex: its address
    Column("sealed", LargeBinary, nullable=False),  # AES-256-GCM: nonce, then ciphertext
    Column("wrapped_key", Text, nullable=False),
    Column("reason", Text, nullable=False),  # report, hold, flag, sweep, decision
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("subject_id", "digest"),
)

snapshot_access: Final = Table(
    "snapshot_access",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("snapshot_id", BigId, ForeignKey("snapshot.id"), nullable=False),
    Column("account_id", BigId, nullable=False),
    Column("purpose", Text, nullable=False),  # case, appeal, proof, audit
    Column("case_id", BigId),
    Column("created_at", Millis, nullable=False),
    Index("ix_snapshot_access_snapshot_id", "snapshot_id", "id"),
)

moderation_case: Final = Table(
    "moderation_case",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("cluster_key", Text, nullable=False),  # author:<id>, tag:<id>, link:<id>
    Column("open_key", Text, unique=True),  # the cluster while the case is open: one open case for each
    Column("group_key", Text, nullable=False),  # digest of the folded text: copies by many authors stand together
    Column("author_id", BigId),
    Column("state", Text, nullable=False),  # received, open, leased, panel, escalated, decided, notified, closed
    Column("severity", Integer, nullable=False),  # 0 to 3, 0 is the gravest
    Column("severity_by", Text, nullable=False),  # claim: one person says so; support: several, or a machine; staff
    Column("policy", Text, nullable=False),  # key of the house rule that it is most likely about
    Column("category", Text, nullable=False),  # spam, legal, violation, other: as clients know it
    Column("queue", Text, nullable=False),  # default, or whom it was escalated to
    Column("assigned_to", BigId),
    Column("human", Boolean, nullable=False),  # a person asked for it
    Column("machine", Boolean, nullable=False),  # scoring asked for it
    Column("language", Text),
    Column("parts_json", Text, nullable=False),  # the parts of the priority but for ageing, as they were last computed
    Column("sort_key", BigId, nullable=False),  # what the queue is ordered by, ageing included: lower comes first
    Column("draw", Integer, nullable=False),  # 0 to 999, at random: for the sample of what stands low
    Column("intakes", Integer, nullable=False),
    Column("reporters", Integer, nullable=False),  # people who reported independently of each other
    Column("pending_items", Integer, nullable=False),
    Column("due_at", Millis),  # the strictest running clock
    Column("opened_at", Millis, nullable=False),  # receipt of the first intake
    Column("first_action_at", Millis),
    Column("decided_at", Millis),
    Column("closed_at", Millis),
    Column("decided_by", BigId),
    Column("automated", Boolean, nullable=False),  # decided without a person
    Column("reopened", Integer, nullable=False),
    Column("drill", Boolean, nullable=False),  # marked in every export
    Column("version", Integer, nullable=False),
    Index("ix_moderation_case_queue", "decided_at", "sort_key", "id"),
    Index("ix_moderation_case_opened", "decided_at", "opened_at", "id"),
    Index("ix_moderation_case_cluster_key", "cluster_key", "id"),
    Index("ix_moderation_case_group_key", "group_key", "id"),
    Index("ix_moderation_case_author_id", "author_id", "id"),
    Index("ix_moderation_case_assigned_to", "assigned_to", "state"),
)

# One report, notice, letter or flag. Of whoever has no account only what is sealed is kept.
intake: Final = Table(
    "intake",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("channel", Text, nullable=False),  # api, page, form, console, machine, sweep, mail, desk, author
    Column("authority", Text, nullable=False),  # user, no_account, article_16, trusted_flagger, provider, …
    Column("verified", Boolean, nullable=False),  # whether the authority was checked
    Column("reporter_id", BigId),
    Column("contact_sealed", Text),  # {"name", "email"} of whoever has no account
    Column("contact_hash", Text),  # keyed: whether two notices come from one address
    Column("source_hash", Text),  # keyed: network of whoever has no account
    Column("provider", Text),
    Column("provider_reference", Text),
    Column("provider_clause", Text),
    Column("surface_profile", Text),
    Column("raw_sealed", LargeBinary),  # the bytes as they came, where they came as bytes
    Column("raw_hash", Text),  # SHA-256 of them, hex
    Column("language", Text),
    Column("locale", Text, nullable=False),  # in which language to answer
    Column("category", Text, nullable=False),
    Column("harm", Text, nullable=False),  # key of a house rule, or empty
    Column("threat_to_life", Boolean, nullable=False),
    Column("good_faith", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    Column("rule_ids_json", Text, nullable=False),
    Column("forward", Boolean, nullable=False),
    Column("target_id", BigId),  # whose content it is about
    Column("independent_of", BigId),  # another intake that this one is no independent voice beside
    Column("weight_permille", Integer, nullable=False),  # what the reporter's record says, 0 to 1,000
    Column("token_hash", Text, unique=True),  # of the link under which whoever has no account sees the state
    Column("source", Text),  # of a machine: rule, classifier, …
    Column("policy", Text),
    Column("severity", Integer, nullable=False),
    Column("score_permille", Integer),
    Column("signal_ids_json", Text, nullable=False),
    Column("outcome", Text),  # upheld, partly, dismissed, void: what became of it
    Column("told_at", Millis),
    Column("received_at", Millis, nullable=False),  # the clock's zero
    Index("ix_intake_case_id", "case_id", "id"),
    Index("ix_intake_reporter_id", "reporter_id", "id"),
    Index("ix_intake_target_id", "target_id", "id"),
    Index("ix_intake_contact_hash", "contact_hash", "id"),
    Index("ix_intake_source_hash", "source_hash", "id"),
    Index("ix_intake_received_at", "received_at"),
)

case_item: Final = Table(
    "case_item",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("subject_id", BigId, ForeignKey("subject.id")),  # none: nothing was found under what was claimed
    Column("snapshot_id", BigId, ForeignKey("snapshot.id")),
    Column("claim", Text, nullable=False),  # as written: a URL, a line of a letter
    Column("resolution", Text, nullable=False),  # how the subject was found: id, url, copy, none
    Column("state", Text, nullable=False),  # pending, or the outcome (I7)
    Column("duplicate_of", BigId, ForeignKey("case_item.id")),
    Column("decision_id", BigId),
    Column("evidence_hash", Text),
    Column("note", Text, nullable=False),
    Column("settled_by", BigId),
    Column("settled_at", Millis),
    Column("created_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("case_id", "subject_id"),
    Index("ix_case_item_subject_id", "subject_id"),
    Index("ix_case_item_decision_id", "decision_id"),
)

intake_item: Final = Table(
    "intake_item",
    metadata,
    Column("intake_id", BigId, ForeignKey("intake.id"), primary_key=True),
    Column("item_id", BigId, ForeignKey("case_item.id"), primary_key=True),
    Index("ix_intake_item_item_id", "item_id"),
)

case_clock: Final = Table(
    "case_clock",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("obligation", Text, nullable=False),  # key in the register: house.sev0.limit, tco.order, provider.aws, …
    Column("number", Integer, nullable=False),  # version of the row in the register that started it
    Column("limit_ms", Millis),  # how long it runs where somebody agreed on something else than the register says
    Column("target", Boolean, nullable=False),  # the house's own, where the law names no number
    Column("ends", Text, nullable=False),  # what stops it: decision, answer, time (it runs out by itself), other
    Column("state", Text, nullable=False),  # running, warned50, warned80, missed, met, paused
    Column("resumes_as", Text),  # the state before a pause
    Column("pause_reason", Text),
    Column("pause_proof", Text),
    Column("paused_at", Millis),
    Column("paused_ms", Millis, nullable=False),  # by which earlier pauses moved the deadline
    Column("started_at", Millis, nullable=False),
    Column("half_at", Millis, nullable=False),  # warnings are instants too: nothing is computed when they come
    Column("late_at", Millis, nullable=False),
    Column("due_at", Millis, nullable=False),
    Column("next_at", Millis),  # when the next transition is due
    Column("taken_by", BigId),  # who said that they are on it, since the last stage
    Column("taken_at", Millis),
    Column("page_at", Millis),  # when people are called again, as long as nobody took it
    Column("pages", Integer, nullable=False),  # how often they were called in this stage
    Column("met_at", Millis),
    Column("late", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_case_clock_case_id", "case_id"),
    Index("ix_case_clock_next_at", "next_at"),
    Index("ix_case_clock_page_at", "page_at"),
    Index("ix_case_clock_met_at", "met_at"),
)

case_lease: Final = Table(
    "case_lease",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("live_case_id", BigId, unique=True),  # the case while the lease lives: one for each
    Column("holder_id", BigId, nullable=False),
    Column("state", Text, nullable=False),  # granted, renewed, released, expired, taken_over
    Column("granted_at", Millis, nullable=False),
    Column("until", Millis, nullable=False),
    Column("renewals", Integer, nullable=False),
    Column("ended_at", Millis),
    Column("taken_by", BigId),
    Index("ix_case_lease_case_id", "case_id", "id"),
    Index("ix_case_lease_holder_id", "holder_id", "granted_at"),
    Index("ix_case_lease_ended_at", "ended_at"),
)

case_note: Final = Table(
    "case_note",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("author_id", BigId, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Index("ix_case_note_case_id", "case_id", "id"),
)

# Everything that happened to a case, in order. Triggers refuse every change (I2).
case_event: Final = Table(
    "case_event",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("case_id", BigId, ForeignKey("moderation_case.id"), nullable=False),
    Column("actor_id", BigId),
    Column("kind", Text, nullable=False),  # received, joined, leased, released, noted, settled, decided, …
    Column("detail_json", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Index("ix_case_event_case_id", "case_id", "id"),
    Index("ix_case_event_kind", "kind", "id"),
)

# How often a reporter was right, by category. Account 0 is everybody together.
reporter_record: Final = Table(
    "reporter_record",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("category", Text, primary_key=True),
    Column("upheld", Integer, nullable=False),
    Column("dismissed", Integer, nullable=False),
    Column("updated_at", Millis, nullable=False),
)

saved_filter: Final = Table(
    "saved_filter",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, nullable=False),
    Column("name", Text, nullable=False),
    Column("filter_json", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("account_id", "name"),
)

moderator_preference: Final = Table(
    "moderator_preference",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("opted_out_json", Text, nullable=False),  # keys of house rules that are not handed to this person
    Column("updated_at", Millis, nullable=False),
)

# What a moderator looked at on one day (UTC), and since their last break.
moderator_exposure: Final = Table(
    "moderator_exposure",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),  # days since the epoch
    Column("items", Integer, nullable=False),
    Column("grave", Integer, nullable=False),  # of severity 0 and 1
    Column("stretch_items", Integer, nullable=False),
    Column("stretch_began_at", Millis, nullable=False),
    Column("last_at", Millis, nullable=False),
)
