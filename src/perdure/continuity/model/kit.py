"""The recovery kit: what brings a site back when its host is gone."""

import msgspec

FORMAT = 1
"""Version of the kit; an older Perdure refuses a newer one."""

COMMAND = "perdure restore --kit kit.txt --from any --to sqlite:////srv/perdure/perdure.db"


class KitStore(msgspec.Struct, frozen=True, omit_defaults=True):
    """The store that a restore begins at, with a credential that can only read."""

    name: str
    url: str
    secret: str = ""


class Kit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is on the paper. Secret, unless the master is in the trustees' hands."""

    version: int = FORMAT
    site_id: str
    root: str
    """Public half of the site root key (hex): whatever opens this kit must make this key."""
    made_at: int
    """ms since the epoch, UTC."""
    master: bytes = b""
    """The master secret; empty where trustees hold shares of it."""
    needed: int = 0
    """How many of the trustees' shares rebuild the master; 0 where it is in the kit."""
    store: KitStore
    stores: tuple[str, ...] = ()
    """Addresses of the other stores."""
    domains: tuple[str, ...] = ()
    lifeboats: tuple[str, ...] = ()
    command: str = COMMAND
    """What to type on the new machine."""


class KitRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the host remembers of its kit: nothing secret. Instants in ms since the epoch, UTC."""

    root: str
    created_at: int
    tested_at: int | None = None
    """When a test last proved that this kit opens the newest bundle."""
    store: str
    """Name of the store in the kit."""
    shares: int = 0
    """How many trustees hold a share; 0 where the kit is whole."""
    needed: int = 0
