"""Where the lifeboat lies: ``continuity/lifeboat.json``. Instants in ms since the epoch; 0 for never."""

from typing import Literal

import msgspec


class Boat(msgspec.Struct, frozen=True, kw_only=True):
    """One place, and what it was last given."""

    name: str
    kind: Literal["store", "host"]
    """``store``: below ``lifeboat/``, for whoever has its address; ``host``: a static host that people can open."""
    at: int = 0
    """Of which instant its lifeboat speaks."""
    digest: str = ""
    """What it says (:attr:`Draft.digest`)."""
    tried_at: int = 0
    error: str = ""
    """Why the last try failed; empty where it did not."""
    known_at: int = 0
    """When it was first to have one."""


class Boats(msgspec.Struct, frozen=True, kw_only=True):
    """All places, and what they should say."""

    version: int = 1
    digest: str = ""
    since: int = 0
    """From when on the lifeboat says this."""
    boats: tuple[Boat, ...] = ()
