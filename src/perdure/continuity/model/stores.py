"""The list of stores, as it stands in a file that can be read when the database is gone."""

import msgspec

from perdure.continuity.model.capabilities import Capabilities


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """In whose hands something is. Empty: not known."""

    entity: str = ""
    """The legal entity, as in its contract."""
    parent: str = ""
    """The company that owns it."""
    country: str = ""
    """Where the machines stand: ISO 3166 alpha-2."""
    asn: int = 0
    """The network (autonomous system) they are reached through."""
    building: str = ""
    """The building or data centre they stand in."""


class StoreRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One store. The address holds no secret."""

    name: str
    url: str
    owner: Owner
    secret_file: str = ""
    """Where its secret stands, below the data directory."""
    durable: bool = True
    """Its acknowledgement counts for what must not be lost at all, where its owner is not the host's."""
    required: bool = True
    """The change log is kept until this store has everything."""
    protected: str = ""
    """What keeps the host from destroying what is there, where the probe cannot see it (object lock, a disk taken
    away each week): the operator's word."""
    timeout_s: float = 30.0
    pays_per_put: bool = False
    """Its owner charges for each object: what is committed within a second goes there as one."""
    added_at: int = 0
    """In ms since the epoch."""
    capabilities: Capabilities | None = None
    address: str = ""
    """Where people read what lies there, of a static host for the lifeboat; empty for a store."""


class StoreList(msgspec.Struct, frozen=True, kw_only=True):
    """All stores, and in whose hands the host itself is."""

    version: int = 1
    host: Owner | None = None
    stores: tuple[StoreRecord, ...] = ()
    boats: tuple[StoreRecord, ...] = ()
    """Static hosts that the lifeboat is written to, over what stood there."""
