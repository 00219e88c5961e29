"""Changing what opens an account: password, address, second factors. Each change is mailed and logged."""

import re
import secrets as random
from typing import Final

import pyotp

from perdure.accounts.errors import invalid, taken
from perdure.accounts.events import AccountChanged, MailAsked
from perdure.accounts.queries import factors, lifecycle, people, sign_in
from perdure.accounts.rules import names, secrets
from perdure.accounts.service import gate, passwords
from perdure.accounts.service.authority import standing_in
from perdure.accounts.service.gate import Proof
from perdure.accounts.service.links import renamed_in
from perdure.accounts.service.proof import prove_password
from perdure.accounts.service.restrictions import may_write_in
from perdure.accounts.service.sign_in import WRONG_CODE, matching_step
from perdure.accounts.service.sign_up import BAD_LINK, check_email_in, name_taken_in, reserved_names_in
from perdure.accounts.service.tokens import forget_viewers
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime

_RENAME_MS: Final = 30 * 86_400_000
_SECRET: Final = re.compile(r"[A-Z2-7]{32}\Z")
_CODES: Final = 10
_LINKS: Final = 3  # that work at one time: nobody's mailbox is filled by strangers
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


async def ask_reset(rt: Runtime, email: str, proof: Proof) -> None:
    """Mail a link to set a new password. Does nothing, and does not tell, for an unknown address.

    Raises Invalid for a proof that does not count, RateLimited where a network asks too often.
    """
    await gate.admit(rt, "reset", proof)
    await rt.db.write("accounts.ask_reset", _ask_reset_in, email)


async def reset_password(rt: Runtime, token: str, password: str) -> None:
    """Follow the link: sets the password, ends every session and token. Raises Invalid for a used link."""
    _check_password(password)
    stored = await passwords.hashed(password)
    account_id = await rt.db.write("accounts.reset", _reset_in, token, stored)
    forget_viewers(rt, account_id)


async def change_password(rt: Runtime, account_id: int, current: str, fresh: str, *, session_id: int = 0) -> None:
    """Set a new password and end every other session and all tokens."""
    await prove_password(rt, account_id, current)
    _check_password(fresh)
    stored = await passwords.hashed(fresh)
    await rt.db.write("accounts.password", _password_in, account_id, stored, session_id)
    forget_viewers(rt, account_id)


async def change_email(rt: Runtime, account_id: int, password: str, email: str) -> None:
    """Ask for another address: it counts once the link sent to it is followed."""
    await prove_password(rt, account_id, password)
    await rt.db.write("accounts.email", _email_in, account_id, email.strip())


async def change_name(rt: Runtime, account_id: int, password: str, username: str) -> None:
    """Take another user name, once in 30 days. The old one stays reserved: its links lead to the new one.

    Raises Invalid for a name that is taken, was somebody else's, or is not allowed.
    """
    await prove_password(rt, account_id, password)
    await rt.db.write("accounts.rename", _rename_in, account_id, username.strip())


def new_totp(rt: Runtime, username: str) -> tuple[str, str]:
    """A fresh TOTP secret and its ``otpauth:`` address for a QR code. Nothing is stored before a code proves it."""
    secret = pyotp.random_base32()
    return secret, totp_uri(rt, username, secret)


def totp_uri(rt: Runtime, username: str, secret: str) -> str:
    """The ``otpauth:`` address of a secret. Raises Invalid for a text that is no secret."""
    if not _SECRET.match(secret):
        raise Invalid(WRONG_CODE)
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=rt.settings.domain)


async def enable_totp(rt: Runtime, account_id: int, password: str, secret: str, code: str) -> list[str]:
    """Turn TOTP on; returns ten recovery codes, shown this once. Raises Invalid for a wrong code."""
    await prove_password(rt, account_id, password)
    codes = _fresh_codes()
    await rt.db.write("factors.totp_on", _enable_totp_in, account_id, secret, code, codes)
    return codes


async def disable_totp(rt: Runtime, account_id: int, password: str) -> None:
    """Turn TOTP off."""
    await prove_password(rt, account_id, password)
    await rt.db.write("factors.totp_off", _disable_totp_in, account_id)


async def new_recovery_codes(rt: Runtime, account_id: int, password: str) -> list[str]:
    """Ten fresh recovery codes; the former ones stop working."""
    await prove_password(rt, account_id, password)
    codes = _fresh_codes()
    await rt.db.write("factors.codes", _codes_in, account_id, codes)
    return codes


async def recovery_codes_left(rt: Runtime, account_id: int) -> int:
    """How many recovery codes still work."""
    return await rt.db.read(sign_in.recovery_codes_left, account_id)


def first_codes_in(tx: Tx, account_id: int) -> list[str]:
    """Recovery codes for an account that has none yet; an empty list where it has some."""
    if sign_in.recovery_codes_left(tx, account_id):
        return []
    codes = _fresh_codes()
    sign_in.replace_recovery_codes(tx, account_id, _digests(codes))
    return codes


def keep_factor_in(tx: Tx, account_id: int) -> None:
    """Raise Invalid where staff would be left without a second factor: the change is undone."""
    if standing_in(tx, account_id).must_enrol:
        raise Invalid("Staff needs a second factor: add another one before you remove this one.")


def note_factor_in(tx: Tx, account_id: int, action: str) -> None:
    """Log and mail a change of what opens an account."""
    audit.append_in(tx, actor_id=account_id, action=action, subject=f"account:{account_id}")
    login = people.login_of(tx, account_id)
    if login is not None:
        tx.emit(MailAsked(account_id, "security", login.email, action))


def _check_password(password: str) -> None:
    if faults := names.password_faults(password):
        raise invalid({"password": faults})


def _fresh_codes() -> list[str]:
    def word() -> str:
        return "".join(random.choice(_LETTERS) for _ in range(5))

    return [f"{word()}-{word()}" for _ in range(_CODES)]


def _ask_reset_in(tx: Tx, email: str) -> None:
    login = people.login_by_email_key(tx, names.email_key(email)) if "@" in email else None
    if login is not None and sign_in.mail_tokens_out(tx, login.account_id, "reset") < _LINKS:
        tx.emit(MailAsked(login.account_id, "reset", login.email))


def _reset_in(tx: Tx, token: str, stored: str) -> int:
    row = sign_in.mail_token_row(tx, secrets.digest(token), "reset")
    if row is None:
        raise Invalid(BAD_LINK)
    sign_in.delete_mail_tokens(tx, row.account_id, "reset")
    _password_in(tx, row.account_id, stored, 0)
    return int(row.account_id)


def _password_in(tx: Tx, account_id: int, stored: str, session_id: int) -> None:
    people.update_login(tx, account_id, password_hash=stored, failures=0, failed_at=None)
    lifecycle.end_access(tx, account_id, session_id)
    note_factor_in(tx, account_id, "factor.password")


def _email_in(tx: Tx, account_id: int, email: str) -> None:
    check_email_in(tx, email, account_id)
    tx.emit(MailAsked(account_id, "confirm", email))
    note_factor_in(tx, account_id, "factor.email")


def _rename_in(tx: Tx, account_id: int, username: str) -> None:
    may_write_in(tx, account_id)
    view = people.views(tx, [account_id]).get(account_id)
    if view is None:
        raise NotFound
    if view.state != "active":
        raise Forbidden
    if faults := names.name_faults(username, reserved_names_in(tx)):
        raise invalid({"username": faults})
    if name_taken_in(tx, username, account_id):
        raise taken("username")
    before, after = names.name_key(view.username), names.name_key(username)
    if before != after:
        last = people.last_renamed_at(tx, account_id)
        if last is not None and tx.now - last < _RENAME_MS:
            raise invalid({"username": [("ERR_TOO_SOON", "can be changed once in 30 days")]})
        people.keep_former_name(tx, account_id, before, after)
    people.update_account(tx, account_id, username=username, username_key=after)
    tx.emit(AccountChanged(account_id))
    if before != after:
        renamed_in(tx, account_id)
    note_factor_in(tx, account_id, "account.rename")


def _enable_totp_in(tx: Tx, account_id: int, secret: str, code: str, codes: list[str]) -> None:
    step = matching_step(secret, "".join(code.split()), tx.now) if _SECRET.match(secret) else None
    if step is None:
        raise Invalid(WRONG_CODE, {"code": [("ERR_INVALID", WRONG_CODE)]})
    people.update_login(tx, account_id, totp_secret=secret, totp_step=step)
    sign_in.replace_recovery_codes(tx, account_id, _digests(codes))
    note_factor_in(tx, account_id, "factor.totp_on")


def _disable_totp_in(tx: Tx, account_id: int) -> None:
    people.update_login(tx, account_id, totp_secret=None, totp_step=0)
    keep_factor_in(tx, account_id)
    if not factors.passkeys_of(tx, account_id):
        sign_in.replace_recovery_codes(tx, account_id, [])
    note_factor_in(tx, account_id, "factor.totp_off")


def _codes_in(tx: Tx, account_id: int, codes: list[str]) -> None:
    sign_in.replace_recovery_codes(tx, account_id, _digests(codes))
    note_factor_in(tx, account_id, "factor.recovery_codes")


def _digests(codes: list[str]) -> list[str]:
    return [secrets.digest(code.replace("-", "")) for code in codes]
