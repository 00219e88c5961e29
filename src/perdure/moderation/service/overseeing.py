"""Reports one by one, as the client API's admin part has them: a view on intakes and their cases."""

from typing import Final, cast

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.moderation.model import CATEGORIES, Category, OwnReport
from perdure.moderation.model.decisions import DecisionInput
from perdure.moderation.queries import cases, following, intakes
from perdure.moderation.service import leases, settling, working
from perdure.moderation.service.decisions import decide_in
from perdure.moderation.service.following import reports_in
from perdure.moderation.service.settling import Outcome

RESOLVED: Final = "A moderator looked at it in an app and found that it keeps to the rules."
_TOP: Final = 2**63 - 1


class StaffReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as staff's apps see it. ``version`` is the case's."""

    report: OwnReport
    reporter_id: int | None
    assigned_to: int | None
    decided_by: int | None
    case_id: int
    updated_at: int
    version: int


def search_in(
    tx: Tx,
    staff_id: int,
    *,
    resolved: bool = False,
    reporter_id: int = 0,
    target_id: int = 0,
    lower: int = 0,
    upper: int = _TOP,
    most: int = 100,
    ascending: bool = False,
) -> list[StaffReport]:
    """A page of what people reported, newest first: open reports, or those decided. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    rows = following.search(
        tx,
        resolved=resolved,
        reporter_id=reporter_id,
        target_id=target_id,
        lower=lower,
        upper=upper,
        most=most,
        ascending=ascending,
    )
    return _views(tx, rows)


def report_in(tx: Tx, staff_id: int, report_id: int) -> StaffReport:
    """One report. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return _views(tx, [_row(tx, report_id)])[0]


def _row(tx: Tx, report_id: int) -> Row:
    row = cases.intake_row(tx, report_id)
    if row is None or row.authority == "machine":
        raise NotFound
    return row


def _views(tx: Tx, rows: list[Row]) -> list[StaffReport]:
    known = cases.many(tx, [row.case_id for row in rows])
    return [
        _view(row, known[row.case_id], report)
        for row, report in zip(rows, reports_in(tx, rows, staff=True), strict=True)
    ]


def _view(row: Row, case: Row, report: OwnReport) -> StaffReport:
    return StaffReport(
        report=report,
        reporter_id=row.reporter_id,
        assigned_to=case.assigned_to,
        decided_by=case.decided_by,
        case_id=case.id,
        updated_at=case.closed_at or case.decided_at or case.first_action_at or row.received_at,
        version=case.version,
    )


def change_in(
    tx: Tx,
    staff_id: int,
    report_id: int,
    *,
    category: str | None = None,
    rule_ids: tuple[int, ...] | None = None,
    version: int | None = None,
) -> None:
    """Say what a report is about. Asks for ``manage_reports``; raises NotFound, Conflict, Invalid."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _row(tx, report_id)
    if category is not None and category not in CATEGORIES:
        raise Invalid("Validation failed: Category is not included in the list")
    leases.work_in(tx, staff_id, row.case_id, version)
    values = {"category": cast("Category", category)} if category else {}
    if rule_ids is not None:
        known = {rule.id for rule in accounts.rules_in(tx)}
        if unknown := [one for one in rule_ids if one not in known]:
            raise Invalid(f"Validation failed: there is no rule {unknown[0]}")
        intakes.change(tx, report_id, rule_ids_json=msgspec.json.encode(rule_ids).decode())
    if values:
        intakes.change(tx, report_id, **values)
    working.grade_in(tx, staff_id, row.case_id, category=category)


def assign_in(tx: Tx, staff_id: int, report_id: int, to: int | None, version: int | None = None) -> None:
    """Assign a report's case. Asks for ``manage_reports``; raises NotFound, Conflict."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    working.assign_in(tx, staff_id, _row(tx, report_id).case_id, to, version)


def resolve_in(tx: Tx, staff_id: int, report_id: int, version: int | None = None) -> None:
    """Close a report: whatever of it nobody acted on breaks no rule, which is decided like everything else.

    Asks for ``manage_reports``. A report that is decided stays as it is. Raises NotFound, Conflict, Forbidden about
    one's own rank or above.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _row(tx, report_id)
    wanted = {item_id for one in cases.intake_views(tx, [row]) for item_id in one.item_ids}
    pending = [one for one in cases.items(tx, row.case_id) if one.id in wanted and one.state == "pending"]
    known = tuple(one.id for one in pending if one.subject is not None)
    check_version_in(tx, row.case_id, version)
    if known:
        given = DecisionInput(
            item_ids=known, facts=RESOLVED, automated_detection=False, automated_decision="not", scope="none"
        )
        decide_in(tx, staff_id, row.case_id, None, given)
    if outcomes := [Outcome(item_id=one.id, state="no_violation") for one in pending if one.subject is None]:
        settling.settle_in(tx, staff_id, row.case_id, outcomes)


def reopen_in(tx: Tx, staff_id: int, report_id: int, version: int | None = None) -> None:
    """Open a report's case again. Asks for ``manage_reports``; raises NotFound, Conflict. An open one stays open."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = _row(tx, report_id)
    check_version_in(tx, row.case_id, version)
    case = cases.lock(tx, row.case_id)
    if case is not None and case.state in settling.DECIDED:
        settling.reopen_in(tx, staff_id, row.case_id, reason="opened again by staff")


def check_version_in(tx: Tx, case_id: int, version: int | None) -> None:
    """Raise Conflict where a case changed since it was read."""
    case = cases.one(tx, case_id)
    if version is not None and case is not None and case.version != version:
        raise Conflict(leases.CHANGED)
