"""What an account is to the rest of the program, and who is asking."""

from typing import Literal

import msgspec

Role = Literal["owner", "admin", "moderator", "member"]
State = Literal["active", "pending", "deactivated", "suspended", "deleted"]
RegistrationMode = Literal["open", "approval", "invite", "closed"]
FeedAccess = Literal["public", "authenticated", "disabled"]
FeedKind = Literal["live_feeds", "hashtag_feeds"]
Right = Literal[
    "administrator",
    "view_devops",
    "view_audit_log",
    "view_dashboard",
    "manage_reports",
    "manage_federation",
    "manage_settings",
    "manage_blocks",
    "manage_taxonomies",
    "manage_appeals",
    "manage_users",
    "manage_invites",
    "manage_rules",
    "manage_announcements",
    "manage_custom_emojis",
    "manage_webhooks",
    "invite_users",
    "manage_roles",
    "manage_user_access",
    "delete_user_data",
]
STAFF: frozenset[str] = frozenset({"owner", "admin", "moderator"})


class Viewer(msgspec.Struct, frozen=True):
    """A person who proved who they are, and what their token allows. Web sessions carry every scope."""

    account_id: int
    role: Role
    scopes: frozenset[str]
    app_id: int | None
    token_id: int | None
    locale: str
    frozen: bool = False  # reads, and writes nothing but an appeal

    @property
    def is_staff(self) -> bool:
        """Whether the role is a staff role: for what is shown. Whether they may act, the domain asks itself."""
        return self.role in STAFF


class Standing(msgspec.Struct, frozen=True):
    """What decides whether an account may use a right."""

    role: Role
    state: State
    second_factor: bool
    frozen: bool = False

    @property
    def must_enrol(self) -> bool:
        """Whether a staff role sleeps until the account has a second factor."""
        return self.role in STAFF and not self.second_factor


class Caller(msgspec.Struct, frozen=True):
    """What a bearer token stands for: an app, and perhaps a person, who may be refused for the account's state."""

    token_id: int
    app_id: int
    scope: str  # word for word as granted
    scopes: frozenset[str]
    viewer: Viewer | None
    refusal: str | None


class Field(msgspec.Struct, frozen=True):
    """One line of a profile."""

    name: str
    value: str
    verified_at: int | None = None


class Emoji(msgspec.Struct, frozen=True):
    """A picture of the site's own that stands for ``:shortcode:`` in a text."""

    shortcode: str
    file_key: str
    category: str | None
    visible_in_picker: bool


class Label(msgspec.Struct, frozen=True):
    """What staff says about a post or an account, for everybody to read, and what stays folded behind it."""

    value: str
    reason: str
    severity: str  # inform, alert, none
    blur: str  # content, media, none


class AccountView(msgspec.Struct, frozen=True):
    """An account as everybody may see it, with the owner's defaults. ``version`` grows with every change."""

    id: int
    username: str
    display_name: str
    note: str
    note_html: str
    fields: tuple[Field, ...]
    avatar_key: str | None
    header_key: str | None
    avatar_description: str
    header_description: str
    locked: bool
    bot: bool
    discoverable: bool
    indexable: bool
    hide_collections: bool
    show_featured: bool
    show_media: bool
    show_media_replies: bool
    attribution_domains: tuple[str, ...]
    role: Role
    state: State
    default_visibility: str
    default_sensitive: bool
    default_language: str | None
    default_quote_policy: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: int | None
    created_at: int
    version: int
    emojis: tuple[Emoji, ...] = ()
    frozen: bool = False
    limited: bool = False
    marked_sensitive: bool = False
    banned: bool = False
    suspended_until: int | None = None
    labels: tuple[Label, ...] = ()

    @property
    def hidden(self) -> bool:
        """Whether nothing of the account may be shown."""
        return self.state in {"suspended", "deleted", "deactivated"}


class Login(msgspec.Struct, frozen=True):
    """The private side of an account. Never leaves the domain but to its owner and staff."""

    account_id: int
    email: str
    password_hash: str
    confirmed_at: int | None
    approved: bool
    reason: str
    locale: str
    totp_secret: str | None
    totp_step: int
    failures: int
    failed_at: int | None
    last_used_at: int | None
    expand_media: str
    expand_spoilers: bool
    proven: bool
    created_at: int


class App(msgspec.Struct, frozen=True):
    """A registered client."""

    id: int
    client_id: str
    secret_hash: str
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: str
    created_at: int


class Issued(msgspec.Struct, frozen=True):
    """A fresh access token: the only moment at which its text exists."""

    token: str
    scope: str
    created_at: int


class TokenView(msgspec.Struct, frozen=True):
    """A token as its owner sees it in the list of connected apps."""

    id: int
    app_name: str
    app_website: str | None
    scope: str
    created_at: int
    last_used_at: int | None


class SessionView(msgspec.Struct, frozen=True):
    """A browser that is signed in."""

    id: int
    account_id: int
    user_agent: str
    address: str
    created_at: int
    last_used_at: int


class Rule(msgspec.Struct, frozen=True):
    """One of the site's rules."""

    id: int
    text: str
    hint: str


class Site(msgspec.Struct, frozen=True):
    """What the operators say about the site, changed on pages."""

    title: str = "Perdure"
    description: str = "A social network you can keep online."
    extended_description: str = ""
    privacy_policy: str = ""
    terms: str = ""
    contact_email: str = ""
    contact_account_id: int | None = None
    registrations: RegistrationMode = "open"
    languages: tuple[str, ...] = ("en", "fr")
    reserved_names: tuple[str, ...] = ()
    require_invite_reason: bool = False
    registrations_message: str = ""  # why sign-up is closed, or what to know before asking
    members_invite: bool = True
    blocked_mail_domains: tuple[str, ...] = ()
    thumbnail_key: str | None = None
    live_feeds: FeedAccess = "public"  # who may read the public timeline
    hashtag_feeds: FeedAccess = "public"
    updated_at: int = 0


class Invite(msgspec.Struct, frozen=True):
    """A code that lets somebody sign up."""

    id: int
    code: str
    creator_id: int
    max_uses: int | None
    uses: int
    expires_at: int | None
    comment: str
    autofollow: bool
    revoked_at: int | None
    created_at: int

    def usable(self, now: int) -> bool:
        """Whether it still lets somebody in."""
        spent = self.max_uses is not None and self.uses >= self.max_uses
        return self.revoked_at is None and not spent and (self.expires_at is None or self.expires_at > now)


class Waiting(msgspec.Struct, frozen=True):
    """Somebody who wants in, as staff sees them."""

    account_id: int
    username: str
    email: str
    reason: str
    locale: str
    confirmed_at: int | None
    invited_by: str | None
    created_at: int
    rejected_before_at: int | None = None


class Passkey(msgspec.Struct, frozen=True):
    """A security key or passkey of an account."""

    id: int
    account_id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: int
    last_used_at: int | None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the operator sees them. Erased accounts have no address."""

    id: int
    username: str
    display_name: str
    role: Role
    state: State
    email: str
    confirmed_at: int | None
    approved: bool
    second_factor: bool
    statuses_count: int
    created_at: int
    last_used_at: int | None
    reason: str


class Restrictions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that staff decided about an account. ``until`` (ms) is the end of a suspension that has one."""

    frozen: bool = False
    limited: bool = False
    sensitive: bool = False
    suspended: bool = False
    banned: bool = False
    until: int | None = None
    labels: tuple[Label, ...] = ()


class StaffView(msgspec.Struct, frozen=True):
    """An account as staff sees it. ``login`` is None for one that is erased; addresses are (IP, last used)."""

    account: AccountView
    login: Login | None
    addresses: tuple[tuple[str, int], ...]
    invited_by: int | None


class StaffSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Which accounts staff wants to see; empty means any. ``username`` is a beginning, the others are exact."""

    states: frozenset[State] = frozenset({"active", "pending", "deactivated", "suspended"})
    roles: frozenset[Role] = frozenset({"owner", "admin", "moderator", "member"})
    username: str = ""
    display_name: str = ""
    email: str = ""
    address: str = ""
    invited_by: int = 0
