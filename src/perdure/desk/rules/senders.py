"""Who a mail can be said to come from. Pure."""

import re
from collections.abc import Iterable
from typing import Final, get_args

from perdure.desk.model import Authority, SenderInput
from perdure.moderation.rules.statements import Faults

MOST_DOMAINS: Final = 20
MOST_ADDRESSES: Final = 50
_YEAR_MINUTES: Final = 366 * 24 * 60
_DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_ADDRESS: Final = re.compile(r"[^@\s<>\"(),:;]{1,64}@(.{4,253})")
# Anybody can have an address there: that a mail is signed by one of them says nothing about who wrote it.
_FOR_EVERYBODY: Final = frozenset(
    {
        "aol.com", "free.fr", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
        "laposte.net", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "orange.fr", "outlook.com", "proton.me",
        "protonmail.com", "qq.com", "t-online.de", "web.de", "yahoo.com", "yandex.ru", "zoho.com",
    }
)  # fmt: skip
AUTHORITIES: Final[tuple[str, ...]] = tuple(one for one in get_args(Authority) if one != "no_account")
_DEFAULTS: Final = {
    "provider": "provider.notice",
    "trusted_flagger": "dsa.trusted_flagger",
    "member_state": "dsa.order",
    "court": "dsa.order",
    "article_16": "dsa.notice",
    "no_account": "dsa.notice",
}


def obligation_of(authority: str, own: str = "") -> str:
    """The key of the clock that a letter starts: the sender's own, or that of what the sender is."""
    return own or _DEFAULTS[authority]


def proves(domains: Iterable[str], addresses: Iterable[str], address: str, signed: Iterable[str]) -> bool:
    """Whether a mail from ``address`` whose valid signatures are of the domains ``signed`` is a sender's.

    A signature counts for the domain of the address and everything above it that the sender named (RFC 7489 §3.1.1,
    relaxed, with the sender's list in the place of a list of public suffixes). Where exact addresses are named, it must
    be one of them.
    """
    address = address.lower()
    _, at, place = address.rpartition("@")
    exact = {one.lower() for one in addresses}
    if not at or (exact and address not in exact):
        return False
    own = [domain for domain in domains if _within(place, domain)]
    return any(_within(one.lower(), domain) for domain in own for one in signed)


def _within(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def tidy(given: SenderInput) -> SenderInput:
    """The same with domains and addresses in the one spelling that is compared."""
    return SenderInput(
        name=" ".join(given.name.split()),
        authority=given.authority,
        domains=tuple(dict.fromkeys(_plain(one) for one in given.domains if one.strip())),
        addresses=tuple(dict.fromkeys(one.strip().lower() for one in given.addresses if one.strip())),
        locale=given.locale,
        answer_to=given.answer_to.strip(),
        obligation=given.obligation.strip(),
        limit_minutes=given.limit_minutes,
        hook_url=given.hook_url.strip(),
    )


def _plain(domain: str) -> str:
    lower = domain.strip().lower().strip(".").removeprefix("@")
    try:
        return lower.encode("idna").decode()
    except UnicodeError:
        return lower


def check(given: SenderInput) -> None:
    """Raise Invalid, every field named, for what is no sender."""
    faults = Faults()
    faults.unless(given.name, "name", "ERR_BLANK", "can't be blank")
    faults.unless(len(given.name) <= 120, "name", "ERR_TOO_LONG", "is too long (maximum is 120 characters)")
    faults.unless(given.authority in AUTHORITIES, "authority", "ERR_INCLUSION", f"must be {', '.join(AUTHORITIES)}")
    faults.unless(given.locale in {"en", "fr"}, "locale", "ERR_INCLUSION", "must be en or fr")
    _check_places(given, faults)
    if given.answer_to:
        faults.unless(_ADDRESS.fullmatch(given.answer_to), "answer_to", "ERR_INVALID", "is no address")
    minutes = given.limit_minutes
    faults.unless(
        minutes is None or 1 <= minutes <= _YEAR_MINUTES, "limit_minutes", "ERR_INVALID", "must be a minute to a year"
    )
    faults.refuse()


def _check_places(given: SenderInput, faults: Faults) -> None:
    faults.unless(len(given.domains) <= MOST_DOMAINS, "domains", "ERR_TOO_MANY", f"can be at most {MOST_DOMAINS}")
    faults.unless(
        len(given.addresses) <= MOST_ADDRESSES, "addresses", "ERR_TOO_MANY", f"can be at most {MOST_ADDRESSES}"
    )
    for domain in given.domains:
        faults.unless(_DOMAIN.fullmatch(domain), "domains", "ERR_INVALID", f"name {domain[:80]}, which is no domain")
    shared = sorted(_FOR_EVERYBODY.intersection(given.domains))
    faults.unless(
        not shared or given.addresses,
        "addresses",
        "ERR_BLANK",
        f"must name the exact ones: anybody can write from {', '.join(shared)}",
    )
    for address in given.addresses:
        found = _ADDRESS.fullmatch(address)
        inside = found and any(_within(found[1], domain) for domain in given.domains)
        faults.unless(inside, "addresses", "ERR_INVALID", f"name {address[:80]}, which is in none of the domains")
