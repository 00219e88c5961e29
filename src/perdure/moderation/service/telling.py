"""Mails about reports: written when they are sent, to those who cannot be told on a page."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.delivery import service as delivery
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import AppealDecided, NoticeReceived, ReportAnswered
from perdure.moderation.queries import appeals, cases
from perdure.moderation.rules import letters
from perdure.moderation.service.reports import Contact

STATE_PATH: Final = "/report/state/"
_contact = msgspec.json.Decoder(Contact)


async def mail_receipt(rt: Runtime, event: NoticeReceived) -> None:
    """Send whoever has no account the receipt with the link to the state of their notice."""
    await _mail(rt, event.intake_id, "receipt")


async def mail_outcome(rt: Runtime, event: ReportAnswered) -> None:
    """Send whoever has no account what was decided."""
    if event.reporter_id is None:
        await _mail(rt, event.intake_id, event.outcome)


async def mail_appeal(rt: Runtime, event: AppealDecided) -> None:
    """Send whoever has no account how their appeal ended."""
    row = await rt.db.read(appeals.one, event.appeal_id)
    if row is not None and row.party == "notifier" and row.appellant_id is None and row.intake_id is not None:
        await _mail(rt, row.intake_id, f"appeal.{row.state}", row.outcome_text, f":{row.id}")


async def _mail(rt: Runtime, intake_id: int, kind: str, answer: str = "", mark: str = "") -> None:
    found = await rt.db.read(_contact_in, intake_id)
    if found is None or not found[0].email:
        return
    contact, locale, received_at, site = found
    when = datetime.fromtimestamp(received_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    link = f"{rt.settings.base_url}{STATE_PATH}{contact.token}"
    subject, text = letters.letter(kind, locale, site=site, name=contact.name, when=when, link=link, text=answer)
    await delivery.send_mail(rt, delivery.Mail(contact.email, subject, text, f"report:{intake_id}:{kind}{mark}"))


def _contact_in(tx: Tx, intake_id: int) -> tuple[Contact, str, int, str] | None:
    row = cases.intake_row(tx, intake_id)
    opened = accounts.unseal_in(tx, row.contact_sealed) if row is not None and row.contact_sealed else None
    if row is None or opened is None:
        return None
    return _contact.decode(opened), row.locale, row.received_at, accounts.site_in(tx).title
