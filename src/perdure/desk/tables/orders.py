"""Orders of authorities, what they fall on, how they were answered (Reg. (EU) 2021/784; safety.md §3)."""

from typing import Final

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

removal_order: Final = Table(
    "removal_order",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("letter_id", BigId, ForeignKey("letter.id"), nullable=False, unique=True),
    Column("case_id", BigId, nullable=False),
    Column("kind", Text, nullable=False),  # desk.rules.orders.annex.Kind
    Column("state", Text, nullable=False),  # unverified, in_force, defective, impossible, fallen, rejected
    Column("authority", Text, nullable=False),
    Column("country", Text, nullable=False),  # as the order says
    Column("reference", Text, nullable=False),
    Column("fields_sealed", Text, nullable=False),  # annex.OrderFields as JSON
    Column("sender_id", BigId, ForeignKey("sender.id")),
    Column("first", Boolean, nullable=False),  # none of this authority came before
    Column("contact_at", Millis),  # when it told what Art 3(2) asks for before a first order
    Column("emergency", Boolean, nullable=False),
    Column("cross_border", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),  # the author is not to be told
    Column("silent_until", Millis),
    Column("silence_extended", Boolean, nullable=False),  # once
    Column("received_at", Millis, nullable=False),  # the clock's zero
    Column("due_at", Millis),
    Column("review_until", Millis),  # provider and author may ask for scrutiny (48 h)
    Column("scrutiny_until", Millis),  # the home authority may scrutinise (72 h)
    Column("done_at", Millis),  # access to all of it is disabled
    Column("verified_by", BigId),
    Column("verified_how", Text, nullable=False),
    Column("verified_at", Millis),
    Column("ended_by", BigId),
    Column("ended_at", Millis),
    Column("end_reason", Text, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_removal_order_case_id", "case_id"),
    Index("ix_removal_order_authority", "authority", "id"),
    Index("ix_removal_order_state", "state", "id"),
)

removal_order_item: Final = Table(
    "removal_order_item",
    metadata,
    Column("order_id", BigId, ForeignKey("removal_order.id"), primary_key=True),
    Column("subject_kind", Text, primary_key=True),
    Column("ref_id", BigId, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),  # the line of the letter
    Column("decision_id", BigId),  # that put it out of sight
    Column("hold_id", BigId),  # that keeps it from being erased
    Column("done_at", Millis),
    Index("ix_removal_order_item_subject", "subject_kind", "ref_id"),
)

# Two orders that cannot both be obeyed: a person says what holds.
order_conflict: Final = Table(
    "order_conflict",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("order_id", BigId, ForeignKey("removal_order.id"), nullable=False),  # the later one
    Column("other_id", BigId, ForeignKey("removal_order.id"), nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("ref_id", BigId, nullable=False),
    Column("noted_at", Millis, nullable=False),
    Column("settled_by", BigId),
    Column("settled_at", Millis),
    Column("note", Text, nullable=False),
    UniqueConstraint("order_id", "other_id", "subject_kind", "ref_id"),
    Index("ix_order_conflict_other_id", "other_id"),
)

order_answer: Final = Table(
    "order_answer",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("order_id", BigId, ForeignKey("removal_order.id"), nullable=False),
    Column("annex", Integer, nullable=False),  # 2: done; 3: impossible, or the order is defective
    Column("reason", Text, nullable=False),  # of Annex III: impossible, errors, information
    Column("locale", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("facts_json", Text, nullable=False),  # from which the paper is printed
    Column("send_to", Text, nullable=False),  # empty: on paper only
    Column("state", Text, nullable=False),  # draft, sending, sent, printed, withheld (a drill)
    Column("error", Text, nullable=False),
    Column("made_by", BigId),
    Column("made_at", Millis, nullable=False),
    Column("sent_by", BigId),
    Column("sent_at", Millis),
    Column("version", Integer, nullable=False),
    Index("ix_order_answer_order_id", "order_id", "id"),
)

# Where authorities reach this site (TCO Art 15, DSA Arts 11 and 12). One row.
contact_point: Final = Table(
    "contact_point",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # of the provider
    Column("country", Text, nullable=False),  # of its main establishment or legal representative, ISO 3166
    Column("representative", Text, nullable=False),
    Column("postal", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("telephone", Text, nullable=False),
    Column("languages_json", Text, nullable=False),  # in which orders are taken, ISO 639-1
    Column("text_en", Text, nullable=False),
    Column("text_fr", Text, nullable=False),
    Column("authority", Text, nullable=False),  # competent for this site (TCO Art 12)
    Column("answers_itself", Boolean, nullable=False),  # Annex II goes out without a person
    Column("drills", Boolean, nullable=False),  # once a month a letter and an order of the site itself
    Column("updated_by", BigId),
    Column("updated_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
)
