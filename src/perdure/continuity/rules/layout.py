"""Names of objects at a store (continuity.md §3.4). Zero-padded, so that the order of names is the order of things."""

from typing import Final

SEGMENTS: Final = "seg"
PACKS: Final = "pack"
SNAPSHOTS: Final = "snap"
KEYS: Final = "key"
HEADS: Final = "head"
EPOCHS: Final = "epoch"
SHAPES: Final = "schema"
CONFIG: Final = "config"
LEDGER: Final = "ledger"
MEDIA: Final = "media"
PHYSICAL: Final = "phys"


def _n(number: int) -> str:
    return f"{number:012}"


def epoch(number: int) -> str:
    """Everything about one reign."""
    return f"{EPOCHS}/{_n(number)}/"


def intent(number: int, attempt: int = 1) -> str:
    """A host wants to take over; one that lapsed is followed by the next attempt."""
    return f"{epoch(number)}intent" + (f"-{attempt}" if attempt > 1 else "")


def genesis(number: int) -> str:
    """A host took over."""
    return f"{epoch(number)}genesis"


def segments(number: int) -> str:
    """All segments of one epoch."""
    return f"{SEGMENTS}/{_n(number)}/"


def segment(number: int, seq: int) -> str:
    """One segment."""
    return f"{segments(number)}{_n(seq)}"


def packs(number: int) -> str:
    """All packs of one epoch."""
    return f"{PACKS}/{_n(number)}/"


def pack(number: int, first: int, last: int) -> str:
    """Consecutive segments in one object."""
    return f"{packs(number)}{_n(first)}-{_n(last)}"


def key(number: int, name: str) -> str:
    """A data key, wrapped."""
    return f"{KEYS}/{_n(number)}/{name}.age"


def shapes(digest: str) -> str:
    """The shapes that segments and snapshots follow."""
    return f"{SHAPES}/{digest}"


def head(host: str, at: int) -> str:
    """A sign of life of one host at an instant (ms)."""
    return f"{HEADS}/{host}/{at:015}"


def snapshots(number: int) -> str:
    """All snapshots of one epoch."""
    return f"{SNAPSHOTS}/{_n(number)}/"


def snapshot(number: int, lsn: int, at: int) -> str:
    """The folder of one snapshot: its log position, and when it was begun (ms), so that a name is used once."""
    return f"{snapshots(number)}{_n(lsn)}-{at:015}/"


def config(number: int, at: int) -> str:
    """A config bundle, as it was from an instant (ms) on."""
    return f"{CONFIG}/{_n(number)}/{at:015}.age"


def seq_of(name: str) -> int:
    """The number at the end of a segment's name."""
    return int(name.rsplit("/", 1)[1])


def range_of(name: str) -> tuple[int, int]:
    """First and last segment of a pack, by its name."""
    first, _, last = name.rsplit("/", 1)[1].partition("-")
    return int(first), int(last)


def epoch_of(name: str) -> int:
    """The epoch in a name of the kind ``kind/EPOCH/…``."""
    return int(name.split("/", 2)[1])
