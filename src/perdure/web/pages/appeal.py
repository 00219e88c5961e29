"""Appealing: by those concerned and by whoever reported, with an account or with the link of a mail."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError
from perdure.moderation.model.decisions import DecisionView
from perdure.moderation.service import appeals, reading_decisions
from perdure.web.page import redirect, render
from perdure.web.request import (
    WebRequest,
    client_address,
    form_of,
    id_of,
    require_viewer,
    runtime_of,
    words_of,
)


@get("/decisions/{decision_id:str}/appeal")
async def own_page(request: WebRequest, decision_id: str) -> Response[Any]:
    """The form, under the decision that it is about."""
    return await _own(request, id_of(decision_id))


@post("/decisions/{decision_id:str}/appeal")
async def own(request: WebRequest, decision_id: str) -> Response[Any]:
    """Send the appeal."""
    form, viewer, number = await form_of(request), await require_viewer(request), id_of(decision_id)
    rt, text = runtime_of(request), form.get("text")
    try:
        await appeals.file_own(rt, viewer.account_id, number, text, words_of(request).language)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _own(request, number, text, error)
    return redirect(request, f"/decisions/{number}", said="appealed")


async def _own(request: WebRequest, number: int, text: str = "", error: AppError | None = None) -> Response[Any]:
    viewer = await require_viewer(request)
    found = await runtime_of(request).db.read(reading_decisions.own_in, viewer.account_id, number)
    return await _page(request, found, text, error)


async def _page(
    request: WebRequest, decision: DecisionView, text: str = "", error: AppError | None = None, *, sent: bool = False
) -> Response[Any]:
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return await render(
        request, "safety/appeal.html", error=error, decision=decision, text=text, sent=sent, headers=headers
    )


@get("/appeal/{token:str}")
async def token_page(request: WebRequest, token: str) -> Response[Any]:
    """The decision that a mail told of, and the form; nobody has to sign in for it."""
    found = await _by_token(request, token)
    return await _page(request, found, sent=found.appeal is not None)


@post("/appeal/{token:str}")
async def by_token(request: WebRequest, token: str) -> Response[Any]:
    """Send the appeal without an account."""
    form, rt = await form_of(request), runtime_of(request)
    found, text = await _by_token(request, token), form.get("text")
    try:
        await appeals.file_by_token(rt, token, text, words_of(request).language)
    except AppError as error:
        if error.kind not in {"invalid", "conflict"}:
            raise
        return await _page(request, found, text, error)
    return await _page(request, await _by_token(request, token), sent=True)


async def _by_token(request: WebRequest, token: str) -> DecisionView:
    rt = runtime_of(request)
    await accounts.spend(rt, "report_state", client_address(request))

    def read(tx: Tx) -> DecisionView:
        return appeals.by_token_in(tx, token)

    return await rt.db.read(read)


ROUTES: list[HTTPRouteHandler] = [own_page, own, token_page, by_token]
