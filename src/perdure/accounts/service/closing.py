"""What the end of a site asks of accounts: no sign-ups any more, mails to everybody, secrets forgotten."""

import msgspec

from perdure.accounts.events import MailAsked
from perdure.accounts.model import RegistrationMode
from perdure.accounts.queries import closing, site
from perdure.kernel.db import Tx


def set_registrations_in(tx: Tx, mode: RegistrationMode, message: str) -> tuple[RegistrationMode, str]:
    """Say who may sign up; returns what was said before. The caller writes down who asked for it."""
    before = site.site(tx)
    site.store_site(tx, msgspec.structs.replace(before, registrations=mode, registrations_message=message))
    return before.registrations, before.registrations_message


def mail_everybody_in(tx: Tx, purpose: str, note: str, after: int, most: int) -> int:
    """Ask for a mail to the next accounts after an id; returns the last of them, or 0 where that was everybody."""
    found = closing.reached(tx, after, most)
    for row in found:
        tx.emit(MailAsked(row.id, purpose, row.email, note))
    return found[-1].id if len(found) == most else 0


def forget_secrets_in(tx: Tx) -> int:
    """Delete the site's own secrets: what they sealed cannot be read any more. Returns how many."""
    return closing.drop_secrets(tx)
