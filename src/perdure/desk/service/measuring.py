"""How far a sender's letters are right, how fast they are answered, and measures against it (DSA Art 23)."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.delivery import service as delivery
from perdure.desk.queries import senders as rows
from perdure.desk.queries import standing_of_senders as queries
from perdure.desk.service import senders
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Forbidden, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import MisuseMeasured
from perdure.moderation.model.misuse import Figures, MisuseInput, MisuseMeasure
from perdure.moderation.rules import misuse_letters
from perdure.moderation.service import bundles, misuse

_MOST: Final = 500
_RIGHT: Final = ("actioned", "already_actioned")
_NEVER: Final = frozenset({"member_state", "court"})


class SenderFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A sender's last year. ``precision`` is the share of judged items that were right; None until one was judged.

    ``answer_ms`` is the median from receipt to answer; ``late`` answers came after the deadline.
    """

    letters: int = 0
    open: int = 0
    due_at: int | None = None
    items: int = 0
    right: int = 0
    wrong: int = 0
    late: int = 0
    answer_ms: int | None = None
    last_at: int | None = None

    @property
    def precision(self) -> float | None:
        """Of what was judged, how much was right: 0 to 1."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


def figures_in(tx: Tx, sender_id: int) -> SenderFigures:
    """A sender's last year."""
    return figures_of_in(tx, [sender_id])[sender_id]


def figures_of_in(tx: Tx, sender_ids: list[int]) -> dict[int, SenderFigures]:
    """The last year of each of these senders."""
    totals = queries.totals(tx, tx.now - misuse.YEAR_MS)
    return {one: _figures_in(tx, one, totals[one]) if one in totals else SenderFigures() for one in sender_ids}


def _figures_in(tx: Tx, sender_id: int, total: Row) -> SenderFigures:
    """Times and precision are those of the newest 500 letters."""
    recent = queries.recent(tx, sender_id, tx.now - misuse.YEAR_MS, _MOST)
    counts = bundles.counts_in(tx, [row.intake_id for row in recent if row.intake_id is not None]).values()
    took = sorted(row.answered_at - row.received_at for row in recent if row.answered_at is not None)
    return SenderFigures(
        letters=int(total.letters),
        open=int(total.open),
        due_at=total.due_at,
        items=int(total.items),
        right=sum(one.get(word, 0) for one in counts for word in _RIGHT),
        wrong=sum(one.get("no_violation", 0) for one in counts),
        late=int(total.late),
        answer_ms=took[len(took) // 2] if took else None,
        last_at=total.last_at,
    )


def warn_in(tx: Tx, staff_id: int, given: MisuseInput) -> MisuseMeasure:
    """Warn a sender who writes without ground. Asks for ``manage_users``. Raises Forbidden for an authority."""
    return misuse.warn_in(tx, staff_id, given, _weighed_in(tx, given.party_id))


def suspend_in(tx: Tx, staff_id: int, given: MisuseInput) -> MisuseMeasure:
    """Stop opening a sender's letters for some time: they are kept, and staff can let one in. Raises as above."""
    made = misuse.suspend_in(tx, staff_id, given, _weighed_in(tx, given.party_id))
    row = rows.one(tx, given.party_id)
    assert row is not None
    rows.change(tx, row, state="suspended", suspended_until=made.until)
    return made


def lift_in(tx: Tx, staff_id: int, measure_id: int, reason: str) -> MisuseMeasure:
    """Take a measure against a sender back: letters are opened again."""
    made = misuse.lift_in(tx, staff_id, measure_id, reason)
    row = rows.one(tx, made.party_id)
    if made.party == "sender" and made.kind == "suspension" and row is not None:
        rows.change(tx, row, state="active", suspended_until=None)
    return made


def warn_party_in(tx: Tx, staff_id: int, given: MisuseInput) -> MisuseMeasure:
    """Warn a member or a sender."""
    if given.party == "sender":
        return warn_in(tx, staff_id, given)
    return misuse.warn_in(tx, staff_id, given)


def suspend_party_in(tx: Tx, staff_id: int, given: MisuseInput) -> MisuseMeasure:
    """Suspend a member or a sender."""
    if given.party == "sender":
        return suspend_in(tx, staff_id, given)
    return misuse.suspend_in(tx, staff_id, given)


def _weighed_in(tx: Tx, sender_id: int) -> Figures:
    found, row = figures_in(tx, sender_id), rows.one(tx, sender_id)
    if row is None:
        raise NotFound
    if row.authority in _NEVER:
        raise Forbidden("An authority's letters are always opened")
    return Figures(found.wrong, found.right + found.wrong)


async def tell_sender(rt: Runtime, event: MisuseMeasured) -> None:
    """Mail a sender what was decided about them."""
    if event.party != "sender":
        return
    mail = await rt.db.read(_mail_in, event)
    if mail is not None:
        await delivery.send_mail(rt, mail)


def _mail_in(tx: Tx, event: MisuseMeasured) -> delivery.Mail | None:
    found, sender = misuse.one_in(tx, event.measure_id), senders.one_in(tx, event.party_id)
    address = sender.answer_to or next(iter(sender.addresses), "")
    if not address:
        return None
    subject, text = misuse_letters.letter(
        event.verb,
        sender.locale,
        site=accounts.site_in(tx).title,
        name=sender.name,
        role=found.role,
        counted=found.counted,
        of_all=found.of_all,
        reasons=found.end_reason if event.verb == "lifted" else found.reasons,
        until=found.until,
    )
    return delivery.Mail(address, subject, text, f"misuse:{found.id}:{event.verb}")
