"""Mails about an account: written when they are sent, so that their secrets are never stored."""

from typing import Final

from perdure.accounts.events import AccessChanged, MailAsked
from perdure.accounts.queries import people, sign_in, site
from perdure.accounts.rules import letters, secrets
from perdure.accounts.service.tokens import forget_viewers
from perdure.delivery import service as delivery
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime

_HOUR_MS: Final = 3_600_000
_LIFE_MS: Final = {"confirm": 48 * _HOUR_MS, "reset": 2 * _HOUR_MS}
_PATHS: Final = {
    "confirm": "/auth/confirmation?confirmation_token=",
    "reset": "/auth/password/edit?reset_password_token=",
    "approved": "/auth/sign_in",
    "rejected": "/",
    "security": "/auth/password/new",
    "ending": "/settings/data",
}


async def send_asked(rt: Runtime, asked: MailAsked) -> None:
    """Write and send a mail that was asked for. Does nothing where the account is gone."""
    token = secrets.fresh() if asked.purpose in _LIFE_MS else ""
    found = await rt.db.write("accounts.mail", _prepare_in, asked, token)
    if found is None:
        return
    title, name, locale = found
    link = f"{rt.settings.base_url}{_PATHS[asked.purpose]}{token}"
    subject, text = letters.letter(asked.purpose, locale, site=title, name=name, link=link, note=asked.note)
    reference = f"{asked.account_id}:{asked.purpose}:{token}:{asked.note}:{rt.clock.now_ms()}"
    await delivery.send_mail(rt, delivery.Mail(asked.email, subject, text, reference))


async def forget_changed(rt: Runtime, changed: AccessChanged) -> None:
    """Make every process forget what an account's tokens allowed."""
    forget_viewers(rt, changed.account_id)


def _prepare_in(tx: Tx, asked: MailAsked, token: str) -> tuple[str, str, str] | None:
    if asked.name:
        return site.site(tx).title, asked.name, asked.locale
    login = people.login_of(tx, asked.account_id)
    view = people.views(tx, [asked.account_id]).get(asked.account_id)
    if login is None or view is None:
        return None
    if token:
        sign_in.insert_mail_token(
            tx,
            token_hash=secrets.digest(token),
            account_id=asked.account_id,
            purpose=asked.purpose,
            email=asked.email,
            expires_at=tx.now + _LIFE_MS[asked.purpose],
        )
    return site.site(tx).title, view.username, login.locale
