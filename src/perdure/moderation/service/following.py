"""What became of a report, as whoever sent it sees it.

Nothing of staff, of other reporters or of the author is in it (I14).
"""

from typing import Final

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.moderation.model import Case, OwnItem, OwnReport
from perdure.moderation.queries import cases, following
from perdure.moderation.service.reports import token_digest

_TOP: Final = 2**63 - 1
_STAGES: Final = {"received": "received", "open": "received"}
_SETTLED: Final = frozenset({"decided", "notified", "closed"})


class State(msgspec.Struct, frozen=True):
    """What a link without an account shows: C20."""

    received_at: int
    stage: str  # received, in_review, decided
    deadline: int | None
    outcome: str | None
    decided_at: int | None
    items: tuple[OwnItem, ...]


def own_reports_in(
    tx: Tx,
    reporter_id: int,
    *,
    resolved: bool | None = None,
    target_id: int = 0,
    lower: int = 0,
    upper: int = _TOP,
    most: int = 20,
    ascending: bool = False,
) -> list[OwnReport]:
    """A page of one's own reports, newest first; ``resolved`` narrows to those decided, or not."""
    rows = following.page(
        tx, reporter_id, resolved, target_id, lower=lower, upper=upper, most=most, ascending=ascending
    )
    return reports_in(tx, rows)


def own_report_in(tx: Tx, reporter_id: int, report_id: int) -> OwnReport:
    """One of one's own reports. Raises NotFound, for somebody else's too."""
    row = cases.intake_row(tx, report_id)
    if row is None or row.reporter_id != reporter_id:
        raise NotFound
    return reports_in(tx, [row])[0]


def reports_in(tx: Tx, rows: list[Row], *, staff: bool = False) -> list[OwnReport]:
    """Intakes as their authors see them, in the order given; ``staff`` sees a decision before they are told."""
    known = cases.many(tx, [row.case_id for row in rows])
    items = following.items_of(tx, [row.id for row in rows])
    return [_own(row, known[row.case_id], items.get(row.id, []), staff=staff) for row in rows]


def state_by_token_in(tx: Tx, token: str) -> State:
    """The public state of a notice, by the token of its receipt. Raises NotFound.

    The token is compared as a hash in an index: how long that takes tells nothing of how near a guess was.
    """
    row = following.by_token(tx, token_digest(token))
    if row is None:
        raise NotFound
    (own,) = reports_in(tx, [row])
    return State(own.received_at, own.stage, own.deadline, own.outcome, own.decided_at, own.items)


def _own(row: Row, case: Row, items: list[Row], *, staff: bool) -> OwnReport:
    decided = case.state in _SETTLED and (staff or row.told_at is not None)
    return OwnReport(
        id=row.id,
        target_id=row.target_id,
        post_ids=tuple(item.ref_id for item in items if item.kind in {"post", "message"}),
        comment=row.comment,
        category=row.category,
        harm=row.harm,
        rule_ids=cases.numbers(row.rule_ids_json),
        forward=row.forward,
        stage="decided" if decided else _stage(case),
        outcome=row.outcome if decided else None,
        deadline=None if decided else case.due_at,
        received_at=row.received_at,
        decided_at=case.decided_at if decided else None,
        items=tuple(OwnItem(item.claim, item.state if decided else "pending", _at(item, decided)) for item in items),
    )


def _at(item: Row, decided: bool) -> int | None:  # noqa: FBT001 - private, one caller
    return item.settled_at if decided else None


def _stage(case: Row | Case) -> str:
    return _STAGES.get(case.state, "in_review")
