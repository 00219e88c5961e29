"""What the probe found out about a store."""

import msgspec


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One probe's result. What could not be tried is None."""

    at: int
    """When, in ms since the epoch (this machine's clock)."""
    read_after_write: bool
    """What was just written was read, found and listed at once."""
    list_complete: bool
    """Every object was listed, also from the middle on."""
    list_ordered: bool
    """In the order of the names' bytes."""
    create_only: bool
    """A second write failed and the first bytes remained, one after the other and at the same time."""
    stale_match_refused: bool | None
    """A write on the condition of a tag that the object never had failed."""
    overwrite_refused: bool
    """The host's own credential cannot write over an object."""
    delete_refused: bool
    """The host's own credential cannot remove an object."""
    clock_skew_ms: int | None
    """Store's clock minus ours."""
    largest: int
    """The largest object that was written and read whole, in bytes."""
    ranges: bool
    """Parts of an object are read right, also at its end."""
    torn_hidden: bool
    """Of an upload that was cut off, either nothing or all is seen, and the name can be written again."""

    @property
    def lying(self) -> bool:
        """Says yes and overwrites: allowed, asked before each write, never counted for fencing."""
        return not self.create_only

    @property
    def fences(self) -> bool:
        """Counts as a guard against two hosts that both believe they reign."""
        return self.create_only and self.read_after_write

    @property
    def out_of_reach(self) -> bool:
        """Whoever steals the host's credential can neither remove nor change what is there."""
        return self.delete_refused and self.overwrite_refused

    @property
    def clock_wrong(self) -> bool:
        """More than two seconds off."""
        return self.clock_skew_ms is not None and abs(self.clock_skew_ms) > 2000
