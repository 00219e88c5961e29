"""The words of archives. The format is described in ``docs/reference/export-format.md``."""

from typing import Any, Final, Literal

import msgspec

FORMAT: Final = "perdure-export"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
KIND: Final = "member-export"
"""What a signed manifest is signed as."""

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
