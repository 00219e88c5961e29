"""Appealing as whoever reported: from the page of a report, or from the one that a receipt's link opens."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.desk.service import following as desk
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.service import objecting
from perdure.moderation.service.objecting import Objections
from perdure.moderation.service.telling import STATE_PATH
from perdure.web.page import redirect, render
from perdure.web.request import (
    Form,
    WebRequest,
    client_address,
    form_of,
    id_of,
    require_viewer,
    runtime_of,
    words_of,
)


def _chosen(form: Form) -> tuple[int, ...]:
    return tuple(id_of(one) for one in form.all("decision"))


async def _page(
    request: WebRequest, found: Objections, back: str, form: Form | None = None, error: AppError | None = None
) -> Response[Any]:
    return await render(
        request,
        "safety/object.html",
        error=error,
        objections=found,
        back=back,
        text=form.get("text") if form is not None else "",
        chosen=_chosen(form) if form is not None else tuple(one.decision_id for one in found.open),
        headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"},
    )


@get("/reports/{report_id:str}/appeal")
async def own_page(request: WebRequest, report_id: str) -> Response[Any]:
    """The form."""
    return await _own(request, id_of(report_id))


@post("/reports/{report_id:str}/appeal")
async def own(request: WebRequest, report_id: str) -> Response[Any]:
    """Send the appeal."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(report_id)
    try:
        await objecting.appeal_own(
            runtime_of(request),
            viewer.account_id,
            number,
            form.get("text"),
            decision_ids=_chosen(form),
            locale=words_of(request).language,
        )
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _own(request, number, form, error)
    return redirect(request, f"/reports/{number}", said="appealed")


async def _own(
    request: WebRequest, number: int, form: Form | None = None, error: AppError | None = None
) -> Response[Any]:
    viewer = await require_viewer(request)
    found = await runtime_of(request).db.read(objecting.own_in, viewer.account_id, number)
    return await _page(request, found, f"/reports/{number}", form, error)


@get("/report/state/{token:str}/appeal")
async def token_page(request: WebRequest, token: str) -> Response[Any]:
    """The form for whoever has no account."""
    return await _by_token(request, token)


@post("/report/state/{token:str}/appeal")
async def by_token(request: WebRequest, token: str) -> Response[Any]:
    """Send the appeal without an account."""
    form, rt = await form_of(request), runtime_of(request)
    await accounts.spend(rt, "report_state", client_address(request))
    wanted, language = _chosen(form), words_of(request).language
    try:
        await desk.appeal(rt, token, form.get("text"), decision_ids=wanted, locale=language)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _by_token(request, token, form, error)
    return redirect(request, f"{STATE_PATH}{token}", said="appealed")


async def _by_token(
    request: WebRequest, token: str, form: Form | None = None, error: AppError | None = None
) -> Response[Any]:
    rt = runtime_of(request)
    if form is None:
        await accounts.spend(rt, "report_state", client_address(request))

    def read(tx: Tx) -> Objections:
        return desk.objections_in(tx, token)

    return await _page(request, await rt.db.read(read), f"{STATE_PATH}{token}", form, error)


ROUTES: list[HTTPRouteHandler] = [own_page, own, token_page, by_token]
