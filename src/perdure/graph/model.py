"""What two accounts are to each other."""

import msgspec


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """How the viewer stands to another account."""

    id: int
    following: bool = False
    show_reblogs: bool = False
    notify: bool = False
    languages: tuple[str, ...] = ()
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: int | None = None
    requested: bool = False
    requested_by: bool = False
    note: str = ""


class ListView(msgspec.Struct, frozen=True):
    """A list of accounts, as its owner sees it."""

    id: int
    title: str
    replies_policy: str
    exclusive: bool
