"""Accounts as staff sees them, and what staff does about one: asked of the database, written to the audit log."""

from collections.abc import Callable
from typing import Final, Literal

from perdure.accounts.model import StaffSearch, StaffView, Viewer
from perdure.accounts.queries import oversight, people
from perdure.accounts.rules import names
from perdure.accounts.service.authority import authorise_in
from perdure.accounts.service.lifecycle import restore_in, suspend_in
from perdure.accounts.service.tokens import forget_viewers
from perdure.accounts.service.waiting import approve_as_in, reject_as_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import Conflict, NotFound
from perdure.kernel.runtime import Runtime

Act = Literal["approve", "reject", "suspend", "restore"]
_TOP: Final = 2**63 - 1


def search_in(
    tx: Tx,
    staff_id: int,
    wanted: StaffSearch,
    *,
    lower: int = 0,
    upper: int = _TOP,
    most: int = 100,
    ascending: bool = False,
) -> list[StaffView]:
    """A page of accounts, newest first. Asks for ``manage_users``."""
    authorise_in(tx, staff_id, "manage_users")
    exact = StaffSearch(
        states=wanted.states,
        roles=wanted.roles,
        username=names.name_key(wanted.username),
        display_name=wanted.display_name,
        email=names.email_key(wanted.email) if wanted.email else "",
        address=wanted.address,
        invited_by=wanted.invited_by,
    )
    return _views(tx, oversight.page(tx, exact, lower=lower, upper=upper, most=most, ascending=ascending))


def account_in(tx: Tx, staff_id: int, account_id: int) -> StaffView:
    """One account, whatever its state. Asks for ``manage_users``; raises NotFound."""
    authorise_in(tx, staff_id, "manage_users")
    found = _views(tx, [account_id])
    if not found:
        raise NotFound
    return found[0]


async def act(rt: Runtime, staff: Viewer, account_id: int, verb: Act, version: int | None = None) -> None:
    """Do something about an account. Asks for ``manage_users``; raises NotFound where there is nothing to do it to.

    With ``version`` (the account's, as the caller read it) raises Conflict where it changed since.
    """
    await rt.db.write(f"accounts.{verb}", _act_in, staff, account_id, verb, version)
    forget_viewers(rt, account_id)


def _act_in(tx: Tx, staff: Viewer, account_id: int, verb: Act, version: int | None) -> None:
    found = account_in(tx, staff.account_id, account_id)
    if version is not None and found.account.version != version:
        raise Conflict("Somebody else changed this account meanwhile: look again, then decide")
    _ACTS[verb](tx, staff, account_id)


_ACTS: Final[dict[Act, Callable[[Tx, Viewer, int], None]]] = {
    "approve": lambda tx, staff, account_id: approve_as_in(tx, staff.account_id, account_id),
    "reject": lambda tx, staff, account_id: reject_as_in(tx, staff.account_id, account_id, ""),
    "suspend": suspend_in,
    "restore": restore_in,
}


def _views(tx: Tx, ids: list[int]) -> list[StaffView]:
    if not ids:
        return []
    views, inviters = people.views(tx, ids), oversight.inviters(tx, ids)
    addresses: dict[int, dict[str, int]] = {}
    for row in oversight.addresses(tx, ids):
        addresses.setdefault(row.account_id, {}).setdefault(row.address, row.last_used_at)
    return [
        StaffView(views[one], people.login_of(tx, one), tuple(addresses.get(one, {}).items()), inviters.get(one))
        for one in ids
        if one in views
    ]


def held_in(tx: Tx, account_id: int) -> StaffView | None:
    """What the site holds of an account, whatever its state. Who may know is the caller's question."""
    return next(iter(_views(tx, [account_id])), None)
