"""Signing in with a password and a second factor, and what a browser's cookie stands for."""

from contextlib import suppress
from typing import Final, Literal

import msgspec
import pyotp

from perdure.accounts.model import Login, Role, SessionView, Viewer
from perdure.accounts.queries import barred, factors, people, sign_in, tokens, waiting
from perdure.accounts.queries import gate as gate_rows
from perdure.accounts.rules import names, scopes, secrets
from perdure.accounts.rules.networks import network_of
from perdure.accounts.service import gate, passwords
from perdure.accounts.service.lifecycle import reactivate_in
from perdure.accounts.service.proof import refuse_guessing
from perdure.accounts.service.tokens import forget_viewers, refusal_for
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from perdure.kernel.runtime import Runtime

WRONG: Final = "Invalid e-mail address, user name or password."
WRONG_CODE: Final = "Invalid two-factor code"
_FACTOR_MS: Final = 600_000
_TOUCH_MS: Final = 600_000
_SESSION_MS: Final = 90 * 86_400_000
TOTP_S: Final = 30


WaitsFor = Literal["confirmation", "approval"]


class Entry(msgspec.Struct, frozen=True):
    """How far a sign-in got. ``factor_token`` is set where a code or passkey is still wanted."""

    account_id: int
    factor_token: str | None = None
    session_token: str | None = None
    has_totp: bool = False
    has_passkeys: bool = False


class Restricted(msgspec.Struct, frozen=True):
    """A suspended person in a browser. ``until`` (ms) is when it ends; None: for good, or until somebody lifts it."""

    viewer: Viewer
    until: int | None
    banned: bool
    session_id: int


async def check_password(rt: Runtime, name: str, password: str) -> Login:
    """The login that a user name or address and a password open.

    Raises Invalid with one text for every wrong pair, RateLimited after ten wrong ones in ten minutes.
    """
    login = await rt.db.read(_find_in, name)
    if login is not None:
        refuse_guessing(rt.clock.now_ms(), login)
    if not await passwords.matches(login.password_hash if login else None, password):
        if login is not None:
            await rt.db.write("sign_in.failed", sign_in.note_failure, login.account_id)
        raise Invalid(WRONG)
    assert login is not None
    if passwords.outdated(login.password_hash):
        fresh = await passwords.hashed(password)
        await rt.db.write("sign_in.rehash", _rehash_in, login.account_id, fresh)
    return login


async def begin(rt: Runtime, name: str, password: str, *, user_agent: str, address: str) -> Entry:
    """Sign a browser in, or ask for the second factor. Raises Forbidden for an account that may not act."""
    network = network_of(address)
    await gate.refuse_spent(rt, "sign_in", network)
    try:
        login = await check_password(rt, name, password)
    except Invalid:
        await gate.spend(rt, "sign_in", network)
        raise
    return await rt.db.write("sign_in.begin", _begin_in, login.account_id, user_agent, address)


async def finish(rt: Runtime, factor_token: str, code: str, *, user_agent: str, address: str) -> Entry:
    """Give the second factor: a TOTP code or a recovery code. Raises Invalid for a wrong one."""
    entry = await rt.db.write("sign_in.finish", _finish_in, factor_token, code, user_agent, address)
    if entry is None:
        raise Invalid(WRONG_CODE)
    return entry


async def viewer_for_session(rt: Runtime, token: str) -> tuple[Viewer, int] | None:
    """The person behind a browser's cookie and the id of the session; None where it ended or may not act."""
    row = await rt.db.read(sign_in.session_row, secrets.digest(token))
    now = rt.clock.now_ms()
    if row is None or row.last_used_at < now - _SESSION_MS:
        return None
    if refusal_for(row.state, confirmed=row.confirmed_at is not None, approved=row.approved):
        return None
    if row.last_used_at < now - _TOUCH_MS:
        with suppress(Unavailable):  # whoever may read goes on reading while nothing can be written
            await rt.db.write("session.touch", sign_in.touch_session, row.id, row.account_id)
    role: Role = row.role
    return Viewer(row.account_id, role, scopes.parse(scopes.FULL), None, None, row.locale, bool(row.frozen)), row.id


async def waiting_for_session(rt: Runtime, token: str) -> tuple[int, WaitsFor] | None:
    """The account behind a cookie that may not act yet, and what is missing; None for all others."""
    row = await rt.db.read(sign_in.session_row, secrets.digest(token))
    if row is None or row.state != "pending" or row.last_used_at < rt.clock.now_ms() - _SESSION_MS:
        return None
    return row.account_id, "confirmation" if row.confirmed_at is None else "approval"


async def restricted_for_session(rt: Runtime, token: str) -> Restricted | None:
    """Who is suspended or banned and signed in nevertheless: to notices, appeal and export, and nothing else."""
    row = await rt.db.read(sign_in.session_row, secrets.digest(token))
    if row is None or row.state != "suspended" or row.last_used_at < rt.clock.now_ms() - _SESSION_MS:
        return None
    viewer = Viewer(row.account_id, "member", frozenset(), None, None, row.locale, frozen=True)
    return Restricted(viewer, row.suspended_until, bool(row.banned), row.id)


async def sign_out(rt: Runtime, token: str) -> None:
    """End the session with this cookie."""
    account_id = await rt.db.write("session.end", sign_in.delete_session_by_hash, secrets.digest(token))
    if account_id is not None:
        forget_viewers(rt, account_id)


async def end_session(rt: Runtime, account_id: int, session_id: int) -> None:
    """End one of one's own sessions. Raises NotFound."""
    if not await rt.db.write("session.end", sign_in.delete_session, account_id, session_id):
        raise NotFound
    forget_viewers(rt, account_id)


async def sessions(rt: Runtime, account_id: int) -> list[SessionView]:
    """The browsers that are signed in, newest first."""
    return await rt.db.read(sign_in.sessions_of, account_id)


async def drop_old(rt: Runtime) -> None:
    """Forget sessions long unused, and secrets that ran out."""
    await rt.db.write("session.sweep", _drop_old_in, rt.clock.now_ms() - _SESSION_MS)


def _drop_old_in(tx: Tx, sessions_before: int) -> None:
    sign_in.drop_old(tx, sessions_before)
    tokens.drop_old_codes(tx)
    factors.drop_old_challenges(tx)
    gate_rows.sweep(tx)
    waiting.sweep(tx)
    barred.sweep(tx)


def open_session_in(tx: Tx, account_id: int, user_agent: str, address: str) -> str:
    """Start a browser session; returns the text for the cookie. Wakes a deactivated account.

    One that waits for confirmation may sign in and sees only that; one that is suspended sees notices, appeal and
    export. Raises Forbidden for one that is deleted.
    """
    account = people.views(tx, [account_id])[account_id]
    if account.state == "deactivated":
        reactivate_in(tx, account_id)
    elif account.state != "suspended" and (refusal := refusal_for(account.state, confirmed=True, approved=True)):
        raise Forbidden(refusal)
    token = secrets.fresh()
    sign_in.insert_session(
        tx,
        id=tx.new_id(),
        token_hash=secrets.digest(token),
        account_id=account_id,
        user_agent=user_agent[:300],
        address=address,
        created_at=tx.now,
        last_used_at=tx.now,
    )
    people.update_login(tx, account_id, failures=0, failed_at=None, last_used_at=tx.now)
    return token


def take_code_in(tx: Tx, login: Login, code: str) -> bool:
    """Use a TOTP code (each works once, one step early or late) or a recovery code."""
    given = "".join(code.split()).lower()
    if login.totp_secret and given.isdecimal() and len(given) == 6:
        return _take_totp_in(tx, login, given)
    return sign_in.take_recovery_code(tx, login.account_id, secrets.digest(given.replace("-", "")))


def matching_step(secret: str, code: str, now_ms: int) -> int | None:
    """The time step whose code was given, or None."""
    totp = pyotp.TOTP(secret)
    current = now_ms // 1000 // TOTP_S
    steps = (current, current - 1, current + 1)
    return next((step for step in steps if totp.verify(code, for_time=step * TOTP_S)), None)


def _take_totp_in(tx: Tx, login: Login, code: str) -> bool:
    assert login.totp_secret is not None
    step = matching_step(login.totp_secret, code, tx.now)
    if step is None or step <= login.totp_step:
        return False
    people.update_login(tx, login.account_id, totp_step=step)
    return True


def _find_in(tx: Tx, name: str) -> Login | None:
    if "@" in name.strip("@"):
        return people.login_by_email_key(tx, names.email_key(name))
    return people.login_by_name_key(tx, names.name_key(name.strip().lstrip("@")))


def _rehash_in(tx: Tx, account_id: int, fresh: str) -> None:
    people.update_login(tx, account_id, password_hash=fresh)


def _begin_in(tx: Tx, account_id: int, user_agent: str, address: str) -> Entry:
    login = people.login_of(tx, account_id)
    assert login is not None
    keys = bool(factors.passkeys_of(tx, account_id))
    if not login.totp_secret and not keys:
        return Entry(account_id, session_token=open_session_in(tx, account_id, user_agent, address))
    token = secrets.fresh()
    sign_in.insert_mail_token(
        tx,
        token_hash=secrets.digest(token),
        account_id=account_id,
        purpose="factor",
        email="",
        expires_at=tx.now + _FACTOR_MS,
    )
    return Entry(account_id, factor_token=token, has_totp=bool(login.totp_secret), has_passkeys=keys)


def _finish_in(tx: Tx, factor_token: str, code: str, user_agent: str, address: str) -> Entry | None:
    row = sign_in.mail_token_row(tx, secrets.digest(factor_token), "factor")
    login = people.login_of(tx, row.account_id) if row else None
    if login is None:
        raise Invalid("The sign-in took too long. Please start again.")
    refuse_guessing(tx.now, login)
    if not take_code_in(tx, login, code):
        sign_in.note_failure(tx, login.account_id)
        return None
    sign_in.delete_mail_tokens(tx, login.account_id, "factor")
    return Entry(login.account_id, session_token=open_session_in(tx, login.account_id, user_agent, address))
