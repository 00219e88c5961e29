"""Everything that is yours, as one list: the way to it on a phone."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.web.page import render
from perdure.web.request import WebRequest, require_viewer


@get("/you")
async def you(request: WebRequest) -> Response[Any]:
    """Links to one's own pages."""
    await require_viewer(request)
    return await render(request, "you/you.html")


ROUTES: list[HTTPRouteHandler] = [you]
