"""Where members say they are now: a link on their profile, and the way on once this site has ended."""

from typing import Final
from urllib.parse import urlsplit

from perdure.accounts import service as accounts
from perdure.audit.service.ledger import append_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.portability.queries import departures as queries
from perdure.portability.service import ending
from perdure.portability.tables import departure

_LONGEST: Final = 300


def say_in(tx: Tx, owner: int, address: str, domain: str) -> None:
    """Say where the owner is now, elsewhere than at ``domain``; also while the site only reads. Raises Invalid."""
    accounts.writer_in(tx, owner)
    wanted = address.strip()
    if not _leads_elsewhere(wanted, domain):
        raise Invalid(
            "Validation failed: the address is no https address of another site",
            {"address": [("ERR_INVALID", "is invalid")]},
        )
    tx.upsert(departure, ("account_id",), account_id=owner, address=wanted, said_at=tx.now)
    append_in(tx, actor_id=owner, action="account.away", subject=f"account:{owner}", private={"address": wanted})


def take_back_in(tx: Tx, owner: int) -> None:
    """The owner is here after all. Raises NotFound."""
    if not tx.delete(departure, account_id=owner):
        raise NotFound
    append_in(tx, actor_id=owner, action="account.back", subject=f"account:{owner}")


def where_in(tx: Tx, owner: int) -> str:
    """Where the owner says to be now; empty where they said nothing."""
    return queries.address(tx, owner)


def leads_on_in(tx: Tx) -> bool:
    """Whether the site has ended, so that whoever looks for somebody is led on to where they are."""
    end = ending.end_in(tx)
    return end is not None and tx.now >= end.ends_at


def _leads_elsewhere(address: str, domain: str) -> bool:
    if len(address) > _LONGEST or not address.isprintable() or any(sign in address for sign in " \"<>'\\"):
        return False
    try:
        parts = urlsplit(address)
        host = parts.netloc.lower()
    except ValueError:
        return False
    return parts.scheme == "https" and "." in host and "@" not in host and host != domain.lower()
