"""A snapshot: every captured table at one instant, in chunks, and the signed manifest that says what belongs to it."""

import msgspec

FORMAT = 1
"""Version of the manifest; an older Perdure refuses a newer one."""


class Chunk(msgspec.Struct, frozen=True, array_like=True):
    """One object: rows of one table, in the order of their keys. ``sha256`` (hex) and ``size`` are of its bytes."""

    sha256: str
    size: int
    count: int


class TableManifest(msgspec.Struct, frozen=True):
    """One table as it was."""

    name: str
    count: int
    hash: str
    """The canonical hash, hex."""
    chunks: tuple[Chunk, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds, signed (kind ``snapshot``) by the host that made it; put to a store last of all."""

    version: int = FORMAT
    site: str
    epoch: int
    name: str
    """The folder of its objects."""
    at: int
    """ms since the epoch, UTC; information only."""
    revision: str
    """The migration whose tables these are."""
    shapes: str
    """Hash of the shapes that the rows follow."""
    seq: int
    """All segments up to this one of the epoch are in it; the tail begins behind. 0: none."""
    hash: str
    """SHA-256 (hex) of that segment; of the genesis for none."""
    upto: int
    """The highest lsn in it; on SQLite, rows up to here are."""
    seen: tuple[int, ...] = ()
    """PostgreSQL: transactions that are in it, though a later segment carries them."""
    key: str
    """Name of its data key: object ``key/<epoch>/<key>.age``."""
    tables: tuple[TableManifest, ...]
    """In the order of the shapes."""

    @property
    def count(self) -> int:
        """All rows."""
        return sum(table.count for table in self.tables)
