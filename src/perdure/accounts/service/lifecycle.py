"""Pausing, suspending, deleting, restoring accounts; roles. Each step staff takes is in the audit log."""

from typing import Final

from perdure.accounts.events import (
    AccessChanged,
    AccountChanged,
    AccountDeleted,
    AccountRestored,
    AccountSuspended,
)
from perdure.accounts.model import ADMINS, AccountView, Role, Viewer
from perdure.accounts.queries import lifecycle, people
from perdure.accounts.service import passwords
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime

GRACE_DAYS: Final = 30
_DAY_MS: Final = 86_400_000
_RANK: Final = {"member": 0, "moderator": 1, "admin": 2, "owner": 3}
WRONG_PASSWORD: Final = "The password is not right."  # noqa: S105 - a sentence, no secret


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
    target = _target(tx, staff, account_id)
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
    if _target(tx, staff, account_id).state != "suspended":
        return
    people.update_account(tx, account_id, state="active")
    audit.append_in(tx, actor_id=staff.account_id, action="account.restore", subject=f"account:{account_id}")
    tx.emit(AccountChanged(account_id))
    tx.emit(AccountRestored(account_id))
    tx.emit(AccessChanged(account_id))


async def set_role(rt: Runtime, staff: Viewer, account_id: int, role: Role) -> None:
    """Give or take a role: admins below their own rank only, and never the owner's."""
    await rt.db.write("accounts.set_role", _set_role_in, staff, account_id, role)


async def purge_due(rt: Runtime, most: int = 50) -> int:
    """Erase the accounts whose grace period is over; returns how many."""
    ids = await rt.db.read(lifecycle.due, most)
    for account_id in ids:
        await rt.db.write("accounts.purge", _purge_in, account_id)
    return len(ids)


def _set_role_in(tx: Tx, staff: Viewer, account_id: int, role: Role) -> None:
    if staff.role not in ADMINS:
        raise Forbidden
    target = _target(tx, staff, account_id)
    if _RANK[role] >= _RANK[staff.role] and staff.role != "owner":
        raise Forbidden
    people.update_account(tx, account_id, role=role)
    subject = f"account:{account_id}"
    audit.append_in(
        tx, actor_id=staff.account_id, action="account.role", subject=subject, before=target.role, after=role
    )
    tx.emit(AccountChanged(account_id))
    tx.emit(AccessChanged(account_id))


def _target(tx: Tx, staff: Viewer, account_id: int) -> AccountView:
    if not staff.is_staff:
        raise Forbidden
    target = people.views(tx, [account_id]).get(account_id)
    if target is None:
        raise NotFound
    if _RANK[target.role] >= _RANK[staff.role]:
        raise Forbidden
    return target


def _pause_in(tx: Tx, account_id: int, grace_ms: int | None) -> None:
    people.update_account(tx, account_id, state="deactivated", purge_at=None if grace_ms is None else tx.now + grace_ms)
    lifecycle.end_access(tx, account_id)
    audit.append_in(
        tx,
        actor_id=account_id,
        action="account.deactivate" if grace_ms is None else "account.delete",
        subject=f"account:{account_id}",
    )
    tx.emit(AccountChanged(account_id))
    tx.emit(AccessChanged(account_id))


def _purge_in(tx: Tx, account_id: int) -> None:
    if account_id not in lifecycle.due(tx, 1000):
        return
    lifecycle.erase(tx, account_id)
    audit.append_in(tx, actor_id=None, action="account.purge", subject=f"account:{account_id}")
    people.update_account(tx, account_id)
    tx.emit(AccountChanged(account_id))
    tx.emit(AccountDeleted(account_id))


async def _confirmed_by_password(rt: Runtime, account_id: int, password: str) -> None:
    login = await rt.db.read(people.login_of, account_id)
    if login is None or not await passwords.matches(login.password_hash, password):
        raise Invalid(WRONG_PASSWORD)
    view = (await rt.db.read(people.views, [account_id]))[account_id]
    if view.role == "owner":
        raise Forbidden("The owner of a site cannot leave it: make somebody else the owner first.")
