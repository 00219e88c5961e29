"""Members are told of measures against misuse by mail, in their language, at once."""

from perdure.accounts import service as accounts
from perdure.delivery import service as delivery
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import MisuseMeasured
from perdure.moderation.rules import misuse_letters
from perdure.moderation.service import misuse


async def tell_member(rt: Runtime, event: MisuseMeasured) -> None:
    """Mail a member what was decided about them."""
    if event.party != "account":
        return
    mail = await rt.db.read(_mail_in, event)
    if mail is not None:
        await delivery.send_mail(rt, mail)


def _mail_in(tx: Tx, event: MisuseMeasured) -> delivery.Mail | None:
    found = misuse.one_in(tx, event.measure_id)
    try:
        login = accounts.login_in(tx, event.party_id)
    except NotFound:
        return None
    view = accounts.view_in(tx, event.party_id)
    subject, text = misuse_letters.letter(
        event.verb,
        login.locale,
        site=accounts.site_in(tx).title,
        name=view.display_name or view.username,
        role=found.role,
        counted=found.counted,
        of_all=found.of_all,
        reasons=found.end_reason if event.verb == "lifted" else found.reasons,
        until=found.until,
    )
    return delivery.Mail(login.email, subject, text, f"misuse:{found.id}:{event.verb}") if login.email else None
