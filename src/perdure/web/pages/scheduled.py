"""Posts that wait for their time."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.posts import service as posts
from perdure.web.feeds import PAGE, TOP
from perdure.web.page import redirect, render
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of


@get("/scheduled")
async def scheduled(request: WebRequest) -> Response[Any]:
    """One's own scheduled posts."""
    viewer = await require_viewer(request)
    upper = id_of(request.query_params.get("max_id"), TOP)

    def read(tx: Any) -> list[Any]:
        return posts.scheduled_page_in(tx, viewer.account_id, lower=0, upper=upper, most=PAGE)

    found = await runtime_of(request).db.read(read)
    older = f"/scheduled?max_id={found[-1].id}" if len(found) == PAGE else ""
    return await render(request, "write/scheduled.html", scheduled=found, older=older)


@post("/scheduled/{scheduled_id:int}/delete")
async def drop(request: WebRequest, scheduled_id: int) -> Response[Any]:
    """Do not publish it after all."""
    await form_of(request)
    viewer = await require_viewer(request)
    await runtime_of(request).db.write("posts.unschedule", posts.unschedule_in, viewer.account_id, id_of(scheduled_id))
    return redirect(request, "/scheduled", said="deleted")


ROUTES: list[HTTPRouteHandler] = [scheduled, drop]
