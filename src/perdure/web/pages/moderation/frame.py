"""The frame around each of the moderators' pages: who may see it, and which others there are."""

from typing import Any, Final

from litestar import Response

from perdure.accounts import service as accounts
from perdure.accounts.model import Right
from perdure.desk.service.deadlines import Owed, strictest_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model import Exposure
from perdure.moderation.service import queue, watching
from perdure.web.page import render
from perdure.web.pages.moderation.telling import due
from perdure.web.request import WebRequest, require_viewer, runtime_of, words_of

_PAGES: Final[tuple[tuple[str, str, Right], ...]] = (
    ("queue", "/moderation", "manage_reports"),
    ("letters", "/moderation/letters", "manage_reports"),
    ("orders", "/moderation/orders", "manage_reports"),
    ("referrals", "/moderation/referrals", "manage_reports"),
    ("appeals", "/moderation/appeals", "manage_appeals"),
    ("people", "/moderation/people", "manage_users"),
    ("senders", "/moderation/senders", "manage_reports"),
    ("policies", "/moderation/policies", "manage_reports"),
    ("rules", "/moderation/rules", "manage_reports"),
    ("trends", "/moderation/trends", "manage_taxonomies"),
    ("bank", "/moderation/bank", "manage_reports"),
    ("obligations", "/moderation/obligations", "manage_reports"),
    ("metrics", "/moderation/metrics", "view_dashboard"),
    ("workload", "/moderation/workload", "manage_reports"),
    ("transparency", "/moderation/transparency", "view_dashboard"),
    ("audit", "/moderation/audit", "view_audit_log"),
)


async def moderation_page(
    request: WebRequest, template: str, section: str, *, error: AppError | None = None, **values: Any
) -> Response[Any]:
    """A page of the moderators', with the bar above it. What was moderated stays in no cache, ours or a browser's."""
    viewer = await require_viewer(request)
    pages = [(name, href) for name, href, right in _PAGES if accounts.holds(viewer.role, right)]
    seen, owed, still = await runtime_of(request).db.read(_standing_in, viewer.account_id)
    given: dict[str, Any] = {"pages": pages, "section": section, "exposure": seen, "owed": owed, "trends": []}
    given["still_since"] = still
    if owed is not None:
        given["owed_time"] = due(words_of(request), owed.started_at, owed.due_at)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} | values.pop("headers", {})
    return await render(request, f"moderation/{template}.html", error=error, headers=headers, **(given | values))


def _standing_in(tx: Tx, staff_id: int) -> tuple[Exposure | None, Owed | None, int | None]:
    """What somebody looked at today, the strictest deadline that somebody outside set, since when no clock moves."""
    if not accounts.holds(accounts.standing_in(tx, staff_id).role, "manage_reports"):
        return None, None, None
    return queue.exposure_in(tx, staff_id), strictest_in(tx), watching.still_since_in(tx)


def names_in(tx: Tx, ids: set[int | None]) -> dict[int, str]:
    """User names by id, of those that are still there."""
    wanted = {one for one in ids if one is not None}
    return {view.id: view.username for view in accounts.views_in(tx, wanted).values()} if wanted else {}
