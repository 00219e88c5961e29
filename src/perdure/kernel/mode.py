"""The site's mode: open, reading, or closed. Kept in the database, so that every process and node obeys at once."""

from typing import Final, NamedTuple

from perdure.kernel.db import Database, Tx, sql
from perdure.kernel.db.gate import CLOSED, OPEN, READING

__all__ = ["CLOSED", "OPEN", "READING", "Mode", "current", "set_in"]

_READ: Final = sql("SELECT mode, reason, since FROM _site")
_SET: Final = sql(
    "UPDATE _site SET mode = :mode, reason = :reason, since = :since WHERE mode <> :mode OR reason <> :reason"
)

_REOPEN: Final = sql(
    "UPDATE _site SET mode = 'open', reason = '', since = :since WHERE mode = 'closed' AND reason = :reason"
)


class Mode(NamedTuple):
    """``open``, ``reading`` or ``closed``, the reason in English, and since when (ms)."""

    name: str
    reason: str
    since: int


def current(db: Database) -> Mode:
    """The mode now. Blocking: one look-up by key."""
    row = db.peek(_READ)
    return Mode(*row) if row else Mode(OPEN, "", 0)


def current_in(tx: Tx) -> Mode:
    """The mode now, within a transaction."""
    row = tx.first(_READ)
    return Mode(row.mode, row.reason, row.since) if row else Mode(OPEN, "", 0)


def set_in(tx: Tx, mode: str, reason: str) -> bool:
    """Change the mode; the body's name must be ``site.mode``. Tells whether anything changed."""
    return tx.run(_SET, mode=mode, reason=reason, since=tx.now) > 0


def reopen_in(tx: Tx, reason: str) -> bool:
    """Open a site that was closed for exactly this reason; the body's name must be ``site.mode``."""
    return tx.run(_REOPEN, reason=reason, since=tx.now) > 0
