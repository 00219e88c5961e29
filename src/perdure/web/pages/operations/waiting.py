"""Sign-ups that wait: read the reason, let in or turn away."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError
from perdure.web.page import redirect
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import WebRequest, form_of, id_of, runtime_of


@get("/operations/waiting")
async def waiting_page(request: WebRequest) -> Response[Any]:
    """Who waits, oldest first."""
    return await _page(request)


@post("/operations/waiting/{account_id:str}/approve")
async def approve(request: WebRequest, account_id: str) -> Response[Any]:
    """Let somebody in; a mail tells them."""
    viewer = await require_staff(request, "manage_users")
    await form_of(request)
    try:
        await accounts.approve(runtime_of(request), viewer, id_of(account_id))
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/operations/waiting", said="let_in")


@post("/operations/waiting/{account_id:str}/reject")
async def reject(request: WebRequest, account_id: str) -> Response[Any]:
    """Turn somebody away; a mail tells them, with the note if there is one."""
    viewer, form = await require_staff(request, "manage_users"), await form_of(request)
    try:
        await accounts.reject(runtime_of(request), viewer, id_of(account_id), form.get("note"))
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/operations/waiting", said="turned_away")


async def _page(request: WebRequest, error: AppError | None = None) -> Response[Any]:
    viewer = await require_staff(request, "manage_users")
    found = await accounts.waiting_list(runtime_of(request), viewer)
    return await operations_page(request, "waiting", error=error, waiting=found)


ROUTES: list[HTTPRouteHandler] = [waiting_page, approve, reject]
