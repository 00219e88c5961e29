"""OAuth scopes: which exist, and which one covers which (api.md §3.9)."""

from collections.abc import Set as AbstractSet
from typing import Final

_READ: Final = (
    "accounts blocks bookmarks collections favourites filters follows lists mutes notifications search statuses "
    "messages"
)
_WRITE: Final = (
    "accounts blocks bookmarks collections conversations favourites filters follows lists media mutes notifications "
    "reports statuses votes comments messages"
)
_ADMIN: Final = "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks"
_FOLLOW: Final = "read:blocks write:blocks read:follows write:follows read:mutes write:mutes"
KNOWN: Final = (
    "read",
    *(f"read:{name}" for name in _READ.split()),
    "profile",
    "write",
    *(f"write:{name}" for name in _WRITE.split()),
    "follow",
    "push",
    "admin:read",
    *(f"admin:read:{name}" for name in _ADMIN.split()),
    "admin:write",
    *(f"admin:write:{name}" for name in _ADMIN.split()),
)
_KNOWN: Final = frozenset(KNOWN)
FULL: Final = "read write follow push profile admin:read admin:write"


def parse(scope: str) -> frozenset[str]:
    """The words of a scope text."""
    return frozenset(scope.split())


def all_known(scope: str) -> bool:
    """Whether every word of a scope text exists, and there is at least one."""
    words = parse(scope)
    return bool(words) and words <= _KNOWN


def covers(held: AbstractSet[str], needed: str) -> bool:
    """Whether the granted scopes include the needed one, itself or through a wider one."""
    if needed in held or ("follow" in held and needed in _FOLLOW.split()):
        return True
    wider = needed.rsplit(":", 1)[0]
    return wider != needed and (wider in held or (wider.startswith("admin:") and wider in held))


def within(requested: str, registered: str) -> bool:
    """Whether an app that registered some scopes may ask for others: each must be covered."""
    held = parse(registered)
    return all(covers(held, word) for word in parse(requested))
