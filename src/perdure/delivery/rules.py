"""Where outgoing requests may go. Pure; everything that is not known to be public is refused."""

import ipaddress
import re
from typing import Final
from urllib.parse import quote, urlsplit

import idna
import msgspec

from perdure.delivery.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAX_URL: Final = 2048
_PORTS: Final = {"http": 80, "https": 443}
_FORBIDDEN_CHARACTERS: Final = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE: Final = "/%:@!$&'()*+,;=~?"
_NUMERIC: Final = re.compile(r"(?:\d+|0x[0-9a-f]*)")
# Not for the public internet (IANA's special-purpose registries). 192.0.0.0/24 is left out whole.
_CLOSED_4: Final = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only global unicast counts for IPv6, without protocol assignments, Teredo, documentation, 6to4, and test networks.
_OPEN_6: Final = ipaddress.IPv6Network("2000::/3")
_CLOSED_6: Final = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
# On networks without IPv4 every IPv4 site appears below this prefix (RFC 6052): what is inside counts.
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Reach(msgspec.Struct, frozen=True):
    """How far outgoing requests go. ``ports`` empty: any. ``also`` are networks that the operators open."""

    loopback_only: bool = False
    ports: frozenset[int] = frozenset({80, 443})
    also: tuple[Network, ...] = ()

    def allows(self, address: Address) -> bool:
        """Whether a connection to this address may be made."""
        bare = _unwrapped(address)
        if self.loopback_only:
            return bare.is_loopback
        return is_public(bare) or any(bare in network for network in self.also if network.version == bare.version)


class Target(msgspec.Struct, frozen=True):
    """A checked URL in the pieces that a request needs. ``host`` is ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The URL as it is asked for."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def origin(self) -> str:
        """Scheme, host, and the port where it is not the usual one."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """``host[:port]`` for the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside a mapped or NAT64 one; otherwise the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could be asked at this address."""
    bare = _unwrapped(address)
    if isinstance(bare, ipaddress.IPv4Address):
        return not any(bare in network for network in _CLOSED_4)
    return bare in _OPEN_6 and bare.scope_id is None and not any(bare in network for network in _CLOSED_6)


def target_of(url: str, reach: Reach) -> Target:
    """Take a URL apart. Raises Refused for schemes, ports, credentials and hosts that are never asked."""
    if len(url) > _MAX_URL or _FORBIDDEN_CHARACTERS.search(url):
        raise Refused("The URL is not valid")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("The URL is not valid") from error
    if parts.scheme not in _PORTS:
        raise Refused("The URL must begin with http:// or https://")
    if "@" in parts.netloc:
        raise Refused("The URL must not contain a user name or password")
    chosen = _PORTS[parts.scheme] if port is None else port
    if reach.ports and chosen not in reach.ports:
        raise Refused(f"Port {chosen} is not asked")
    path = quote(parts.path or "/", safe=_SAFE)
    query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    target = Target(parts.scheme, _host(parts.hostname or ""), chosen, path + query)
    literal = literal_of(target.host)
    if literal is not None and not reach.allows(literal):
        raise Refused("The address is not public")
    return target


def literal_of(host: str) -> Address | None:
    """The address that a host is, or None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _host(host: str) -> str:
    """A host in ASCII. Raises Refused; numbers in any notation but four plain ones are refused too."""
    if ":" in host:
        if literal_of(host) is None or "%" in host:
            raise Refused("The host is not valid")
        return host
    try:
        name = host.rstrip(".")
        name = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise Refused("The host is not valid") from error
    last = name.rsplit(".", 1)[-1]
    if not name or len(name) > 253 or (_NUMERIC.fullmatch(last) and literal_of(name) is None):
        raise Refused("The host is not valid")
    return name
