"""What the desk writes back: receipts, answers, questions for more time, and the files that go with them."""

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

# One version of one answer. What was sent is never changed: a correction is a row of its own.
answer: Final = Table(
    "answer",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("letter_id", BigId, ForeignKey("letter.id"), nullable=False),
    Column("number", Integer, nullable=False),  # of answers to this letter, from 1; the receipt is 0
    Column("kind", Text, nullable=False),  # desk.rules.answering.Kind
    Column("state", Text, nullable=False),  # desk.rules.answering.State
    Column("replaces", Integer),  # number of the answer that it stands instead of
    Column("changed_json", Text, nullable=False),  # numbers of the items that a correction is about
    Column("template_version", Integer, nullable=False),
    Column("locale", Text, nullable=False),
    Column("note", Text, nullable=False),  # what a person added; of a question for more time: why
    Column("wanted_until", Millis),  # of a question for more time
    Column("subject_sealed", Text, nullable=False),  # as it is to be sent, or was
    Column("body_sealed", Text, nullable=False),
    Column("outcome_json", Text, nullable=False),  # the outcome file as it was sent; empty: not sent yet
    Column("outcome_csv", Text, nullable=False),
    Column("facts_key", Text, nullable=False),  # digest of the facts that it was written from
    Column("pending", Integer, nullable=False),  # items without an outcome when it was written
    Column("automatic", Boolean, nullable=False),  # sent without a person, because the sender's record allows it
    Column("approved_by", BigId),
    Column("approved_at", Millis),
    Column("channel", Text, nullable=False),  # mail, other_mail, page; empty: not chosen yet
    Column("to_sealed", Text, nullable=False),  # address; empty: none
    Column("message_id", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("next_at", Millis),
    Column("created_at", Millis, nullable=False),
    Column("sent_at", Millis),
    Column("delivered_at", Millis),
    Column("version", Integer, nullable=False),
    UniqueConstraint("letter_id", "number"),
    Index("ix_answer_due", "state", "next_at"),
    Index("ix_answer_message_id", "message_id"),
)

# Made when the answer is approved, sent again as they are. Never changed.
answer_file: Final = Table(
    "answer_file",
    metadata,
    Column("answer_id", BigId, ForeignKey("answer.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("mime", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# Whose answers may go out without a person, once every item is decided by people.
answer_permission: Final = Table(
    "answer_permission",
    metadata,
    Column("sender_id", BigId, ForeignKey("sender.id"), primary_key=True, autoincrement=False),
    Column("given_by", BigId, nullable=False),
    Column("given_at", Millis, nullable=False),
)
