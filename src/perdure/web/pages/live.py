"""What an open page asks for when it hears that something happened."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.web.page import around
from perdure.web.request import WebRequest, require_viewer, words_of


@get("/live/counts")
async def counts(request: WebRequest) -> Response[Any]:
    """How much is new, as the navigation writes it. A script without a session is told so (401)."""
    await require_viewer(request)
    frame, t = await around(request), words_of(request)
    found = {
        path: {"n": n, "short": t.short(n), "text": t("nav.unread", n=n)}
        for path, n in (("/notifications", frame.unread), ("/messages", frame.messages), ("/you", frame.messages))
    }
    return Response(found, headers={"Cache-Control": "private, no-store"})


ROUTES: list[HTTPRouteHandler] = [counts]
