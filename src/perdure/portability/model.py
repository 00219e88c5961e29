"""The words of archives. The format is described in ``docs/reference/export-format.md``."""

from typing import Any, Final, Literal

import msgspec

FORMAT: Final = "perdure-export"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
KIND: Final = "member-export"
"""What a signed manifest is signed as."""

IDENTITY: Final = "identity.json"
IDENTITY_KIND: Final = "member-identity"

ExportState = Literal["preparing", "ready", "failed"]


class FileEntry(msgspec.Struct, frozen=True):
    """A file of an archive: its SHA-256 (hex) and its size in bytes."""

    name: str
    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive says of itself; signed by the site that made it. ``left_out`` are files that are gone."""

    format: str = FORMAT
    version: int = VERSION
    host: str
    base_url: str
    account_id: str
    username: str
    made_at: int
    files: tuple[FileEntry, ...]
    left_out: tuple[str, ...] = ()


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """An archive of a member's, ready or in the making. ``step`` is the file in hand, ``done`` the lines written."""

    id: str
    state: ExportState
    started_at: int
    updated_at: int
    step: str = ""
    done: int = 0
    size: int = 0
    sha256: str = ""
    error: str = ""


class MediaEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a post shows. ``file`` is its name in the archive; empty where it is gone or withheld."""

    id: str
    file: str
    mime: str
    kind: str
    created_at: int
    description: str | None = None
    focus: tuple[float, float] | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of themselves."""

    username: str
    created_at: int
    display_name: str
    note: str
    fields: tuple[tuple[str, str], ...]
    avatar: str = ""  # the name of the file in the archive
    header: str = ""
    avatar_description: str = ""
    header_description: str = ""
    locked: bool = False
    bot: bool = False
    discoverable: bool = True
    indexable: bool = True
    hide_collections: bool = False
    show_featured: bool = True
    show_media: bool = True
    show_media_replies: bool = True
    attribution_domains: tuple[str, ...] = ()


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody has the site set up for themselves."""

    default_visibility: str
    default_sensitive: bool
    default_language: str | None
    default_quote_policy: str
    locale: str
    expand_media: str
    expand_spoilers: bool
    notifications: dict[str, str]
    followed_tags: tuple[str, ...]
    featured_tags: tuple[str, ...]
    blocked_domains: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]  # (name@host, what the owner wrote down)


class ListEntry(msgspec.Struct, frozen=True):
    """A list with those who are on it, as ``name@host``."""

    title: str
    replies_policy: str
    exclusive: bool
    members: tuple[str, ...]


class FilterEntry(msgspec.Struct, frozen=True):
    """A filter; keywords are (phrase, whether as a whole word)."""

    title: str
    contexts: tuple[str, ...]
    action: str
    expires_at: int | None
    keywords: tuple[tuple[str, bool], ...]
    posts: tuple[Any, ...] = ()


Signature = Literal["signed", "unknown", "none"]
"""``signed`` by a site that is known here, by an ``unknown`` key, or not at all. What is broken does not come in."""
ImportState = Literal["receiving", "waiting", "running", "done", "failed"]


class Report(msgspec.Struct):
    """What became of an archive's content: counts by what it was, and by the word for why it stayed out."""

    added: dict[str, int] = {}
    known: dict[str, int] = {}
    carried: dict[str, int] = {}
    refused: dict[str, int] = {}


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """An archive that comes in. ``lines`` and ``done`` tell how far it is; ``error`` why it failed."""

    id: int
    account_id: int
    state: ImportState
    size: int
    with_profile: bool
    host: str
    username: str
    source_account_id: str
    signature: str
    made_at: int | None
    lines: int
    done: int
    step: str
    position: int
    report: Report
    error: str
    created_at: int
    updated_at: int


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a member is here, and which key (Ed25519, hex) speaks for them elsewhere. Signed by the site."""

    format: str = "perdure-identity"
    version: int = 1
    host: str
    base_url: str
    account_id: str
    username: str
    recovery_key: str
    proof: str = ""
    """The key's own signature (hex) over :func:`identity.statement`; empty where it was registered without."""
    registered_at: int
    made_at: int


class Continuation(msgspec.Struct, frozen=True):
    """Whom an account says to continue. ``proof``: empty, ``archive`` signed by a known site, ``key`` of the member."""

    host: str
    username: str
    proof: str
    proven_at: int | None
    can_prove: bool


class SiteEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The announced end of the site. ``reminded_until`` is below zero once everybody has the last reminder."""

    ends_at: int
    announced_at: int
    reason: str
    successors: tuple[str, ...]
    reminded_days: int
    reminded_until: int
    destroyed_at: int | None
