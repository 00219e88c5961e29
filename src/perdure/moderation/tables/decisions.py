"""What was decided, why, and what it did; strikes, labels, notices, appeals, preservation (safety.md §2.1, §4.1).

``decision`` carries every field of the DSA Transparency Database from the first day, so that an export is a projection.
Lists are JSON. Triggers (0006) refuse changes of decisions and published policies, and copy into an appeal who may not
review it (I5).
"""

from typing import Final

from sqlalchemy import CheckConstraint, text

from perdure.kernel.db import (
    BigId,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Millis,
    Table,
    Text,
    UniqueConstraint,
    metadata,
)

policy_version: Final = Table(
    "policy_version",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),  # threat, hate, spam …
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),  # draft, published, superseded
    Column("severity", Integer, nullable=False),
    Column("category", Text, nullable=False),  # of the DSA
    Column("keyword", Text, nullable=False),
    Column("strike_weight", Integer, nullable=False),
    Column("strike_days", Integer),  # none: for good
    Column("label_only", Boolean, nullable=False),
    Column("titles_json", Text, nullable=False),
    Column("texts_json", Text, nullable=False),
    Column("effective_at", Millis),
    Column("published_at", Millis),
    Column("published_by", BigId),
    Column("superseded_at", Millis),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("key", "number"),
)

decision: Final = Table(
    "decision",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("batch_id", BigId, nullable=False),  # the first decision of those that were made together
    Column("batch_key", Text, unique=True),  # idempotency key of whoever decided; on the first of a batch
    Column("case_id", BigId, ForeignKey("moderation_case.id")),
    Column("item_id", BigId, ForeignKey("case_item.id")),
    Column("subject_kind", Text, nullable=False),
    Column("subject_ref", BigId, nullable=False),
    Column("subject_version", Integer, nullable=False),
    Column("author_id", BigId),  # whose content or account it falls on
    Column("snapshot_id", BigId, ForeignKey("snapshot.id")),
    Column("outcome", Text, nullable=False),  # restricted, warned, no_violation, reversed
    Column("actor_id", BigId),  # none: a machine
    Column("carries_strike", Boolean, nullable=False),
    Column("panel_ids", Text, nullable=False),  # ",1,2,": jurors that took part
    Column("policy_id", BigId, ForeignKey("policy_version.id")),
    Column("supersedes", BigId, ForeignKey("decision.id")),
    Column("appeal_id", BigId),
    Column("signal_ids_json", Text, nullable=False),
    Column("provider_clauses_json", Text, nullable=False),
    Column("surface_profile", Text),
    # What the Transparency Database asks for. The author's text is its own: ``facts`` and ``explanation``.
    Column("decision_visibility_json", Text, nullable=False),
    Column("decision_visibility_other", Text),
    Column("decision_monetary", Text),
    Column("decision_monetary_other", Text),
    Column("decision_provision", Text),
    Column("decision_account", Text),
    Column("account_type", Text),
    Column("end_visibility_at", Millis),
    Column("end_monetary_at", Millis),
    Column("end_service_at", Millis),
    Column("end_account_at", Millis),
    Column("decision_ground", Text),  # none: no violation
    Column("legal_ground", Text, nullable=False),  # of the law, or of the rules
    Column("explanation", Text, nullable=False),
    Column("incompatible_content_illegal", Boolean, nullable=False),
    Column("decision_ground_reference_url", Text),
    Column("category", Text),
    Column("category_addition_json", Text, nullable=False),
    Column("category_specification_json", Text, nullable=False),
    Column("category_specification_other", Text),
    Column("content_type_json", Text, nullable=False),
    Column("content_type_other", Text),
    Column("content_date", Millis, nullable=False),
    Column("application_date", Millis, nullable=False),
    Column("content_language", Text),
    Column("territorial_scope_json", Text, nullable=False),
    Column("content_id_json", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_identity", Text),
    Column("automated_detection", Boolean, nullable=False),
    Column("automated_decision", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("public_facts", Text, nullable=False),  # templated, no personal data: for the public copy
    Column("puid", Text, nullable=False, unique=True),
    Column("drill", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    CheckConstraint(
        "outcome = 'no_violation' OR outcome = 'reversed' OR "
        "(policy_id IS NOT NULL AND decision_ground IS NOT NULL AND facts <> '' AND explanation <> '' "
        "AND category IS NOT NULL)",
        name="stated",
    ),
    CheckConstraint("outcome <> 'restricted' OR snapshot_id IS NOT NULL", name="snapshot_first"),  # I4
    Index("ix_decision_case_id", "case_id", "id"),
    Index("ix_decision_author_id", "author_id", "id"),
    Index("ix_decision_subject", "subject_kind", "subject_ref", "id"),
    Index("ix_decision_batch_id", "batch_id", "id"),
    Index("ix_decision_actor_id", "actor_id", "id"),
    Index("ix_decision_supersedes", "supersedes"),
    Index("ix_decision_policy_id", "policy_id", "id"),
)

# What a decision does, and how to take it back. Reversible until a purge.
moderation_action: Final = Table(
    "moderation_action",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("decision_id", BigId, ForeignKey("decision.id"), nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the same action twice is one action (I16)
    Column("kind", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("ref_id", BigId, nullable=False),
    Column("state", Text, nullable=False),  # planned, active, ended, reversed
    Column("forward_json", Text, nullable=False),
    Column("inverse_json", Text, nullable=False),  # what it found: enough to restore it
    Column("surface_profile", Text),
    Column("window_until", Millis),  # it starts at a random instant before
    Column("starts_at", Millis, nullable=False),
    Column("ends_at", Millis),
    Column("permanent", Boolean, nullable=False),
    Column("reversed_by", BigId, ForeignKey("decision.id")),
    Column("ended_at", Millis),
    Column("version", Integer, nullable=False),
    CheckConstraint("permanent = (ends_at IS NULL)", name="ends_on_purpose"),  # I15
    Index("ix_moderation_action_decision_id", "decision_id"),
    Index("ix_moderation_action_subject", "subject_kind", "ref_id", "state"),
    Index("ix_moderation_action_due", "state", "ends_at"),
)

# A projection of decisions: rebuilt from them, never counted by hand.
strike: Final = Table(
    "strike",
    metadata,
    Column("decision_id", BigId, ForeignKey("decision.id"), primary_key=True, autoincrement=False),
    Column("account_id", BigId, nullable=False),
    Column("policy_id", BigId, ForeignKey("policy_version.id"), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("until", Millis),
    Column("permanent", Boolean, nullable=False),
    Column("reversed_by", BigId, ForeignKey("decision.id")),
    Column("created_at", Millis, nullable=False),
    CheckConstraint("permanent = (until IS NULL)", name="ends_on_purpose"),
    Index("ix_strike_account_id", "account_id", "decision_id"),
)

notice_out: Final = Table(
    "notice_out",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),  # decision, audience, receiver, channel: told once
    Column("decision_id", BigId, ForeignKey("decision.id")),
    Column("appeal_id", BigId),
    Column("audience", Text, nullable=False),  # author, notifier, provider, authority, tdb, public
    Column("account_id", BigId),
    Column("intake_id", BigId),
    Column("channel", Text, nullable=False),  # app, mail
    Column("kind", Text, nullable=False),  # statement, reversed, appeal_filed, appeal_decided, lifted
    Column("template_version", Integer, nullable=False),
    Column("locale", Text, nullable=False),
    Column("state", Text, nullable=False),  # due, rendered, sent, delivered, bounced, suppressed
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("order_reference", Text),  # of the order that forbids telling
    Column("suppressed_until", Millis),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("next_at", Millis),
    Column("created_at", Millis, nullable=False),
    Column("sent_at", Millis),
    Column("delivered_at", Millis),
    CheckConstraint("state <> 'suppressed' OR order_reference IS NOT NULL", name="suppressed_by_order"),
    Index("ix_notice_out_decision_id", "decision_id"),
    Index("ix_notice_out_appeal_id", "appeal_id"),
    Index("ix_notice_out_account_id", "account_id", "id"),
    Index("ix_notice_out_due", "state", "next_at"),
)

# Lets whoever has no session appeal: hashes of what stands in mails.
appeal_token: Final = Table(
    "appeal_token",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("decision_id", BigId, ForeignKey("decision.id"), nullable=False),
    Column("party", Text, nullable=False),  # author, notifier
    Column("account_id", BigId),
    Column("intake_id", BigId),
    Column("expires_at", Millis, nullable=False),
    Index("ix_appeal_token_decision_id", "decision_id"),
    Index("ix_appeal_token_expires_at", "expires_at"),
)

appeal: Final = Table(
    "appeal",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),  # decision, party, who: one appeal each
    Column("decision_id", BigId, ForeignKey("decision.id"), nullable=False),
    Column("case_id", BigId),
    Column("subject_kind", Text, nullable=False),
    Column("subject_ref", BigId, nullable=False),
    Column("kind", Text, nullable=False),  # internal, out_of_court, court, authority
    Column("party", Text, nullable=False),  # author, notifier
    Column("appellant_id", BigId),
    Column("intake_id", BigId),
    Column("text", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("state", Text, nullable=False),  # filed, assigned, read, upheld, overturned, partly
    # Copied by a trigger, whatever the caller writes: who decided, and everybody who took part (",1,2,").
    Column("original_decider_id", BigId),
    Column("excluded_ids", Text, nullable=False),
    Column("reviewer_id", BigId),
    Column("assigned_at", Millis),
    Column("read_verdict", Text),  # violation, no_violation, unsure: before the first decision was seen
    Column("read_note", Text, nullable=False),
    Column("read_at", Millis),
    Column("outcome_text", Text, nullable=False),
    Column("result_id", BigId, ForeignKey("decision.id")),  # the decision that it led to
    Column("decided_at", Millis),
    Column("due_at", Millis, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint(
        "reviewer_id IS NULL OR original_decider_id IS NULL OR reviewer_id <> original_decider_id",
        name="different_person",
    ),
    CheckConstraint(
        "reviewer_id IS NULL OR excluded_ids NOT LIKE '%,' || CAST(reviewer_id AS TEXT) || ',%'",
        name="not_of_the_panel",
    ),
    CheckConstraint(
        "state NOT IN ('upheld', 'overturned', 'partly') OR (reviewer_id IS NOT NULL AND read_at IS NOT NULL)",
        name="read_blind_first",
    ),
    Index("ix_appeal_decision_id", "decision_id"),
    Index("ix_appeal_state", "state", "due_at"),
    Index("ix_appeal_subject", "subject_kind", "subject_ref"),
    Index("ix_appeal_reviewer_id", "reviewer_id", "state"),
    Index("ix_appeal_appellant_id", "appellant_id", "id"),
    Index("ix_appeal_intake_id", "intake_id"),
    Index("ix_appeal_decided_at", "decided_at"),
    info={"reread": True},
)

# An appeal that nobody here may review: published, and waiting for a jury or another member of staff.
appeal_exception: Final = Table(
    "appeal_exception",
    metadata,
    Column("appeal_id", BigId, ForeignKey("appeal.id"), primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("published_at", Millis, nullable=False),
    Column("ended_at", Millis),
)

preservation: Final = Table(
    "preservation",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("subject_kind", Text, nullable=False),
    Column("ref_id", BigId, nullable=False),
    Column("case_id", BigId),
    Column("reason", Text, nullable=False),  # legal, tco, ncmec, appeal, dispute, provider
    Column("reference", Text, nullable=False),
    Column("state", Text, nullable=False),  # active, released, expired
    Column("until", Millis),
    Column("placed_by", BigId),
    Column("released_by", BigId),
    Column("release_reason", Text, nullable=False),
    Column("released_at", Millis),
    Column("created_at", Millis, nullable=False),
    Index("ix_preservation_subject", "subject_kind", "ref_id", "state"),
    Index("ix_preservation_until", "state", "until"),
)

# What a decision keeps from being erased, and from when on the purge may have it.
retention: Final = Table(
    "retention",
    metadata,
    Column("decision_id", BigId, ForeignKey("decision.id"), primary_key=True, autoincrement=False),
    Column("subject_kind", Text, nullable=False),
    Column("ref_id", BigId, nullable=False),
    Column("state", Text, nullable=False),  # kept, purged
    Column("due_at", Millis, nullable=False),
    Column("skipped", Text, nullable=False),  # why the last purge left it
    Column("purged_at", Millis),
    Index("ix_retention_due", "state", "due_at"),
)

# Texts that staff's apps put in front of their own words, by number.
warning_preset: Final = Table(
    "warning_preset",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
)

evasion_link: Final = Table(
    "evasion_link",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, nullable=False),
    Column("banned_id", BigId, nullable=False),
    Column("score_permille", Integer, nullable=False),
    Column("evidence_json", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, confirmed, dismissed
    Column("decided_by", BigId),
    Column("decided_at", Millis),
    Column("created_at", Millis, nullable=False),
    UniqueConstraint("account_id", "banned_id"),
    Index("ix_evasion_link_state", "state", "score_permille"),
    Index(
        "ix_evasion_link_open",
        "account_id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)
