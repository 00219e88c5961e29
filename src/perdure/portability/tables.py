"""Archives that come in, what of them waits for others, sites whose signatures count, and who continues whom."""

from perdure.kernel.db import BigId, Boolean, Column, ForeignKey, Index, Millis, Table, Text, metadata

import_run = Table(
    "import_run",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("state", Text, nullable=False),  # receiving, waiting, running, done, failed
    Column("size", BigId, nullable=False),  # bytes that were announced
    Column("with_profile", Boolean, nullable=False),
    Column("host", Text, nullable=False),  # of the archive; empty until it was checked
    Column("username", Text, nullable=False),
    Column("source_account_id", Text, nullable=False),
    Column("signature", Text, nullable=False),  # signed, unknown, none; empty until it was checked
    Column("made_at", Millis),
    Column("lines", BigId, nullable=False),  # in the whole archive
    Column("done", BigId, nullable=False),
    Column("step", Text, nullable=False),
    Column("position", BigId, nullable=False),  # lines of the step that are done: it goes on there
    Column("report_json", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("updated_at", Millis, nullable=False),
    Column("claimed_until", Millis, nullable=False),
    Index("ix_import_run_account_id", "account_id", "id"),
    Index("ix_import_run_state", "state", "claimed_until"),
)

# Files of archives that are here already, so that a repetition does not store them again.
imported_file = Table(
    "imported_file",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("host", Text, primary_key=True),
    Column("source_id", Text, primary_key=True),
    Column("media_id", BigId, nullable=False),
)

# What of an archive points at people and posts that are not here (yet): kept, taken along again, and put in force
# when they come. ``ref`` is a folded user name or the id of a post at ``host``.
carried = Table(
    "carried",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Text, nullable=False),  # the list or filter it belongs to
    Column("host", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("document_json", Text, nullable=False),
    Index("uq_carried", "account_id", "kind", "detail", "host", "ref", unique=True),
    Index("ix_carried_host_ref", "host", "ref"),
    Index("ix_carried_account_id_kind_id", "account_id", "kind", "id"),
)

known_site = Table(
    "known_site",
    metadata,
    Column("host", Text, primary_key=True),
    Column("public_key", Text, primary_key=True),
    Column("source", Text, nullable=False),  # operator, fetched
    Column("added_at", Millis, nullable=False),
)

# The public half of a key that only the member holds: it proves elsewhere, without this site, who they are.
recovery_key = Table(
    "recovery_key",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("public_key", Text, nullable=False),
    Column("proof", Text, nullable=False),  # its signature (hex) over whose key it is; empty: none was given
    Column("registered_at", Millis, nullable=False),
)

# Who an account here was elsewhere. ``proof``: ``archive`` signed by a known site, or the member's ``key``.
continuation = Table(
    "continuation",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("host", Text, primary_key=True),
    Column("username_key", Text, primary_key=True),
    Column("username", Text, nullable=False),
    Column("source_account_id", Text, nullable=False),
    Column("recovery_key", Text, nullable=False),  # of the signed identity; empty: there was none
    Column("proof", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("challenge_until", Millis, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("proven_at", Millis),
    Index("ix_continuation_host_username_key", "host", "username_key"),
)

# Where a member says to be now, at another site.
departure = Table(
    "departure",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("said_at", Millis, nullable=False),
)

# The orderly end of the site: one row while it is announced.
site_end = Table(
    "site_end",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),  # always 1
    Column("ends_at", Millis, nullable=False),
    Column("announced_at", Millis, nullable=False),
    Column("reason", Text, nullable=False),
    Column("successors_json", Text, nullable=False),
    Column("before_registrations", Text, nullable=False),
    Column("before_message", Text, nullable=False),
    Column("reminded_days", BigId, nullable=False),  # the last reminder that is under way
    Column("reminded_until", BigId, nullable=False),  # accounts up to this id have it
    Column("destroyed_at", Millis),
)
