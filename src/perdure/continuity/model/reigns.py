"""Reigns: which host writes, from where on, and what it last said."""

import msgspec


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A host's sign of life, signed (kind ``head``) and put to every store at most every 30 seconds."""

    site: str
    host: str
    epoch: int
    seq: int
    """Newest segment that this host made; 0 for none."""
    hash: str
    """SHA-256 of its bytes, hex; of the genesis for none."""
    last: int
    at: int
    """Wall clock of the host, ms since the epoch: information, never an order."""
    seen: dict[str, int]
    """By store: the newest segment that it acknowledged."""
    closed: bool = False
    """The last one: this host writes no more."""


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last segment of the epoch before that counts; what came after it there is void."""

    epoch: int
    seq: int
    hash: str


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A host wants to take over, signed (kind ``intent``) by the site's root key or the reigning host."""

    site: str
    epoch: int
    host: str
    host_key: str
    at: int
    address: str = ""
    """Where people find the site from then on, if it moves."""


class Genesis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reign begins, signed (kind ``genesis``) by the site's root key or the host that reigned before."""

    site: str
    epoch: int
    before: Before | None
    """None for the first epoch of a site."""
    host: str
    host_key: str
    """Public key (hex) that signs what this host says: heads, manifests, bundles."""
    recipients: tuple[str, ...]
    """Who can open this epoch's keys (age recipients)."""
    at: int
    voucher: str = ""
    """The root key's word for this host (a signed file as text), where the host signed this itself."""
