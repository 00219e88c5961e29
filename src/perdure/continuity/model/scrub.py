"""What the scrubber of files says, in ``continuity/scrub.json``."""

import msgspec


class StoreScrub(msgspec.Struct, frozen=True, kw_only=True):
    """How one store stands to the copies of files. Instants in ms since the epoch; 0 for never."""

    name: str
    missing: int = 0
    """Objects that it lacks, and gets."""
    rotten: int = 0
    """Objects that it holds with other bytes, and that nobody could encrypt anew yet."""
    listed_at: int = 0
    read: int = 0
    """Objects read back in all."""
    read_at: int = 0


class MediaScrub(msgspec.Struct, frozen=True, kw_only=True):
    """What the scrubber last found."""

    at: int = 0
    objects: int = 0
    """How many objects there should be at each store."""
    bytes: int = 0
    stores: tuple[StoreScrub, ...] = ()
    lost: tuple[str, ...] = ()
    """Files that are neither here nor whole at any store; two hundred at most."""
    after: str = ""
    """The object after which reading back goes on; empty between two rounds."""
    rounds: int = 0
    ended_at: int = 0
    """When the last round ended."""
