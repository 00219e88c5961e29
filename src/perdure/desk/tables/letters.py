"""Letters as they came, what they complain of, and who sends them (safety.md §2.1, §4.3, §7)."""

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

# Whoever sends letters and was registered by an operator: hosts, trusted flaggers, authorities.
sender: Final = Table(
    "sender",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("authority", Text, nullable=False),  # desk.model.Authority
    Column("domains_json", Text, nullable=False),  # of mail that a valid DKIM signature of theirs makes verified
    Column("addresses_json", Text, nullable=False),  # exact addresses, lower case; empty: any of the domains
    Column("locale", Text, nullable=False),  # in which language to answer
    Column("answer_to", Text, nullable=False),  # address for answers; empty: whoever wrote
    Column(
        "obligation", Text, nullable=False
    ),  # key in the register whose clock their letters start; empty: by authority
    Column("limit_minutes", Integer),  # of their contract, where it differs
    Column("hook_url", Text, nullable=False),  # told of every step; empty: not
    Column("hook_secret_sealed", Text, nullable=False),
    Column("state", Text, nullable=False),  # active, suspended
    Column("suspended_until", Millis),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),
)

sender_token: Final = Table(
    "sender_token",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("sender_id", BigId, ForeignKey("sender.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_by", BigId),
    Column("created_at", Millis, nullable=False),
    Column("last_used_at", Millis),
    Column("revoked_at", Millis),
    Index("ix_sender_token_sender_id", "sender_id"),
)

# A letter is stored before it is read: whatever goes wrong afterwards, it is not lost.
letter: Final = Table(
    "letter",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("dedupe_key", Text, nullable=False, unique=True),  # digest of the bytes and where they came from
    Column("request_key", Text, unique=True),  # digest of the caller's idempotency key and of who they are
    Column("channel", Text, nullable=False),  # desk.model.Channel
    Column("name", Text, nullable=False),  # of the file, where it came as one
    Column("mime", Text, nullable=False),  # as claimed
    Column("raw_hash", Text, nullable=False),  # SHA-256 of the bytes, hex
    Column("raw_size", Integer, nullable=False),
    Column("state", Text, nullable=False),  # received, opening, opened, refused (waits for a person), answered, closed
    Column("refusal", Text, nullable=False),  # why it waits: flood, suspended; empty: it does not
    Column("form", Text, nullable=False),  # desk.model.Form; empty: not read yet
    Column("policy", Text, nullable=False),  # house rule that the letter as a whole names; empty: none
    Column("threat_to_life", Boolean, nullable=False),  # it says so
    Column("sender_id", BigId, ForeignKey("sender.id")),
    Column("authority", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("proof", Text, nullable=False),  # token, dkim, account, none: and of what
    Column("thread_key", Text, nullable=False),  # what later mails of the same exchange share
    Column("message_key", Text, nullable=False),  # digest of its own Message-ID; empty: it has none
    Column("contact_hash", Text),  # keyed: whether two letters come from one address
    Column("reference", Text, nullable=False),  # ours, for a person: PN-2026-000123
    Column("case_id", BigId),
    Column("intake_id", BigId),
    Column("locale", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("done", Integer, nullable=False),  # items that were looked up and judged
    Column("faults_json", Text, nullable=False),
    Column("token_hash", Text, unique=True),  # of the link under which the sender sees the state
    Column("by_account", BigId),  # member of staff who brought it
    Column("drill", Boolean, nullable=False),
    Column("received_at", Millis, nullable=False),  # the clocks' zero
    Column("stored_at", Millis, nullable=False),
    Column("due_at", Millis),  # the deadline that the letter or its sender's contract sets
    Column("opened_at", Millis),  # the case stands, every item looked up
    Column("receipt_at", Millis),  # the sender was told that it is here
    Column("answered_at", Millis),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("reference"),
    Index("ix_letter_state", "state", "received_at"),
    Index("ix_letter_sender_id", "sender_id", "received_at"),
    Index("ix_letter_case_id", "case_id"),
    Index("ix_letter_thread_key", "thread_key"),
    Index("ix_letter_message_key", "message_key"),
    Index("ix_letter_stored_at", "stored_at"),
    Index("ix_letter_contact_hash", "contact_hash", "received_at"),
)

# What came, sealed with a key of its own that the site's key wraps. Never changed: a row that changes is copied whole.
letter_raw: Final = Table(
    "letter_raw",
    metadata,
    Column("letter_id", BigId, ForeignKey("letter.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("wrapped_key", Text, nullable=False),
)

# What was understood of it: desk.model.Letter without its items, as JSON, sealed alike.
letter_read: Final = Table(
    "letter_read",
    metadata,
    Column("letter_id", BigId, ForeignKey("letter.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("wrapped_key", Text, nullable=False),
)

# The last number given in each year.
letter_number: Final = Table(
    "letter_number",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

# One line of a letter. Several may lead to one item of the case, which carries the outcome.
letter_item: Final = Table(
    "letter_item",
    metadata,
    Column("letter_id", BigId, ForeignKey("letter.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("claim", Text, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("seen_at", Millis),
    Column("item_id", BigId),  # of the case
    Column("step", Integer, nullable=False),  # 0: as read, 1: looked up, 2: judged, 3: settled where that is certain
    Column("place_key", Text, nullable=False),  # the place it names, however it is spelt; empty: none
    Column("resolution", Text, nullable=False),  # how it was found: url, short_link, id, phrase, echo, none
    Column("outcome_hint", Text, nullable=False),  # the outcome that is certain without a person; empty: a person says
    Column("same_as", BigId),  # item of the case that it repeats
    Column("decision_id", BigId),  # that decided it before the letter came
    Column("masked", Boolean, nullable=False),  # towards the sender it is as if nothing were there
    Column("state_before", Text, nullable=False),  # of what was found: visible, held, hidden, deleted …
    Column("held_by", BigId),  # decision that hid it at once
    Column("swept", Integer, nullable=False),  # copies elsewhere that were found
    Index("ix_letter_item_item_id", "item_id"),
    Index("ix_letter_item_step", "letter_id", "step", "number"),
)
