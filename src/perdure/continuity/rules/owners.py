"""The same-owner rule (continuity.md §4.2): two copies in one hand are one copy.

Two things are in one hand when they share a legal entity, a parent, a network or a building: one decision, one failed
payment, one fire takes both. Where the host is in that hand too, the copy falls together with the host.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from perdure.continuity.model.stores import Owner, StoreRecord

NEEDED: Final = 3


class Gap(NamedTuple):
    """Something that is still missing: ``key`` for a page's catalogue, an English sentence, and what it speaks of."""

    key: str
    text: str
    told: Mapping[str, str]


class Verdict(NamedTuple):
    """How far the copies are in different hands."""

    owners: tuple[tuple[str, ...], ...]
    """Names of the stores in each hand that is not the host's, sorted."""
    with_host: tuple[str, ...]
    """Stores that fall together with the host."""
    out_of_reach: tuple[str, ...]
    """Independent stores that the host's own credential cannot change, as probed or as the operator says."""
    abroad: tuple[str, ...]
    """Independent stores outside the host's country."""
    gaps: tuple[Gap, ...]

    @property
    def kept(self) -> bool:
        """Whether "three copies" may be said."""
        return not self.gaps


def judge(stores: Sequence[StoreRecord], host: Owner | None) -> Verdict:
    """Apply the rule. A host that is not described shares its hand with nobody, but that is a gap."""
    hands = _hands(stores, host)
    apart = [tuple(sorted(names)) for names in hands if "" not in names]
    with_host = tuple(sorted(name for names in hands if "" in names for name in names if name))
    independent = {name for names in apart for name in names}
    out_of_reach = tuple(
        sorted(one.name for one in stores if one.name in independent and _out_of_reach(one))
    )  # fmt: skip
    abroad = tuple(
        sorted(one.name for one in stores if one.name in independent and host is not None and _abroad(one.owner, host))
    )
    gaps = tuple(_gaps(host, apart, with_host, out_of_reach, abroad))
    return Verdict(tuple(sorted(apart)), with_host, out_of_reach, abroad, gaps)


def apart_from_host(stores: Sequence[StoreRecord], host: Owner | None) -> frozenset[str]:
    """Names of the stores in other hands than the host's: what the *durable* class may count on."""
    return frozenset(name for hand in judge(stores, host).owners for name in hand)


def _out_of_reach(one: StoreRecord) -> bool:
    return bool(one.protected) or (one.capabilities is not None and one.capabilities.out_of_reach)


def _abroad(owner: Owner, host: Owner) -> bool:
    return bool(owner.country and host.country) and _plain(owner.country) != _plain(host.country)


def _hands(stores: Sequence[StoreRecord], host: Owner | None) -> list[set[str]]:
    """Names that belong together; the host's is empty."""
    marks = {one.name: _marks(one.owner) for one in stores}
    if host is not None:
        marks[""] = _marks(host)
    hands: list[tuple[set[str], set[str]]] = []
    for name, own in marks.items():
        touching = [hand for hand in hands if hand[1] & own]
        hands = [hand for hand in hands if hand not in touching]
        hands.append(({name}.union(*(names for names, _ in touching)), own.union(*(held for _, held in touching))))
    return [names for names, _ in hands]


def _marks(owner: Owner) -> set[str]:
    """What betrays that two are in one hand. A parent and an entity are compared with each other too."""
    found = {f"company {_plain(name)}" for name in (owner.entity, owner.parent) if _plain(name)}
    found |= {f"network {owner.asn}"} if owner.asn else set()
    return found | ({f"building {_plain(owner.building)}"} if _plain(owner.building) else set())


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _gaps(
    host: Owner | None,
    apart: Sequence[object],
    with_host: Sequence[str],
    out_of_reach: Sequence[str],
    abroad: Sequence[str],
) -> Iterable[Gap]:
    if host is None or not host.entity or not host.country:
        yield Gap("host_unknown", "It is not known who owns the host, and in which country it stands.", {})
    if len(apart) < NEEDED:
        told = {"have": str(len(apart)), "need": str(NEEDED)}
        yield Gap("owners", f"{len(apart)} of {NEEDED} independent owners.", told)
    if with_host:
        names = ", ".join(with_host)
        yield Gap("with_host", f"In the host's own hand, so no copy of its own: {names}.", {"stores": names})
    if not out_of_reach:
        yield Gap("in_reach", "No copy is out of the host's reach: who breaks in there can destroy every copy.", {})
    if not abroad:
        yield Gap("country", "No copy is known to be outside the host's country.", {})
