"""Everything of one's own in one file: ask for it, and fetch it."""

from typing import Any

from litestar import Response, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from perdure.kernel.errors import NotFound
from perdure.portability.service import exports, fetching
from perdure.web.page import redirect
from perdure.web.request import WebRequest, form_of, require_viewer, runtime_of


@post("/settings/data/archive")
async def start(request: WebRequest) -> Response[Any]:
    """Begin an archive."""
    viewer = await require_viewer(request)
    await form_of(request)
    exports.start(runtime_of(request), viewer.account_id)
    return redirect(request, "/settings/data")


@route("/settings/data/archive/{name:str}", http_method=["GET", "HEAD"])
async def fetch(request: WebRequest, name: str) -> Response[Any] | Stream:
    """The archive, or the part of it that the browser still lacks."""
    viewer = await require_viewer(request)
    if not name.endswith(".zip"):
        raise NotFound
    asked, only_if = request.headers.get("range", ""), request.headers.get("if-range", "")
    part = fetching.part_of(runtime_of(request), viewer.account_id, name.removesuffix(".zip"), asked, only_if)
    if request.method == "HEAD" or not part.count:
        return Response(b"", status_code=part.status, headers=part.headers, media_type=fetching.MIME)
    return Stream(part.pieces(), status_code=part.status, headers=part.headers, media_type=fetching.MIME)


ROUTES: list[HTTPRouteHandler] = [start, fetch]
