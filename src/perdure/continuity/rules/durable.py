"""Which writes are answered only when somebody else has them too (continuity.md §3.6, class *durable*)."""

from typing import Final

NAMES: Final = (
    "accounts.approve",
    "accounts.create",
    "accounts.delete",
    "accounts.email",
    "accounts.password",
    "accounts.reset",
    "accounts.set_role",
    "accounts.sign_up",
    "accounts.suspend",
    "audit.",
    "factors.",
    "moderation.act",
    "moderation.appeal",
    "moderation.decide",
    "moderation.lift",
    "moderation.report",
    "moderation.undo",
    "operator.",
    "site.seal",
    "site.vapid",
)
"""Beginnings of the names of writes: sign-ups, decisions, notices, the ledger, changes of keys."""


def is_durable(name: str) -> bool:
    """Whether a write of this name waits for a copy."""
    return name.startswith(NAMES)
