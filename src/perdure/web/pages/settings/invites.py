"""Invitations: make a code, hand its address on, take it back."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.service import NewInvite
from perdure.kernel.errors import AppError, Forbidden, Invalid
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import Form, WebRequest, form_of, id_of, require_viewer, runtime_of

USES: Final = (1, 5, 25, 100)
DAYS: Final = (1, 7, 30)
_DAY_S: Final = 86_400


@get("/settings/invites")
async def invites_page(request: WebRequest) -> Response[Any]:
    """One's invitations, and the form for another."""
    return await _page(request)


@post("/settings/invites")
async def create(request: WebRequest) -> Response[Any]:
    """Make a code."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.create_invite(runtime_of(request), viewer, wanted_invite(form))
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/invites", said="invited")


@post("/settings/invites/{invite_id:str}/revoke")
async def revoke(request: WebRequest, invite_id: str) -> Response[Any]:
    """Take a code back."""
    viewer = await require_viewer(request)
    await form_of(request)
    await accounts.revoke_invite(runtime_of(request), viewer.account_id, id_of(invite_id))
    return redirect(request, "/settings/invites", said="revoked")


def wanted_invite(form: Form) -> NewInvite:
    """What the form asks. Raises Invalid for a number that is none."""
    try:
        uses, days = (int(form.get(name)) if form.get(name) else None for name in ("max_uses", "expires_in"))
    except ValueError as error:
        raise Invalid("Validation failed: Request is invalid") from error
    return NewInvite(
        max_uses=uses,
        expires_in_s=None if days is None else days * _DAY_S,
        comment=form.get("comment"),
        autofollow=form.has("autofollow"),
    )


async def _page(request: WebRequest, error: AppError | None = None) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    if not await rt.db.read(accounts.may_invite_in, viewer.account_id):
        raise Forbidden
    found = await accounts.invites(rt, viewer.account_id)
    now = rt.clock.now_ms()
    return await settings_page(
        request, "invites", error=error, invites=[(one, one.usable(now)) for one in found], uses=USES, days=DAYS
    )


ROUTES: list[HTTPRouteHandler] = [invites_page, create, revoke]
