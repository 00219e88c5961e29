"""Pausing, suspending, deleting, restoring accounts; roles. Each step staff takes is in the audit log."""

from typing import Final

from perdure.accounts.events import (
    AccessChanged,
    AccountChanged,
    AccountDeleted,
    AccountRestored,
    AccountSuspended,
    MailAsked,
)
from perdure.accounts.model import AccountView, Right, Role, Viewer
from perdure.accounts.queries import lifecycle, people
from perdure.accounts.rules.rights import RANK
from perdure.accounts.service.authority import authorise_in
from perdure.accounts.service.proof import prove_password
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, NotFound
from perdure.kernel.runtime import Runtime

GRACE_DAYS: Final = 30
_DAY_MS: Final = 86_400_000


async def deactivate(rt: Runtime, account_id: int, password: str) -> None:
    """Hide one's own account until the next sign-in. Raises Invalid for a wrong password."""
    await _confirmed_by_password(rt, account_id, password)
    await rt.db.write("accounts.deactivate", _pause_in, account_id, None)


async def delete(rt: Runtime, account_id: int, password: str) -> None:
    """Hide one's own account and erase it after 30 days, unless its owner signs in before."""
    await _confirmed_by_password(rt, account_id, password)
    await rt.db.write("accounts.delete", _pause_in, account_id, GRACE_DAYS * _DAY_MS)


def reactivate_in(tx: Tx, account_id: int) -> None:
    """Bring back an account that its owner paused or began to delete."""
    people.update_account(tx, account_id, state="active", purge_at=None)
    tx.emit(AccountChanged(account_id))
    tx.emit(AccountRestored(account_id))


async def suspend(rt: Runtime, staff: Viewer, account_id: int) -> None:
    """Take an account out of sight and end its access. Raises Forbidden for one of the same rank or above."""
    await rt.db.write("accounts.suspend", suspend_in, staff, account_id)


def suspend_in(tx: Tx, staff: Viewer, account_id: int) -> None:
    """The same inside a larger transaction."""
    target = _target(tx, staff, account_id, "manage_users")[1]
    if target.state in {"suspended", "deleted"}:
        return
    people.update_account(tx, account_id, state="suspended")
    lifecycle.end_access(tx, account_id)
    audit.append_in(tx, actor_id=staff.account_id, action="account.suspend", subject=f"account:{account_id}")
    tx.emit(AccountChanged(account_id))
    tx.emit(AccountSuspended(account_id))
    tx.emit(AccessChanged(account_id))


async def restore(rt: Runtime, staff: Viewer, account_id: int) -> None:
    """Lift a suspension."""
    await rt.db.write("accounts.restore", restore_in, staff, account_id)


def restore_in(tx: Tx, staff: Viewer, account_id: int) -> None:
    """The same inside a larger transaction."""
    if _target(tx, staff, account_id, "manage_users")[1].state != "suspended":
        return
    people.update_account(tx, account_id, state="active", banned=False, suspended_until=None)
    audit.append_in(tx, actor_id=staff.account_id, action="account.restore", subject=f"account:{account_id}")
    tx.emit(AccountChanged(account_id))
    tx.emit(AccountRestored(account_id))
    tx.emit(AccessChanged(account_id))


async def set_role(rt: Runtime, staff: Viewer, account_id: int, role: Role) -> None:
    """Give or take a role below one's own. The owner may hand the site over, and is an admin from then on."""
    await rt.db.write("accounts.set_role", _set_role_in, staff, account_id, role)


async def purge_due(rt: Runtime, most: int = 50) -> int:
    """Erase the accounts whose grace period is over; returns how many."""
    ids = await rt.db.read(lifecycle.due, most)
    for account_id in ids:
        await rt.db.write("accounts.purge", _purge_in, account_id)
    return len(ids)


def _set_role_in(tx: Tx, staff: Viewer, account_id: int, role: Role) -> None:
    rank, target = _target(tx, staff, account_id, "manage_roles")
    if role not in RANK or (RANK[role] >= rank and rank < RANK["owner"]):
        raise Forbidden
    if target.state != "active":
        raise Forbidden("Only an active account can have a role.")
    _give_role_in(tx, staff, target, role)
    if role == "owner":  # a site has one: who gives the site away goes on as an admin
        _give_role_in(tx, staff, people.views(tx, [staff.account_id])[staff.account_id], "admin")


def _give_role_in(tx: Tx, staff: Viewer, target: AccountView, role: Role) -> None:
    people.update_account(tx, target.id, role=role)
    subject = f"account:{target.id}"
    audit.append_in(
        tx, actor_id=staff.account_id, action="account.role", subject=subject, before=target.role, after=role
    )
    tx.emit(AccountChanged(target.id))
    tx.emit(AccessChanged(target.id))


def _target(tx: Tx, staff: Viewer, account_id: int, right: Right) -> tuple[int, AccountView]:
    """The rank of whoever acts, and the account of lower rank on which they act."""
    rank = RANK[authorise_in(tx, staff.account_id, right)]
    target = people.views(tx, [account_id]).get(account_id)
    if target is None:
        raise NotFound
    if RANK[target.role] >= rank:
        raise Forbidden
    return rank, target


def _pause_in(tx: Tx, account_id: int, grace_ms: int | None) -> None:
    people.update_account(tx, account_id, state="deactivated", purge_at=None if grace_ms is None else tx.now + grace_ms)
    lifecycle.end_access(tx, account_id)
    action = "account.deactivate" if grace_ms is None else "account.delete"
    audit.append_in(tx, actor_id=account_id, action=action, subject=f"account:{account_id}")
    login = people.login_of(tx, account_id)
    if login is not None:
        tx.emit(MailAsked(account_id, "security", login.email, action))
    tx.emit(AccountChanged(account_id))
    tx.emit(AccessChanged(account_id))


def _purge_in(tx: Tx, account_id: int) -> None:
    if account_id in lifecycle.due(tx, 1000):
        erase_in(tx, account_id)


def erase_in(tx: Tx, account_id: int) -> bool:
    """Erase an account now, whatever its state: nothing of it can be brought back. Tells whether it was this call."""
    view = people.views(tx, [account_id]).get(account_id)
    if view is None or view.state == "deleted":
        return False
    lifecycle.erase(tx, account_id)
    audit.erase_in(tx, account_id)
    audit.append_in(tx, actor_id=None, action="account.purge", subject=f"account:{account_id}")
    people.update_account(tx, account_id)
    tx.emit(AccountChanged(account_id))
    tx.emit(AccountDeleted(account_id, tuple(key for key in (view.avatar_key, view.header_key) if key)))
    return True


def keep_in(tx: Tx, account_id: int, keeper: str) -> None:
    """Keep an account from being erased when its grace period ends, for the sake of ``keeper`` (``hold:<id>``)."""
    lifecycle.keep(tx, account_id, keeper)


def unkeep_in(tx: Tx, keeper: str) -> int:
    """Say that ``keeper`` needs no account any more; returns how many it kept."""
    return lifecycle.release(tx, keeper)


def standing_ids_in(tx: Tx, after: int, most: int) -> list[int]:
    """Accounts with ids above ``after`` that are not erased, in order."""
    return lifecycle.standing(tx, after, most)


def seen_ids_in(tx: Tx, after: int, most: int, within_ms: int) -> list[int]:
    """Accounts with ids above ``after`` that were used within so long before the last use of any, in order.

    Not by the clock: in an old copy somebody was there as well.
    """
    return lifecycle.seen(tx, after, most, within_ms)


async def _confirmed_by_password(rt: Runtime, account_id: int, password: str) -> None:
    await prove_password(rt, account_id, password)
    view = (await rt.db.read(people.views, [account_id]))[account_id]
    if view.role == "owner":
        raise Forbidden("The owner of a site cannot leave it: make somebody else the owner first.")
