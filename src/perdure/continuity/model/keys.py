"""Who a site is to its copies: its name, the public halves of its keys, and who can open what it ships."""

import msgspec

FORMAT = 1
"""Version of ``site.json``; a host refuses a newer one."""


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a host knows of the site that it carries. Nothing in it is secret.

    Keys that sign are Ed25519 public keys in hex; keys that open are age recipients (``age1…``).
    """

    version: int = FORMAT
    site_id: str
    """32 hex digits, for ever the same, over all hosts and kits."""
    root: str
    """The site root key, whose private half comes from the kit alone."""
    recovery: str
    """The kit's recipient."""
    operator: str = ""
    """The operator's own recipient, if any."""
    drill: str = ""
    """The recipient of the machine that rehearses every week, if any."""
    host_id: str
    """32 hex digits: this host's reign, not the machine."""
    host: str
    """The host key, of which ``host.key`` is the private half."""
    domains: tuple[str, ...] = ()
    """Host names of the site, the chief one first."""
    lifeboats: tuple[str, ...] = ()
    """Addresses where members look when the site is gone."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who can open what is shipped."""
        return tuple(key for key in (self.recovery, self.operator, self.drill) if key)

    @property
    def trusted(self) -> frozenset[str]:
        """The keys whose signatures count without anybody's word for them."""
        return frozenset((self.root,))


class Voucher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The root key's word for a host key: signed as :data:`VOUCHER` with the kit in hand."""

    site_id: str
    host_id: str
    host: str
    made_at: int
    """ms since the epoch, UTC; information only."""


VOUCHER = "host-voucher"
"""The kind under which a Voucher is signed."""
