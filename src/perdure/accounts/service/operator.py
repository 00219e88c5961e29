"""What the operator does at the server's own command line: above every rank, and always in the audit log."""

from typing import Any, Final

from perdure.accounts.errors import invalid
from perdure.accounts.events import (
    AccessChanged,
    AccountChanged,
    AccountRestored,
)
from perdure.accounts.model import Member, Role, State
from perdure.accounts.queries import lifecycle, people, roster
from perdure.accounts.rules import names
from perdure.accounts.service import passwords
from perdure.accounts.service.tokens import forget_viewers
from perdure.accounts.service.waiting import approve_in, reject_in, settle_in
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime

_BY: Final = "command line"


def members_in(tx: Tx, *, role: str = "", state: str = "", after: int = 0, most: int = 1000) -> list[Member]:
    """Members above an id, oldest first; an empty role or state means any."""
    return roster.page(tx, role=role, state=state, after=after, most=most)


def member_in(tx: Tx, name: str) -> Member:
    """The member with a user name, in any case of letters. Raises Invalid where there is none."""
    found = roster.one(tx, names.name_key(name.strip().lstrip("@")))
    if found is None:
        raise Invalid(f"there is no account called {name!r}: perdure accounts list shows all")
    return found


def give_role_in(tx: Tx, name: str, role: Role) -> Member:
    """Give somebody a role. A site has one owner: who was it before becomes an admin."""
    member = _active_in(tx, name)
    former = roster.page(tx, role="owner", state="", after=0, most=10) if role == "owner" else []
    if member.role == "owner" and role != "owner":
        raise Invalid(f"@{member.username} owns the site: make somebody else the owner, and they become an admin")
    for other in former:
        if other.id != member.id:
            _set_role_in(tx, other, "admin")
    _set_role_in(tx, member, role)
    return member_in(tx, member.username)


async def set_password(rt: Runtime, name: str, password: str) -> Member:
    """Set a password and end every session and token. Raises Invalid for a name or a password that will not do."""
    if faults := names.password_faults(password):
        raise invalid({"password": faults})
    stored = await passwords.hashed(password)
    member = await rt.db.write("operator.password", give_password_in, name, stored)
    forget_viewers(rt, member.id)
    return member


def restore_member_in(tx: Tx, name: str) -> Member:
    """Lift a suspension that no decision stands behind (see ``moderation.service.operating``)."""
    member = member_in(tx, name)
    if member.state != "suspended":
        raise Invalid(f"@{member.username} is not suspended but {member.state}")
    _set_state_in(tx, member, "active", "account.restore")
    tx.emit(AccountRestored(member.id))
    return member_in(tx, name)


def approve_member_in(tx: Tx, name: str) -> Member:
    """Let somebody in who waits for approval, and tell them by mail."""
    member = _waiting_in(tx, name)
    approve_in(tx, None, member.id)
    return member_in(tx, name)


def reject_member_in(tx: Tx, name: str) -> Member:
    """Turn somebody away who waits for approval: what they gave is erased, and the name is free again."""
    member = _waiting_in(tx, name)
    reject_in(tx, None, member.id, "")
    return member


def _waiting_in(tx: Tx, name: str) -> Member:
    member = member_in(tx, name)
    if member.state != "pending" or member.approved:
        raise Invalid(f"@{member.username} does not wait for approval")
    return member


def confirm_member_in(tx: Tx, name: str) -> Member:
    """Count an address as confirmed without a mail."""
    member = member_in(tx, name)
    if member.confirmed_at is None:
        people.update_login(tx, member.id, confirmed_at=tx.now)
        _note(tx, member, "account.confirm")
        settle_in(tx, member.id)
    return member_in(tx, name)


def _active_in(tx: Tx, name: str) -> Member:
    member = member_in(tx, name)
    if member.state != "active":
        raise Invalid(f"@{member.username} is {member.state}: only an active account can do this")
    return member


def _set_role_in(tx: Tx, member: Member, role: Role) -> None:
    if member.role == role:
        return
    people.update_account(tx, member.id, role=role)
    _note(tx, member, "account.role", before=member.role, after=role)
    tx.emit(AccountChanged(member.id))
    tx.emit(AccessChanged(member.id))


def _set_state_in(tx: Tx, member: Member, state: State, action: str) -> None:
    people.update_account(tx, member.id, state=state)
    _note(tx, member, action)
    tx.emit(AccountChanged(member.id))
    tx.emit(AccessChanged(member.id))


def give_password_in(tx: Tx, name: str, stored: str) -> Member:
    """:func:`set_password` in the caller's transaction, with a password already hashed."""
    member = member_in(tx, name)
    if member.state == "deleted":
        raise Invalid(f"@{member.username} is erased and has no password any more")
    people.update_login(tx, member.id, password_hash=stored, failures=0, failed_at=None)
    lifecycle.end_access(tx, member.id)
    _note(tx, member, "account.password")
    tx.emit(AccessChanged(member.id))
    return member


def _note(tx: Tx, member: Member, action: str, **detail: Any) -> None:
    audit.append_in(tx, actor_id=None, action=action, subject=f"account:{member.id}", by=_BY, **detail)
