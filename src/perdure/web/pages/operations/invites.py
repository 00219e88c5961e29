"""Everybody's invitations."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.web.page import redirect
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import WebRequest, form_of, id_of, runtime_of


@get("/operations/invites")
async def invites_page(request: WebRequest) -> Response[Any]:
    """The newest invitations and who made them."""
    viewer, rt = await require_staff(request, "manage_invites"), runtime_of(request)
    now = rt.clock.now_ms()
    found = await accounts.all_invites(rt, viewer)
    return await operations_page(request, "invites", invites=[(one, by, one.usable(now)) for one, by in found])


@post("/operations/invites/{invite_id:str}/revoke")
async def revoke(request: WebRequest, invite_id: str) -> Response[Any]:
    """Take anybody's code back."""
    viewer = await require_staff(request, "manage_invites")
    await form_of(request)
    await accounts.revoke_any_invite(runtime_of(request), viewer, id_of(invite_id))
    return redirect(request, "/operations/invites", said="revoked")


ROUTES: list[HTTPRouteHandler] = [invites_page, revoke]
