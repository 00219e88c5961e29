"""Alarms reach somebody who is not looking: a source, rule or classifier that fell silent, repairs, overturns.

Deadlines have their own mails (``paging``).
"""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.delivery import service as delivery
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.moderation.rules import letters
from perdure.moderation.service import metrics
from perdure.moderation.service.metrics import Alarm

_NOTE: Final = "moderation.alarmed"


async def tell_staff(rt: Runtime) -> None:
    """The recurring job: mail who may see the figures about each alarm, once until it has ended and come again."""
    found = await rt.db.read_long(metrics.alarms_in)
    told = await rt.db.write("moderation.alarms", _new_in, [one for one in found if one.kind != "late"])
    if told is None:
        return
    new, people, site, at = told
    for email, locale in people:
        subject, text = letters.alarms(locale, site=site, found=new, base_url=rt.settings.base_url)
        await delivery.send_mail(rt, delivery.Mail(email, subject, text, f"alarms:{at}:{email}"))


_Told = tuple[list[tuple[str, str, float]], list[tuple[str, str]], str, int]


def _new_in(tx: Tx, found: list[Alarm]) -> _Told | None:
    noted = accounts.noted_in(tx, _NOTE)
    before = set(msgspec.json.decode(noted, type=list[str])) if noted else set()
    now = {f"{one.kind} {one.about}": one for one in found}
    if now.keys() != before:
        accounts.note_in(tx, _NOTE, msgspec.json.encode(sorted(now)).decode())
    new = [(one.kind, one.about, one.figure) for name, one in now.items() if name not in before]
    if not new:
        return None
    logins = [accounts.login_in(tx, one) for one in accounts.holders_in(tx, "view_dashboard")]
    return new, [(one.email, one.locale) for one in logins], accounts.site_in(tx).title, tx.now
