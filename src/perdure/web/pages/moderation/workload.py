"""Who of the staff has how much before them, and which rules somebody does not want to be handed."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.moderation.model import Workload
from perdure.moderation.rules.harms import SEVERITY
from perdure.moderation.service import queue
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page, names_in
from perdure.web.request import WebRequest, form_of, require_viewer, runtime_of


@get("/moderation/workload")
async def workload_page(request: WebRequest) -> Response[Any]:
    """The staff side by side, and the reader's own wishes."""
    viewer = await require_viewer(request)
    staff, names, opted_out = await runtime_of(request).db.read_long(_read_in, viewer.account_id)
    return await moderation_page(
        request, "workload", "workload", staff=staff, names=names, opted_out=opted_out, policies=list(SEVERITY)
    )


def _read_in(tx: Tx, staff_id: int) -> tuple[list[Workload], dict[int, str], tuple[str, ...]]:
    staff = queue.workload_in(tx, staff_id)
    return staff, names_in(tx, {one.account_id for one in staff}), queue.opted_out_in(tx, staff_id)


@post("/moderation/workload")
async def opt_out(request: WebRequest) -> Response[Any]:
    """Which cases are not handed to the reader."""
    form, viewer = await form_of(request), await require_viewer(request)
    await runtime_of(request).db.write(
        "moderation.opt_out", queue.opt_out_in, viewer.account_id, tuple(form.all("policy"))
    )
    return redirect(request, "/moderation/workload", said="saved")


ROUTES: list[HTTPRouteHandler] = [workload_page, opt_out]
