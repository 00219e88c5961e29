"""Whoever asked to be let in: approved or rejected by staff, remembered where rejected, forgotten where unconfirmed."""

from typing import Final

import msgspec

from perdure.accounts.errors import invalid
from perdure.accounts.events import AccessChanged, AccountActivated, AccountChanged, AccountDeleted, MailAsked
from perdure.accounts.model import AccountView, Login, Viewer, Waiting
from perdure.accounts.queries import lifecycle, people, waiting
from perdure.accounts.rules import names, secrets
from perdure.accounts.service.authority import authorise_in
from perdure.accounts.service.tokens import forget_viewers
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.runtime import Runtime

UNCONFIRMED_DAYS: Final = 7
_DAY_MS: Final = 86_400_000
_LONGEST_NOTE: Final = 1000


async def waiting_list(rt: Runtime, staff: Viewer) -> list[Waiting]:
    """Who waits for approval, oldest first, and who of them was rejected before. Asks for ``manage_users``."""
    return await rt.db.read(_list_in, staff.account_id)


def waiting_in(tx: Tx) -> list[int]:
    """Accounts that wait for approval, oldest first."""
    return [one.account_id for one in waiting.everybody(tx)]


async def approve(rt: Runtime, staff: Viewer, account_id: int) -> None:
    """Let somebody in who waits for approval. Asks for ``manage_users``; raises NotFound where nobody waits."""
    await rt.db.write("accounts.approve", approve_as_in, staff.account_id, account_id)
    forget_viewers(rt, account_id)


async def reject(rt: Runtime, staff: Viewer, account_id: int, note: str = "") -> None:
    """Refuse somebody who waits: everything of theirs is erased, the address is remembered as a hash, the name is free.

    ``note`` goes into the mail that tells them. Asks for ``manage_users``; raises NotFound where nobody waits.
    """
    await rt.db.write("accounts.reject", reject_as_in, staff.account_id, account_id, note.strip())
    forget_viewers(rt, account_id)


def approve_in(tx: Tx, actor_id: int | None, account_id: int) -> None:
    """Let somebody in without asking what the actor may: for the command line, with None as the actor."""
    login, _view = _waiting_one(tx, account_id)
    people.update_login(tx, account_id, approved=True)
    audit.append_in(tx, actor_id=actor_id, action="account.approve", subject=f"account:{account_id}")
    tx.emit(MailAsked(account_id, "approved", login.email))
    settle_in(tx, account_id)


def reject_in(tx: Tx, actor_id: int | None, account_id: int, note: str) -> None:
    """Refuse somebody without asking what the actor may: for the command line, with None as the actor."""
    if len(note) > _LONGEST_NOTE:
        raise invalid({"note": [("ERR_TOO_LONG", f"is too long (maximum is {_LONGEST_NOTE} characters)")]})
    login, view = _waiting_one(tx, account_id)
    email_hash = secrets.digest(names.email_key(login.email))
    waiting.remember(tx, id=tx.new_id(), email_hash=email_hash, rejected_by=actor_id, note=note, rejected_at=tx.now)
    audit.append_in(tx, actor_id=actor_id, action="account.reject", subject=f"account:{account_id}")
    if login.confirmed_at is not None:  # an address that nobody confirmed may be a stranger's
        tx.emit(MailAsked(account_id, "rejected", login.email, note, name=view.username, locale=login.locale))
    _forget_in(tx, account_id)


def rejected_before_in(tx: Tx, email: str) -> int | None:
    """When the owner of an address was last rejected, or None."""
    email_hash = secrets.digest(names.email_key(email))
    return waiting.rejected_at(tx, [email_hash]).get(email_hash)


def settle_in(tx: Tx, account_id: int) -> None:
    """Make a pending account active once nothing is missing."""
    login = people.login_of(tx, account_id)
    view = people.views(tx, [account_id]).get(account_id)
    if login is None or view is None or view.state != "pending":
        return
    if login.confirmed_at is not None and login.approved:
        people.update_account(tx, account_id, state="active")
        tx.emit(AccountActivated(account_id))
        tx.emit(AccountChanged(account_id))
    tx.emit(AccessChanged(account_id))


async def drop_unconfirmed(rt: Runtime) -> int:
    """Forget sign-ups whose address was not confirmed within a week, so that their names are free; returns how many."""
    before = rt.clock.now_ms() - UNCONFIRMED_DAYS * _DAY_MS
    ids = await rt.db.read(waiting.unconfirmed, before)
    for account_id in ids:
        await rt.db.write("accounts.unconfirmed", _drop_unconfirmed_in, account_id, before)
    return len(ids)


def _list_in(tx: Tx, staff_id: int) -> list[Waiting]:
    authorise_in(tx, staff_id, "manage_users")
    found = waiting.everybody(tx)
    hashes = {one.account_id: secrets.digest(names.email_key(one.email)) for one in found}
    before = waiting.rejected_at(tx, list(hashes.values()))
    return [msgspec.structs.replace(one, rejected_before_at=before.get(hashes[one.account_id])) for one in found]


def approve_as_in(tx: Tx, staff_id: int, account_id: int) -> None:
    """:func:`approve` in the caller's transaction."""
    authorise_in(tx, staff_id, "manage_users")
    approve_in(tx, staff_id, account_id)


def reject_as_in(tx: Tx, staff_id: int, account_id: int, note: str) -> None:
    """:func:`reject` in the caller's transaction."""
    authorise_in(tx, staff_id, "manage_users")
    reject_in(tx, staff_id, account_id, note)


def _waiting_one(tx: Tx, account_id: int) -> tuple[Login, AccountView]:
    login = people.login_of(tx, account_id)
    view = people.views(tx, [account_id]).get(account_id)
    if login is None or view is None or view.state != "pending" or login.approved:
        raise NotFound
    return login, view


def _drop_unconfirmed_in(tx: Tx, account_id: int, before: int) -> None:
    if account_id in waiting.unconfirmed(tx, before):
        _forget_in(tx, account_id)


def _forget_in(tx: Tx, account_id: int) -> None:
    """Erase a sign-up that never became a member. Nobody knew it, so the name is free again."""
    lifecycle.erase(tx, account_id)
    gone = f"gone-{account_id}"  # nobody can choose a name with a hyphen
    people.update_account(tx, account_id, username=gone, username_key=gone)
    tx.emit(AccountDeleted(account_id))
    tx.emit(AccessChanged(account_id))
