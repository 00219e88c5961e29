"""Objects at a store."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What a store says about one object: name, size in bytes, last change in ms since the epoch (store's clock)."""

    name: str
    size: int
    modified: int
