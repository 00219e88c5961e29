"""On what ground accounts stand: for telling people who have been here from those who came for one thing."""

import ipaddress
from collections.abc import Sequence

import msgspec

from perdure.accounts.queries import grounds
from perdure.kernel.db import Tx

_V4, _V6 = 24, 48


class Ground(msgspec.Struct, frozen=True):
    """How old an account is (``created_at`` in ms), which member invited it, and its browsers' public networks."""

    id: int
    state: str
    limited: bool
    created_at: int
    inviter_id: int | None
    networks: frozenset[str]


def grounds_in(tx: Tx, ids: Sequence[int]) -> dict[int, Ground]:
    """The grounds of accounts; unknown ids are left out."""
    wanted = list(dict.fromkeys(ids))
    networks: dict[int, set[str]] = {}
    for row in grounds.addresses(tx, wanted):
        if network := _network(row.address):
            networks.setdefault(row.account_id, set()).add(network)
    return {
        row.id: Ground(
            row.id, row.state, row.limited, row.created_at, row.inviter_id, frozenset(networks.get(row.id, ()))
        )
        for row in grounds.grounds(tx, wanted)
    }


def active_in(tx: Tx, most: int) -> int:
    """How many active accounts the site has, counted up to ``most``."""
    return grounds.active(tx, most)


def _network(address: str) -> str | None:
    """The /24 or /48 of a public address; what a proxy or this machine shows says nothing about anybody."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if not parsed.is_global:
        return None
    return str(ipaddress.ip_network(f"{address}/{_V4 if parsed.version == 4 else _V6}", strict=False))
