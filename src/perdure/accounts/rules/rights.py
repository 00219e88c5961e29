"""What each role may do. Names and bits are those of Mastodon's ``Role`` entity, so that clients understand them."""

from collections.abc import Mapping
from typing import Final

from perdure.accounts.model import Right, Role

_NAMES: Final[tuple[Right, ...]] = (
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
)
_BITS: Final[Mapping[Right, int]] = {name: 1 << place for place, name in enumerate(_NAMES)}
_MEMBER: Final[frozenset[Right]] = frozenset({"invite_users"})
_MODERATOR: Final[frozenset[Right]] = _MEMBER | {
    "view_audit_log",
    "view_dashboard",
    "manage_reports",
    "manage_taxonomies",
    "manage_appeals",
    "manage_users",
}
OF_ROLE: Final[Mapping[Role, frozenset[Right]]] = {
    "member": _MEMBER,
    "moderator": _MODERATOR,
    "admin": frozenset(_NAMES) - {"administrator"},
    "owner": frozenset(_NAMES),
}
RANK: Final[Mapping[Role, int]] = {"member": 0, "moderator": 1, "admin": 2, "owner": 3}


def holds(role: Role, right: Right) -> bool:
    """Whether a role includes a right."""
    return right in OF_ROLE[role]


def needs_factor(right: Right) -> bool:
    """Whether a right is for those with a second factor only: every one that members do not have."""
    return right not in _MEMBER


def permissions(role: Role) -> int:
    """A role's rights as clients read them: a sum of bits."""
    return sum(_BITS[right] for right in OF_ROLE[role])
