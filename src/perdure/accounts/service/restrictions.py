"""What staff decides about an account, as it stands: frozen, limited, labelled, behind a warning, suspended, banned.

Who may decide is asked above, where decisions are made; here it is carried out.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from perdure.accounts.events import AccessChanged, AccountChanged, AccountRestored, AccountSuspended
from perdure.accounts.model import AccountView, Restrictions
from perdure.accounts.queries import lifecycle, people
from perdure.accounts.rules.rights import RANK
from perdure.accounts.service.authority import FROZEN, standing_in
from perdure.accounts.service.barring import bar_in, unbar_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, NotFound

P = ParamSpec("P")
R = TypeVar("R")


def restrictions_in(tx: Tx, account_id: int) -> Restrictions:
    """What stands now. Raises NotFound."""
    view = people.views(tx, [account_id]).get(account_id)
    if view is None:
        raise NotFound
    return Restrictions(
        frozen=view.frozen,
        limited=view.limited,
        sensitive=view.marked_sensitive,
        suspended=view.state == "suspended",
        banned=view.banned,
        until=view.suspended_until,
        labels=view.labels,
    )


def restrict_in(tx: Tx, account_id: int, wanted: Restrictions) -> Restrictions:
    """Make exactly these restrictions stand; returns those that stood before.

    A suspension ends every token and session; the way in that is left leads to notices, appeal and export. Raises
    NotFound.
    """
    before = restrictions_in(tx, account_id)
    if before == wanted:
        return before
    if wanted.banned != before.banned:
        (bar_in if wanted.banned else unbar_in)(tx, account_id)
    people.update_account(
        tx,
        account_id,
        frozen=wanted.frozen,
        limited=wanted.limited,
        marked_sensitive=wanted.sensitive,
        banned=wanted.banned,
        suspended_until=wanted.until,
        labels_json=msgspec.json.encode(wanted.labels).decode(),
    )
    if before.suspended != wanted.suspended:
        _move_in(tx, account_id, suspended=wanted.suspended)
    tx.emit(AccountChanged(account_id))
    tx.emit(AccessChanged(account_id))
    return before


def _move_in(tx: Tx, account_id: int, *, suspended: bool) -> None:
    people.update_account(tx, account_id, state="suspended" if suspended else "active")
    if suspended:
        lifecycle.end_access(tx, account_id)
        tx.emit(AccountSuspended(account_id))
    else:
        tx.emit(AccountRestored(account_id))


def writer_in(tx: Tx, account_id: int) -> AccountView:
    """An account that is about to say something. Raises NotFound, Forbidden for one that is frozen."""
    view = people.views(tx, [account_id]).get(account_id)
    if view is None:
        raise NotFound
    if view.frozen:
        raise Forbidden(FROZEN)
    return view


def may_write_in(tx: Tx, account_id: int) -> None:
    """Raise Forbidden for an account that is frozen. It still appeals, reports, exports, signs out."""
    if people.is_frozen(tx, account_id):
        raise Forbidden(FROZEN)


def by_member(verb: Callable[Concatenate[Tx, int, P], R]) -> Callable[Concatenate[Tx, int, P], R]:
    """Make a use case, whose second argument is who does it, one that a frozen account is refused (Forbidden)."""

    @wraps(verb)
    def guarded(tx: Tx, account_id: int, /, *args: P.args, **kwargs: P.kwargs) -> R:
        may_write_in(tx, account_id)
        return verb(tx, account_id, *args, **kwargs)

    return guarded


def outranks_in(tx: Tx, staff_id: int, account_id: int) -> bool:
    """Whether one account's rank is above another's: nobody decides about their own rank or above."""
    return RANK[standing_in(tx, staff_id).role] > RANK[standing_in(tx, account_id).role]


def clear_in(tx: Tx, account_id: int) -> None:
    """Lift everything (somebody restored the account by hand)."""
    restrict_in(tx, account_id, Restrictions())
