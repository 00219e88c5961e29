"""Signing up, confirming the address, being let in."""

from typing import Final

import msgspec

from perdure.accounts.errors import Faults, invalid, taken
from perdure.accounts.events import AccessChanged, AccountActivated, AccountChanged, MailAsked
from perdure.accounts.model import Caller, Invite, Issued, Role, Site, Viewer
from perdure.accounts.queries import people, sign_in, site
from perdure.accounts.rules import names, secrets
from perdure.accounts.service import passwords
from perdure.accounts.service.people import create_account_in
from perdure.accounts.service.site import usable_invite_in
from perdure.accounts.service.tokens import app_in, forget_viewers, issue_token_in
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime

BAD_LINK: Final = "This link is used up or too old. Ask for a new one."


_FIELDS: Final = ("username", "email", "password", "agreement", "reason", "invite_code")


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody fills in to sign up."""

    username: str
    email: str
    password: str
    agreement: bool
    locale: str = "en"
    reason: str = ""
    invite_code: str = ""


async def sign_up(rt: Runtime, given: Application) -> int:
    """Make an account as the site's sign-up mode allows; returns its id.

    Raises Invalid with every fault at once, Forbidden where sign-up is closed.
    """
    await rt.db.read(_check_in, given)
    stored = await passwords.hashed(given.password)
    return await rt.db.write("accounts.sign_up", _sign_up_in, given, stored, rt.settings.peer_test)


async def sign_up_by_app(rt: Runtime, caller: Caller, given: Application) -> Issued:
    """The same from an app, which gets a token of the new account: it works once the account is active."""
    account_id = await sign_up(rt, given)
    return await rt.db.write("accounts.first_token", _first_token_in, caller.app_id, account_id)


async def create_person(
    rt: Runtime, *, username: str, email: str, password: str, role: Role = "member", confirmed: bool = True
) -> int:
    """Make an account without asking the sign-up mode: first-run page and command line.

    One whose address is not ``confirmed`` is mailed a link. Raises Invalid for what may not be chosen.
    """
    faults = _form_faults(username, email, password, names.RESERVED if role == "member" else frozenset())
    if faults:
        raise invalid(faults)
    stored = await passwords.hashed(password)
    return await rt.db.write("accounts.create", _create_in, username, email, stored, role, confirmed)


async def create_owner(rt: Runtime, *, username: str, email: str, password: str) -> int:
    """Make the owner of a fresh site. Raises Forbidden where there is one already."""
    if await rt.db.read(site.owner_id) is not None:
        raise Forbidden
    return await create_person(rt, username=username, email=email, password=password, role="owner")


async def resend_confirmation(rt: Runtime, account_id: int, email: str | None = None) -> None:
    """Mail the confirmation link again, perhaps to a corrected address. Raises Forbidden where it is confirmed."""
    await rt.db.write("accounts.resend", _resend_in, account_id, email)


async def confirm(rt: Runtime, token: str) -> int:
    """Follow the link of a confirmation mail; returns the account. Raises Invalid for one that is used up."""
    account_id = await rt.db.write("accounts.confirm", _confirm_in, token)
    forget_viewers(rt, account_id)
    return account_id


def waiting_in(tx: Tx) -> list[int]:
    """Accounts that wait for approval, oldest first."""
    return site.waiting(tx)


async def approve(rt: Runtime, staff: Viewer, account_id: int) -> None:
    """Let somebody in who waits for approval."""
    await rt.db.write("accounts.approve", _approve_in, staff, account_id)
    forget_viewers(rt, account_id)


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


def _form_faults(username: str, email: str, password: str, reserved: frozenset[str]) -> Faults:
    found = {
        "username": names.name_faults(username, reserved),
        "email": names.email_faults(email),
        "password": names.password_faults(password),
    }
    return {field: faults for field, faults in found.items() if faults}


def _check_in(tx: Tx, given: Application) -> Invite | None:
    current = site.site(tx)
    if current.registrations == "closed":
        raise Forbidden
    reserved = names.RESERVED | {names.name_key(name) for name in current.reserved_names}
    faults = _form_faults(given.username, given.email, given.password, reserved)
    if "username" not in faults and people.ids_by_keys(tx, [names.name_key(given.username)]):
        faults["username"] = taken("username").details["username"]
    if "email" not in faults and people.login_by_email_key(tx, names.email_key(given.email)):
        faults["email"] = taken("email").details["email"]
    if not given.agreement:
        faults["agreement"] = [("ERR_ACCEPTED", "must be accepted")]
    invite = usable_invite_in(tx, given.invite_code)
    faults |= _mode_faults(current, given, invite)
    if faults:
        raise invalid({field: faults[field] for field in _FIELDS if field in faults})
    return invite


def _mode_faults(current: Site, given: Application, invite: Invite | None) -> Faults:
    faults: Faults = {}
    if (current.registrations == "invite" or given.invite_code.strip()) and invite is None:
        faults["invite_code"] = [("ERR_INVALID", "is invalid")]
    if len(given.reason) > names.REASON_MAX:
        faults["reason"] = [("ERR_TOO_LONG", f"is too long (maximum is {names.REASON_MAX} characters)")]
    waits = current.registrations == "approval" and invite is None
    if waits and current.require_invite_reason and not given.reason.strip():
        faults["reason"] = [("ERR_BLANK", "can't be blank")]
    return faults


def _sign_up_in(tx: Tx, given: Application, stored: str, confirmed: bool) -> int:  # noqa: FBT001 - passed by write
    invite = _check_in(tx, given)
    approved = site.site(tx).registrations != "approval" or invite is not None
    private = {
        "confirmed_at": tx.now if confirmed else None,
        "approved": approved,
        "reason": given.reason,
        "locale": given.locale[:10] or "en",
        "invite_id": invite.id if invite else None,
    }
    account_id = create_account_in(
        tx,
        username=given.username,
        email=given.email.strip(),
        password_hash=stored,
        state="active" if confirmed and approved else "pending",
        private=private,
    )
    if invite is not None:
        site.use_invite(tx, invite.id)
    if not confirmed:
        tx.emit(MailAsked(account_id, "confirm", given.email.strip()))
    return account_id


def _first_token_in(tx: Tx, app_id: int, account_id: int) -> Issued:
    return issue_token_in(tx, app_id=app_id, account_id=account_id, scope=app_in(tx, app_id).scopes)


def _create_in(tx: Tx, username: str, email: str, stored: str, role: Role, confirmed: bool) -> int:  # noqa: FBT001 - passed by write
    if role == "owner" and site.owner_id(tx) is not None:
        raise Invalid("The site has an owner already: make an admin, then hand the site over to them")
    private = {"confirmed_at": tx.now if confirmed else None}
    account_id = create_account_in(
        tx,
        username=username,
        email=email.strip(),
        password_hash=stored,
        role=role,
        state="active" if confirmed else "pending",
        private=private,
    )
    if not confirmed:
        tx.emit(MailAsked(account_id, "confirm", email.strip()))
    if role != "member":
        audit.append_in(tx, actor_id=None, action="account.role", subject=f"account:{account_id}", after=role)
    return account_id


def _resend_in(tx: Tx, account_id: int, email: str | None) -> None:
    login = people.login_of(tx, account_id)
    if login is None:
        raise NotFound
    if login.confirmed_at is not None:
        raise Forbidden("This method is only available while the e-mail is awaiting confirmation")
    address = login.email
    if email and email.strip() != address:
        address = email.strip()
        faults = names.email_faults(address)
        if faults:
            raise invalid({"email": faults})
        other = people.login_by_email_key(tx, names.email_key(address))
        if other is not None and other.account_id != account_id:
            raise taken("email")
        people.update_login(tx, account_id, email=address, email_key=names.email_key(address))
    tx.emit(MailAsked(account_id, "confirm", address))


def _confirm_in(tx: Tx, token: str) -> int:
    row = sign_in.mail_token_row(tx, secrets.digest(token), "confirm")
    if row is None:
        raise Invalid(BAD_LINK)
    account_id = int(row.account_id)
    other = people.login_by_email_key(tx, names.email_key(row.email))
    if other is not None and other.account_id != account_id:
        raise taken("email")
    sign_in.delete_mail_tokens(tx, account_id, "confirm")
    people.update_login(tx, account_id, email=row.email, email_key=names.email_key(row.email), confirmed_at=tx.now)
    settle_in(tx, account_id)
    return account_id


def _approve_in(tx: Tx, staff: Viewer, account_id: int) -> None:
    if not staff.is_staff:
        raise Forbidden
    login = people.login_of(tx, account_id)
    if login is None:
        raise NotFound
    people.update_login(tx, account_id, approved=True)
    audit.append_in(tx, actor_id=staff.account_id, action="account.approve", subject=f"account:{account_id}")
    tx.emit(MailAsked(account_id, "approved", login.email))
    settle_in(tx, account_id)
