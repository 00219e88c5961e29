"""Appeals by whoever reported, from the page of the report, with an account or by the token of a receipt (DSA Art 20).

What they see of a decision is its outcome alone: the statement of reasons is its author's (C20).
"""

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.model.decisions import AppealView
from perdure.moderation.queries import appeals as queries
from perdure.moderation.queries import cases, decisions, following
from perdure.moderation.service.appeals import Filing, file_in
from perdure.moderation.service.reading_decisions import APPEAL_MS
from perdure.moderation.service.reports import token_digest
from perdure.moderation.service.viewing_appeals import appeal_view

UNDECIDED = "Nothing that this report named is decided: there is nothing yet to appeal against"


class Contestable(msgspec.Struct, frozen=True):
    """One decision about what somebody reported, and until when (ms) they may appeal against it."""

    decision_id: int
    claim: str
    until: int


class Objections(msgspec.Struct, frozen=True):
    """What whoever reported may still appeal against, and their appeals so far, oldest first."""

    open: tuple[Contestable, ...] = ()
    appeals: tuple[AppealView, ...] = ()


def own_in(tx: Tx, account_id: int, report_id: int) -> Objections:
    """Those of one of one's own reports. Raises NotFound, for somebody else's too."""
    return _objections_in(tx, _own_row_in(tx, account_id, report_id))


def by_token_in(tx: Tx, token: str) -> Objections:
    """Those of a notice, by the token of its receipt. Raises NotFound."""
    return _objections_in(tx, _row_in(tx, token))


async def appeal_own(
    rt: Runtime, account_id: int, report_id: int, text: str, *, decision_ids: tuple[int, ...] = (), locale: str = "en"
) -> list[AppealView]:
    """Appeal against what was decided about one's own report: against these decisions, or all that are open.

    Raises NotFound, Invalid without a text, Conflict where nothing is decided, six months are over, or for a second
    appeal against the same decision.
    """
    return await rt.db.write(
        "moderation.appeal",
        lambda tx: _file_in(tx, _own_row_in(tx, account_id, report_id), account_id, text, decision_ids, locale),
    )


async def appeal_by_token(
    rt: Runtime, token: str, text: str, *, decision_ids: tuple[int, ...] = (), locale: str = "en"
) -> list[AppealView]:
    """The same without an account, by the token of the receipt. Raises as :func:`appeal_own`."""
    return await rt.db.write(
        "moderation.appeal", lambda tx: _file_in(tx, _row_in(tx, token), None, text, decision_ids, locale)
    )


def _own_row_in(tx: Tx, account_id: int, report_id: int) -> Row:
    row = cases.intake_row(tx, report_id)
    if row is None or row.reporter_id != account_id:
        raise NotFound
    return row


def _row_in(tx: Tx, token: str) -> Row:
    row = following.by_token(tx, token_digest(token))
    if row is None:
        raise NotFound
    return row


def _decided_in(tx: Tx, row: Row) -> list[Contestable]:
    """What holds about the items of an intake, once whoever sent it was told."""
    if row.told_at is None:
        return []
    found: dict[int, Contestable] = {}
    for item in following.items_of(tx, [row.id]).get(row.id, []):
        made = decisions.one(tx, item.decision_id) if item.decision_id is not None else None
        if made is not None and not decisions.reversals(tx, [made.id]):
            found.setdefault(made.id, Contestable(made.id, item.claim, made.created_at + APPEAL_MS))
    return list(found.values())


def _objections_in(tx: Tx, row: Row) -> Objections:
    made = queries.of_intake(tx, row.id)
    appealed = {one.decision_id for one in made}
    still = (one for one in _decided_in(tx, row) if one.decision_id not in appealed and one.until >= tx.now)
    return Objections(tuple(still), tuple(_unnamed(appeal_view(tx, one)) for one in made))


def _unnamed(view: AppealView) -> AppealView:
    """An appeal without who reviews it, and what they thought (I14)."""
    return msgspec.structs.replace(view, reviewer_id=None, read_note="", read_verdict=None)


def _file_in(
    tx: Tx, row: Row, account_id: int | None, text: str, decision_ids: tuple[int, ...], locale: str
) -> list[AppealView]:
    decided = {one.decision_id: one for one in _decided_in(tx, row)}
    if not decided:
        raise Conflict(UNDECIDED)
    if any(one not in decided for one in decision_ids):
        raise NotFound
    still = tuple(one.decision_id for one in _objections_in(tx, row).open)
    wanted = dict.fromkeys(decision_ids or still or decided)
    filings = (
        Filing(decision_id=one, party="notifier", account_id=account_id, intake_id=row.id, locale=locale)
        for one in wanted
    )
    return [_unnamed(file_in(tx, one, text)) for one in filings]
