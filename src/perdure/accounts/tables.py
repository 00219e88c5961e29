"""People and how they prove who they are."""

from sqlalchemy import text

from perdure.kernel.db import BigId, Boolean, Column, ForeignKey, Index, Integer, Millis, Table, Text, metadata

account = Table(
    "account",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("username", Text, nullable=False),
    Column("username_key", Text, nullable=False, unique=True),  # folded: names match without regard to case
    Column("display_name", Text, nullable=False),
    Column("note", Text, nullable=False),  # as typed; HTML is made when it is shown
    Column("fields_json", Text, nullable=False),  # [{"name", "value", "verified_at"}]
    Column("avatar_key", Text),  # storage key; a new upload makes a new key, so the URL changes
    Column("header_key", Text),
    Column("avatar_description", Text, nullable=False),
    Column("header_description", Text, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("discoverable", Boolean, nullable=False),
    Column("indexable", Boolean, nullable=False),
    Column("hide_collections", Boolean, nullable=False),
    Column("show_featured", Boolean, nullable=False),  # which tabs the profile has
    Column("show_media", Boolean, nullable=False),
    Column("show_media_replies", Boolean, nullable=False),
    Column("attribution_domains_json", Text, nullable=False),  # sites that may name the account as an author
    Column("role", Text, nullable=False),  # owner, admin, moderator, member
    Column("state", Text, nullable=False),  # active, pending, deactivated, suspended, deleted
    # What staff decided. Each ends with the decision behind it.
    Column("frozen", Boolean, nullable=False, server_default=text("false")),  # signs in and reads, does not write
    Column("limited", Boolean, nullable=False, server_default=text("false")),  # strangers do not come across it
    Column(
        "marked_sensitive", Boolean, nullable=False, server_default=text("false")
    ),  # all its media is behind a warning
    Column("banned", Boolean, nullable=False, server_default=text("false")),  # suspended for good
    Column("labels_json", Text, nullable=False, server_default="[]"),  # shown on the profile and on every post
    Column("suspended_until", Millis),  # of a suspension that ends by itself
    Column("default_visibility", Text, nullable=False),
    Column("default_sensitive", Boolean, nullable=False),
    Column("default_language", Text),
    Column("default_quote_policy", Text, nullable=False),
    Column("followers_count", Integer, nullable=False),
    Column("following_count", Integer, nullable=False),
    Column("statuses_count", Integer, nullable=False),
    Column("last_status_at", Millis),
    Column("created_at", Millis, nullable=False),
    Column("version", Integer, nullable=False),  # grows with every change of what others see of it
    Column("purge_at", Millis),  # set while a deletion waits for the end of its grace period
    Index("ix_account_state_id", "state", "id"),
    Index("ix_account_purge_at", "purge_at"),
    Index("ix_account_staff", "id", sqlite_where=text("role <> 'member'"), postgresql_where=text("role <> 'member'")),
)

# Accounts that must not be erased, and for whose sake: ``keeper`` is hold:<id>.
account_keep = Table(
    "account_keep",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("keeper", Text, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Index("ix_account_keep_keeper", "keeper"),
)

login = Table(
    "login",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),  # argon2id; empty: no password opens it
    Column("confirmed_at", Millis),
    Column("approved", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("totp_secret", Text),
    Column("totp_step", BigId, nullable=False),  # last time step used: a code works once
    Column("failures", Integer, nullable=False),
    Column("failed_at", Millis),
    Column("last_used_at", Millis),
    Column("invite_id", BigId),
    Column("proven", Boolean, nullable=False),  # showed at sign-up that no machine filled in the form
    Column("expand_media", Text, nullable=False),
    Column("expand_spoilers", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
    Index("ix_login_last_used_at", "last_used_at"),
)

session = Table(
    "session",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("last_used_at", Millis, nullable=False),
    Index("ix_session_account_id", "account_id"),
)

oauth_app = Table(
    "oauth_app",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("client_id", Text, nullable=False, unique=True),
    Column("secret_hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("website", Text),
    Column("redirect_uris_json", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
)

oauth_code = Table(
    "oauth_code",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("app_id", BigId, ForeignKey("oauth_app.id"), nullable=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("challenge", Text),  # PKCE, S256
    Column("expires_at", Millis, nullable=False),
    Index("ix_oauth_code_expires_at", "expires_at"),
)

oauth_token = Table(
    "oauth_token",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("app_id", BigId, ForeignKey("oauth_app.id"), nullable=False),
    Column("account_id", BigId, ForeignKey("account.id")),  # none: the app itself
    Column("scope", Text, nullable=False),  # as granted, word for word
    Column("created_at", Millis, nullable=False),
    Column("last_used_at", Millis),
    Index("ix_oauth_token_account_id", "account_id"),
)

invite = Table(
    "invite",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False, unique=True),
    Column("creator_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("max_uses", Integer),
    Column("uses", Integer, nullable=False),
    Column("expires_at", Millis),
    Column("comment", Text, nullable=False),
    Column("autofollow", Boolean, nullable=False),  # whoever comes in follows whoever invited
    Column("revoked_at", Millis),
    Column("created_at", Millis, nullable=False),
    Index("ix_invite_creator_id", "creator_id", "id"),
)

mail_token = Table(
    "mail_token",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("purpose", Text, nullable=False),  # confirm, reset
    Column("email", Text, nullable=False),  # the address it was sent to, and that it confirms
    Column("expires_at", Millis, nullable=False),
    Index("ix_mail_token_account_id", "account_id"),
    Index("ix_mail_token_expires_at", "expires_at"),
)

passkey = Table(
    "passkey",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", Millis, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("last_used_at", Millis),
    Index("ix_passkey_account_id", "account_id"),
)

passkey_challenge = Table(
    "passkey_challenge",
    metadata,
    Column("challenge", Text, primary_key=True),
    Column("account_id", BigId),  # none: whoever shows a passkey signs in
    Column("expires_at", Millis, nullable=False),
    Index("ix_passkey_challenge_expires_at", "expires_at"),
    info={"derived": "lives five minutes: a sign-in under way begins again"},
)

former_name = Table(
    "former_name",
    metadata,
    Column("username_key", Text, primary_key=True),  # stays its owner's: old links lead on, nobody can pretend
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False),
    Column("left_at", Millis, nullable=False),
    Index("ix_former_name_account_id", "account_id", "left_at"),
)

rejected_sign_up = Table(
    "rejected_sign_up",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("email_hash", Text, nullable=False),  # of the folded address: recognised, not kept
    Column("rejected_by", BigId),
    Column("note", Text, nullable=False),
    Column("rejected_at", Millis, nullable=False),
    Index("ix_rejected_sign_up_email_hash", "email_hash", "id"),
    Index("ix_rejected_sign_up_rejected_at", "rejected_at"),
)

# By what somebody who was banned is recognised when they come again: keyed hashes, each with its end.
barred = Table(
    "barred",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),  # email, network, device
    Column("digest", Text, primary_key=True),
    Column("expires_at", Millis),  # none: as long as the ban
    Column("created_at", Millis, nullable=False),
    Index("ix_barred_digest", "digest"),
    Index("ix_barred_expires_at", "expires_at"),
)

used_proof = Table(
    "used_proof",
    metadata,
    Column("proof_hash", Text, primary_key=True),
    Column("expires_at", Millis, nullable=False),
    Index("ix_used_proof_expires_at", "expires_at"),
    info={"derived": "a puzzle is good for minutes; its own date keeps an old one from passing"},
)

form_use = Table(
    "form_use",
    metadata,
    Column("key", Text, primary_key=True),  # hash of form and network
    Column("began_at", Millis, nullable=False),
    Column("uses", Integer, nullable=False),
    Index("ix_form_use_began_at", "began_at"),
    info={"derived": "counts of an hour, to keep machines from forms"},
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("code_hash", Text, primary_key=True),
)

custom_emoji = Table(
    "custom_emoji",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("shortcode", Text, nullable=False, unique=True),
    Column("file_key", Text, nullable=False),
    Column("category", Text),
    Column("visible_in_picker", Boolean, nullable=False),
    Column("created_at", Millis, nullable=False),
)

# Links in profile fields that are looked at for a link back (rel=me).
link_check = Table(
    "link_check",
    metadata,
    Column("account_id", BigId, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("url", Text, primary_key=True),
    Column("created_at", Millis, nullable=False),
    Column("checked_at", Millis),
    Column("due_at", Millis),  # none: not until the profile is saved again
    Column("failures", Integer, nullable=False),  # in a row
    Index("ix_link_check_due_at", "due_at"),
)

site_setting = Table(
    "site_setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value_json", Text, nullable=False),
    Column("updated_at", Millis, nullable=False),
)

site_rule = Table(
    "site_rule",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("hint", Text, nullable=False),
)
