"""Recognising those who were banned: keyed hashes of their address, networks and browsers, each with its end."""

from typing import Final

from perdure.accounts.queries import barred, oversight, people
from perdure.accounts.rules import names
from perdure.accounts.rules.networks import network_of
from perdure.accounts.service.keys import keyed_in
from perdure.kernel.db import Tx

_NETWORK_MS: Final = 90 * 86_400_000


def bar_in(tx: Tx, account_id: int) -> None:
    """Remember by what somebody is recognised, before their sessions end: the address always.

    Networks, and a browser of one kind in a network, are remembered for 90 days.
    """
    login = people.login_of(tx, account_id)
    if login is not None:
        barred.add(tx, account_id, "email", email_digest_in(tx, login.email), None)
    for kind, digest in _places(tx, account_id):
        barred.add(tx, account_id, kind, digest, tx.now + _NETWORK_MS)


def unbar_in(tx: Tx, account_id: int) -> None:
    """The ban is over, and nothing of it is kept."""
    barred.forget(tx, account_id)


def email_digest_in(tx: Tx, email: str) -> str:
    """What an address is recognised by: no case, no tag, no dots where a provider ignores them."""
    return keyed_in(tx, f"email:{names.email_key(email)}")


def _places(tx: Tx, account_id: int) -> list[tuple[str, str]]:
    """(kind, digest) of the networks somebody came from, and of what they came with."""
    found = []
    for row in barred.sessions(tx, account_id):
        network = network_of(row.address)
        found.append(("network", keyed_in(tx, f"network:{network}")))
        if row.user_agent:
            found.append(("device", keyed_in(tx, f"device:{network}:{row.user_agent}")))
    return list(dict.fromkeys(found))


def email_barred_in(tx: Tx, email: str) -> bool:
    """Whether an address is that of somebody who was banned."""
    return bool(barred.matches(tx, [email_digest_in(tx, email)]))


def marks_in(tx: Tx, account_id: int) -> list[tuple[int, str]]:
    """(banned account, kind) of those banned who left a mark that this account bears too."""
    login = people.login_of(tx, account_id)
    digests = [email_digest_in(tx, login.email)] if login is not None else []
    digests += [digest for _, digest in _places(tx, account_id)]
    return [(row.account_id, row.kind) for row in barred.matches(tx, digests) if row.account_id != account_id]


def inviter_in(tx: Tx, account_id: int) -> int | None:
    """Who invited an account."""
    return oversight.inviters(tx, [account_id]).get(account_id)
