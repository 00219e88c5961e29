"""Signing up and confirming the address."""

from typing import Final

import msgspec

from perdure.accounts.errors import Faults, invalid, taken
from perdure.accounts.events import AccountActivated, MailAsked
from perdure.accounts.model import Caller, Invite, Issued, Role, Site
from perdure.accounts.queries import people, sign_in, site
from perdure.accounts.rules import names, secrets
from perdure.accounts.service import gate, passwords
from perdure.accounts.service.barring import email_barred_in
from perdure.accounts.service.gate import Proof
from perdure.accounts.service.invites import usable_invite_in
from perdure.accounts.service.people import create_account_in
from perdure.accounts.service.tokens import app_in, forget_viewers, issue_token_in
from perdure.accounts.service.waiting import rejected_before_in, settle_in
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime

BLOCKED: Final = ("ERR_BLOCKED", "contains a disallowed e-mail provider")
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


async def sign_up(rt: Runtime, given: Application, proof: Proof) -> int:
    """Make an account as the site's sign-up mode allows; returns its id.

    Raises Invalid with every fault at once and for a proof that does not count, Forbidden where sign-up is closed,
    RateLimited where a network signs up too often.
    """
    await rt.db.read(_check_in, given)
    await gate.admit(rt, "sign_up", proof)
    return await _signed_up(rt, given, proven=True)


async def sign_up_by_app(rt: Runtime, caller: Caller, given: Application) -> Issued:
    """The same from an app, which gets a token of the new account: it works once the account is active.

    Apps show no puzzle: it waits on the page that confirms the address.
    """
    await rt.db.read(_check_in, given)
    account_id = await _signed_up(rt, given, proven=False)
    return await rt.db.write("accounts.first_token", _first_token_in, caller.app_id, account_id)


async def _signed_up(rt: Runtime, given: Application, *, proven: bool) -> int:
    stored = await passwords.hashed(given.password)
    return await rt.db.write("accounts.sign_up", _sign_up_in, given, stored, proven, rt.settings.peer_test)


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
    await gate.spend(rt, "resend", str(account_id))
    await rt.db.write("accounts.resend", _resend_in, account_id, email)


async def confirmation_needs_proof(rt: Runtime, token: str) -> bool:
    """Whether following a confirmation link wants a solved puzzle: where an app signed somebody up."""
    return not rt.settings.peer_test and await rt.db.read(_needs_proof_in, token)


async def confirm(rt: Runtime, token: str, proof: Proof) -> int:
    """Follow the link of a confirmation mail; returns the account.

    Raises Invalid for a link that is used up, and for a missing proof where an app signed somebody up.
    """
    if await confirmation_needs_proof(rt, token):
        await gate.admit(rt, "confirm", proof)
    account_id = await rt.db.write("accounts.confirm", _confirm_in, token)
    forget_viewers(rt, account_id)
    return account_id


def check_email_in(tx: Tx, email: str, account_id: int) -> None:
    """Raise Invalid for an address that an account may not change to."""
    faults = names.email_faults(email)
    other = people.login_by_email_key(tx, names.email_key(email))
    if not faults and other is not None and other.account_id != account_id:
        raise taken("email")
    if not faults and names.mail_domain_blocked(email, site.site(tx).blocked_mail_domains):
        faults = [BLOCKED]
    if faults:
        raise invalid({"email": faults})


def reserved_names_in(tx: Tx) -> frozenset[str]:
    """Folded names that nobody may choose."""
    return names.RESERVED | {names.name_key(name) for name in site.site(tx).reserved_names}


def name_taken_in(tx: Tx, username: str, account_id: int | None = None) -> bool:
    """Whether a user name is, or was, somebody else's than ``account_id``'s."""
    key = names.name_key(username)
    owners = {people.ids_by_keys(tx, [key]).get(key), people.owner_of_former_name(tx, key)}
    return bool(owners - {None, account_id})


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
    faults = _form_faults(given.username, given.email, given.password, reserved_names_in(tx))
    if "username" not in faults and name_taken_in(tx, given.username):
        faults["username"] = taken("username").details["username"]
    if "email" not in faults and people.login_by_email_key(tx, names.email_key(given.email)):
        faults["email"] = taken("email").details["email"]
    if "email" not in faults and names.mail_domain_blocked(given.email, current.blocked_mail_domains):
        faults["email"] = [BLOCKED]
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


def _sign_up_in(tx: Tx, given: Application, stored: str, proven: bool, confirmed: bool) -> int:  # noqa: FBT001 - passed by write
    invite = _check_in(tx, given)
    approved = site.site(tx).registrations != "approval" or invite is not None
    if rejected_before_in(tx, given.email) is not None or email_barred_in(tx, given.email):
        approved = False  # whoever was rejected or banned does not slip in by trying again
    private = {
        "confirmed_at": tx.now if confirmed else None,
        "approved": approved,
        "reason": given.reason,
        "locale": given.locale[:10] or "en",
        "invite_id": invite.id if invite else None,
        "proven": proven,
    }
    active = confirmed and approved
    account_id = create_account_in(
        tx,
        username=given.username,
        email=given.email.strip(),
        password_hash=stored,
        state="active" if active else "pending",
        private=private,
    )
    if invite is not None and not site.use_invite(tx, invite.id):
        raise invalid({"invite_code": [("ERR_INVALID", "is invalid")]})
    if active:
        tx.emit(AccountActivated(account_id))
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
        check_email_in(tx, address, account_id)
        people.update_login(tx, account_id, email=address, email_key=names.email_key(address))
    tx.emit(MailAsked(account_id, "confirm", address))


def _needs_proof_in(tx: Tx, token: str) -> bool:
    row = sign_in.mail_token_row(tx, secrets.digest(token), "confirm")
    login = people.login_of(tx, row.account_id) if row else None
    return login is not None and login.confirmed_at is None and not login.proven


def _confirm_in(tx: Tx, token: str) -> int:
    row = sign_in.mail_token_row(tx, secrets.digest(token), "confirm")
    if row is None:
        raise Invalid(BAD_LINK)
    account_id = int(row.account_id)
    other = people.login_by_email_key(tx, names.email_key(row.email))
    if other is not None and other.account_id != account_id:
        raise taken("email")
    if names.mail_domain_blocked(row.email, site.site(tx).blocked_mail_domains):
        raise invalid({"email": [BLOCKED]})
    sign_in.delete_mail_tokens(tx, account_id, "confirm")
    people.update_login(tx, account_id, email=row.email, email_key=names.email_key(row.email), confirmed_at=tx.now)
    settle_in(tx, account_id)
    return account_id
