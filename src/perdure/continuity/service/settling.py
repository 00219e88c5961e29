"""The first minute of a reign that did not get the last word of the one before (continuity.md §3.7, 4; §3.10, 9).

The site is read, not written: another host may have taken over in the same moment, and the one before may still have
sent something. A mark in the data directory says so, from the restore until the shipper has looked around.
"""

from pathlib import Path
from typing import Final

import msgspec

from perdure.continuity.model.reigns import Before
from perdure.continuity.service import disk
from perdure.continuity.service.plain import open_database
from perdure.kernel import mode
from perdure.kernel.settings import Settings

MARK_FILE: Final = "continuity/settling"
REPORT_FILE: Final = "continuity/settled.json"
REASON: Final = "it has come back on another host, which looks around for a minute before it writes"
OTHER: Final = "another host took over in the same moment, and goes first"


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """What a store holds of the reign before beyond the point that was taken over: it counts no more."""

    store: str
    segments: int
    rows: int
    since: int
    """When the first of them was committed, in ms since the epoch; 0 where no segment could be read."""
    until: int


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What the new host saw around itself. ``late`` is empty where nothing was missed."""

    at: int
    epoch: int
    before: Before
    late: tuple[Late, ...]
    unanswered: tuple[str, ...]
    """Stores that did not say what they hold."""


def begin(data: Path, before: Before) -> None:
    """Have the next start look around first. Raises OSError."""
    disk.write_private(data / MARK_FILE, msgspec.json.encode(before))


def pending(data: Path) -> Before | None:
    """Where the reign before ended, while there is still something to look at; None otherwise."""
    try:
        return msgspec.json.decode((data / MARK_FILE).read_bytes(), type=Before)
    except (OSError, msgspec.DecodeError):
        return None


def end(data: Path, found: Settled) -> None:
    """Keep what was seen, and be done with it. Raises OSError."""
    disk.write_private(data / REPORT_FILE, msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    (data / MARK_FILE).unlink(missing_ok=True)


def last(data: Path) -> Settled | None:
    """What was seen when this host took over; None where it never did, or has not looked yet."""
    try:
        return msgspec.json.decode((data / REPORT_FILE).read_bytes(), type=Settled)
    except (OSError, msgspec.DecodeError):
        return None


def hold(settings: Settings) -> None:
    """Before anybody may write: close the site for as long as the mark stands. Raises Unavailable."""
    if pending(settings.data) is None:
        return
    database = open_database(settings)
    try:
        if mode.current(database).name == mode.OPEN:
            database.write_now("site.mode", mode.set_in, mode.CLOSED, REASON)
    finally:
        database.close()
