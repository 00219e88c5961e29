"""Saying whether an account belongs to somebody who was banned; what follows from it is a decision of its own."""

from typing import Any

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from perdure.moderation.service import evasion
from perdure.web.page import redirect
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of


@post("/moderation/links/{link_id:str}/{verdict:str}")
async def settle(request: WebRequest, link_id: str, verdict: str) -> Response[Any]:
    """Confirm or dismiss a link between two accounts."""
    form, viewer = await form_of(request), await require_viewer(request)
    await runtime_of(request).db.write("moderation.link", evasion.settle_in, viewer.account_id, id_of(link_id), verdict)
    return redirect(request, form.get("return_to") or "/moderation", said="saved")


ROUTES: list[HTTPRouteHandler] = [settle]
