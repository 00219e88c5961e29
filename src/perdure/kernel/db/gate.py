"""Whether the site may be written to: asked at the start of every batch and transaction that writes.

``reading``: nothing new, while people still sign in, export, appeal and close their account. ``closed``: nothing,
because another host has taken over, or what would capture a change is not as it should be.
"""

from typing import Final

from perdure.kernel.errors import ReadOnly

ASK: Final = "SELECT mode, reason FROM _site"
OPEN: Final = "open"
READING: Final = "reading"
CLOSED: Final = "closed"

_ALWAYS: Final = ("site.mode",)
_WHILE_READING: Final = (
    "accounts.ask_reset",
    "accounts.confirm",
    "accounts.delete",
    "accounts.locale",
    "accounts.mail",
    "accounts.password",
    "accounts.reset",
    "audit.",
    "exports.",
    "factors.",
    "gate.",
    "identity.",
    "jobs.",
    "moderation.",
    "notices.",
    "oauth.",
    "operator.",
    "outbox",
    "session.",
    "shutdown.",
    "sign_in.",
    "site.",
    "tokens.",
)


def refusal(mode: str, reason: str, body: str) -> ReadOnly | None:
    """Why a body may not write now; None where it may."""
    if mode == OPEN or body.startswith(_ALWAYS) or (mode == READING and body.startswith(_WHILE_READING)):
        return None
    return ReadOnly(reason, body=body, mode=mode)
