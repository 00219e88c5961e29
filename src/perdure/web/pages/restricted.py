"""What is left to whoever is suspended or banned: why, how to appeal, and their own things to take along."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.web.cookies import SESSION
from perdure.web.page import render
from perdure.web.request import WebRequest, runtime_of


@get("/auth/restricted")
async def restricted_page(request: WebRequest) -> Response[Any]:
    """Says what happened, until when, and how to appeal. Whoever is not suspended goes on."""
    rt = runtime_of(request)
    found = await accounts.restricted_for_session(rt, request.cookies.get(SESSION, ""))
    if found is None:
        return Redirect("/")
    return await render(request, "safety/restricted.html", until=found.until, for_good=found.banned)


ROUTES: list[HTTPRouteHandler] = [restricted_page]
