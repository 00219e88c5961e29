"""Bring an archive in, the recovery key, and proving who one was elsewhere."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid
from perdure.portability.service import continuing, departing, identity, imports
from perdure.posts.service import publishing
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of, spooled


@get("/settings/move")
async def page(request: WebRequest) -> Response[Any]:
    """Imports with their progress, recovery key, continuations."""
    return await _page(request)


@post("/settings/move/archive")
async def bring(request: WebRequest) -> Response[Any]:
    """Take an archive."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    sent = form.uploads("archive")
    try:
        if not sent:
            raise Invalid("Validation failed: File can't be blank", {"archive": [("ERR_BLANK", "can't be blank")]})
        async with spooled(sent[0]) as path:
            await imports.take(rt, viewer.account_id, path, with_profile=form.has("profile"))
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/move")


@post("/settings/move/{run_id:str}/cancel")
async def cancel(request: WebRequest, run_id: str) -> Response[Any]:
    """Take no more of it."""
    viewer = await require_viewer(request)
    await form_of(request)
    await imports.cancel(runtime_of(request), viewer.account_id, id_of(run_id))
    return redirect(request, "/settings/move")


@post("/settings/move/key")
async def register(request: WebRequest) -> Response[Any]:
    """Register the public half of a recovery key, have one made here, or let go of it."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    try:
        if form.has("remove"):
            await rt.db.write("identity.remove", identity.remove_in, viewer.account_id)
        elif form.has("make"):
            made = await rt.db.write("identity.make", identity.make_in, viewer.account_id, rt.settings.domain)
            return await _page(request, made=made)
        else:
            wanted = (viewer.account_id, form.get("key"), rt.settings.domain, form.get("proof"))
            await rt.db.write("identity.register", identity.register_in, *wanted)
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/move", said="saved")


@post("/settings/move/away")
async def away(request: WebRequest) -> Response[Any]:
    """Say where one is now, or that one is here after all."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    try:
        if form.has("remove"):
            await rt.db.write("identity.back", departing.take_back_in, viewer.account_id)
        else:
            wanted = (viewer.account_id, form.get("address"), rt.settings.domain)
            await rt.db.write("identity.away", departing.say_in, *wanted)
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/move", said="saved")


@post("/settings/move/prove")
async def prove(request: WebRequest) -> Response[Any]:
    """Ask for a challenge, or answer it."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    claim = (form.get("host"), form.get("username"))
    try:
        if signature := form.get("signature"):
            limits = publishing.limits_of(rt)
            wanted = (viewer.account_id, *claim, signature)
            await rt.db.write("identity.prove", continuing.prove_in, limits, *wanted)
            return redirect(request, "/settings/move", said="saved")
        domain = rt.settings.domain
        text = await rt.db.write("identity.challenge", continuing.challenge_in, domain, viewer.account_id, *claim)
    except AppError as error:
        return await _page(request, error)
    return await _page(request, challenge=text, claim=claim)


async def _page(
    request: WebRequest,
    error: AppError | None = None,
    challenge: str = "",
    claim: tuple[str, str] = ("", ""),
    made: str = "",
) -> Response[Any]:
    """``made`` is the private half of a key that was made here: shown this once."""
    viewer, rt = await require_viewer(request), runtime_of(request)

    def read(tx: Tx) -> dict[str, Any]:
        name = accounts.view_in(tx, viewer.account_id).username
        return {
            "runs": imports.all_in(tx, viewer.account_id),
            "away": departing.where_in(tx, viewer.account_id),
            "key": identity.key_in(tx, viewer.account_id),
            "continuations": continuing.of_in(tx, viewer.account_id),
            "address": f"{name}@{rt.settings.domain}",
            "statement": identity.statement(name, rt.settings.domain, public_key=""),
        }

    found = await rt.db.read(read)
    most = rt.settings.max_request_bytes
    return await settings_page(
        request, "move", error=error, challenge=challenge, claim=claim, made=made, most=most, **found
    )


ROUTES: list[HTTPRouteHandler] = [page, bring, cancel, register, away, prove]
