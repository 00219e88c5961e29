"""How the public statements stand, what was refused, and this year's report so far."""

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError
from perdure.transparency.ports import StatementDatabase
from perdure.transparency.service import reports, statements
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, form_of, id_of, runtime_of

_MOST: Final = 100


@get("/moderation/transparency")
async def page(request: WebRequest) -> Response[Any]:
    """Statements and reports."""
    return await _shown(request, "", None)


async def _shown(request: WebRequest, why: str, error: AppError | None) -> Response[Any]:
    viewer = await require_staff(request, "view_dashboard")
    rt = runtime_of(request)
    this_year = datetime.fromtimestamp(rt.clock.now_ms() / 1000, UTC).year
    return await moderation_page(
        request,
        "transparency",
        "transparency",
        error=error,
        preview=await reports.look(rt, viewer.account_id, this_year),
        counted=await rt.db.read(statements.counts_in, viewer.account_id),
        rejected=await rt.db.read(statements.page_in, viewer.account_id, "rejected", 0, _MOST),
        reports=await rt.db.read(reports.every_in),
        database=rt.port(StatementDatabase).named,
        may_publish=accounts.holds(viewer.role, "manage_settings"),
        last_year=this_year - 1,
        why=why,
    )


@post("/moderation/transparency/again")
async def again(request: WebRequest) -> Response[Any]:
    """Make refused statements anew."""
    viewer = await require_staff(request, "manage_settings")
    form = await form_of(request)
    ids = [id_of(one) for one in form.all("decision")][:_MOST]
    await runtime_of(request).db.write("transparency.again", statements.again_in, viewer.account_id, ids)
    return redirect(request, "/moderation/transparency", said="saved")


@post("/moderation/transparency/publish")
async def publish(request: WebRequest) -> Response[Any]:
    """Publish last year's report, or a correction of it."""
    viewer = await require_staff(request, "manage_settings")
    why = (await form_of(request)).get("why")
    rt = runtime_of(request)
    last_year = datetime.fromtimestamp(rt.clock.now_ms() / 1000, UTC).year - 1
    try:
        made = await reports.publish(rt, viewer.account_id, last_year, why)
    except AppError as error:
        return await _shown(request, why, error)
    return redirect(request, f"/transparency/{made.year}/{made.number}")


ROUTES: list[HTTPRouteHandler] = [page, again, publish]
