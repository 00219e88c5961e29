"""Proving a password once more before something that matters; stopping whoever guesses."""

from typing import Final

from perdure.accounts.model import Login
from perdure.accounts.queries import people, sign_in
from perdure.accounts.service import passwords
from perdure.kernel.errors import Invalid, RateLimited
from perdure.kernel.runtime import Runtime

WRONG_PASSWORD: Final = "The password is not right."  # noqa: S105 - a sentence, no secret
_TRIES: Final = 10
_PAUSE_MS: Final = 600_000


async def prove_password(rt: Runtime, account_id: int, password: str) -> None:
    """Raise Invalid unless the password is the account's own, RateLimited after ten wrong ones in ten minutes."""
    login = await rt.db.read(people.login_of, account_id)
    if login is not None:
        refuse_guessing(rt.clock.now_ms(), login)
    if login is None or not await passwords.matches(login.password_hash, password):
        if login is not None:
            await rt.db.write("sign_in.failed", sign_in.note_failure, account_id)
        raise Invalid(WRONG_PASSWORD, {"current_password": [("ERR_INVALID", "is not right")]})


def refuse_guessing(now: int, login: Login) -> None:
    """Raise RateLimited for a login with too many wrong passwords or codes just now."""
    if login.failures >= _TRIES and login.failed_at is not None and now - login.failed_at < _PAUSE_MS:
        raise RateLimited("Too many wrong passwords or codes. Try again in ten minutes.", retry_after_s=600)
