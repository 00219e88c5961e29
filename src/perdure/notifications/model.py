"""What a notification is to the rest of the program."""

from typing import Final, Literal, get_args

import msgspec

Standard = Literal[
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "severed_relationships",
    "moderation_warning",
    "added_to_collection",
    "collection_update",
    "admin.sign_up",
    "admin.report",
]
# Kinds of our own: told only to clients that say which kinds they know, since others stumble over a new word.
Own = Literal["perdure.report_outcome", "perdure.comment_pending", "perdure.deadline"]
Kind = Standard | Own
Verdict = Literal["accept", "filter", "drop"]
PushPolicy = Literal["all", "followed", "follower", "none"]
PUSH_POLICIES: Final = ("all", "followed", "follower", "none")

STANDARD: Final[tuple[str, ...]] = get_args(Standard)
OWN: Final[tuple[str, ...]] = get_args(Own)
GROUPED: Final = ("favourite", "reblog", "follow", "admin.sign_up")
ABOUT_POSTS: Final = frozenset({"mention", "status", "reblog", "favourite", "poll", "update", "quote", "quoted_update"})
ALERTS: Final = (
    "mention",
    "quote",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
)


class Notification(msgspec.Struct, frozen=True):
    """One thing that somebody is told."""

    id: int
    account_id: int
    kind: Kind
    from_account_id: int
    post_id: int | None
    group_key: str
    filtered: bool
    created_at: int


class Group(msgspec.Struct, frozen=True):
    """Notifications that belong together, as far as one page goes."""

    key: str
    kind: Kind
    count: int
    newest_id: int
    page_min_id: int
    page_max_id: int
    newest_at: int
    sample_account_ids: tuple[int, ...]
    post_id: int | None


class Wanted(msgspec.Struct, frozen=True):
    """Which notifications a list shows. No ``kinds`` means all of them.

    ``supported`` are the kinds that the client says it knows; None where it does not say.
    """

    kinds: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    from_account_id: int | None = None
    include_filtered: bool = False
    supported: tuple[str, ...] | None = None


class Fallback(msgspec.Struct, frozen=True):
    """A notification in words, for a client that does not know its kind."""

    title: str
    summary: str | None = None
    details: str | None = None


class Policy(msgspec.Struct, frozen=True):
    """From whom somebody wants to hear."""

    for_not_following: Verdict = "accept"
    for_not_followers: Verdict = "accept"
    for_new_accounts: Verdict = "accept"
    for_private_mentions: Verdict = "filter"
    for_limited_accounts: Verdict = "filter"


class Request(msgspec.Struct, frozen=True):
    """Filtered notifications of one sender, waiting for a decision."""

    id: int
    account_id: int
    from_account_id: int
    last_post_id: int | None
    notifications_count: int
    created_at: int
    updated_at: int


class PushAddress(msgspec.Struct, frozen=True):
    """Where a push goes, and for whom it is encrypted: an uncompressed P-256 point and a secret, in URL-safe base64.

    ``standard``: RFC 8291 and RFC 8292; otherwise the drafts before them, which older apps know.
    """

    endpoint: str
    p256dh: str
    auth: str
    standard: bool = False


class Subscription(msgspec.Struct, frozen=True):
    """Where and what to push for one token. ``sealed_token`` is the token itself, encrypted."""

    id: int
    token_id: int
    account_id: int
    sealed_token: str
    address: PushAddress
    alerts: dict[str, bool]
    policy: PushPolicy
    failures: int
