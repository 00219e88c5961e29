"""Second factors: codes from an app, passkeys, recovery codes."""

from typing import Any

import segno
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of


@get("/settings/security")
async def security_page(request: WebRequest) -> Response[Any]:
    """Which second factors there are, and a way to each change."""
    return await _page(request)


@get("/settings/security/codes")
async def enrol_page(request: WebRequest) -> Response[Any]:
    """A fresh secret as a picture for the authenticator app; nothing is stored before a code proves it."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    view = await accounts.view(rt, viewer.account_id)
    return await _enrol(request, accounts.new_totp(rt, view.username)[0])


@post("/settings/security/codes")
async def enrol(request: WebRequest) -> Response[Any]:
    """Turn codes on, and show the recovery codes this once."""
    viewer, form = await require_viewer(request), await form_of(request)
    secret = form.get("secret")
    try:
        codes = await accounts.enable_totp(
            runtime_of(request), viewer.account_id, form.get("current_password"), secret, form.get("code")
        )
    except AppError as error:
        return await _enrol(request, secret, error)
    return await _show(request, codes)


@post("/settings/security/codes/off")
async def turn_off(request: WebRequest) -> Response[Any]:
    """Turn codes off. Staff keeps at least one second factor."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.disable_totp(runtime_of(request), viewer.account_id, form.get("current_password"))
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/security", said="saved")


@post("/settings/security/recovery")
async def renew(request: WebRequest) -> Response[Any]:
    """Make new recovery codes and show them this once; the former ones stop working."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        codes = await accounts.new_recovery_codes(runtime_of(request), viewer.account_id, form.get("current_password"))
    except AppError as error:
        return await _page(request, error)
    return await _show(request, codes)


@post("/settings/security/passkeys/options")
async def passkey_options(request: WebRequest) -> Response[Any]:
    """What the browser needs to make a passkey, as JSON. The password is asked first."""
    viewer, form = await require_viewer(request), await form_of(request)
    options = await accounts.begin_enrolment(runtime_of(request), viewer.account_id, form.get("current_password"))
    return Response(options.encode(), status_code=200, media_type="application/json")


@post("/settings/security/passkeys")
async def add_passkey(request: WebRequest) -> Response[Any]:
    """Keep the passkey that the browser made; where it is the first factor, show recovery codes this once."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        _added, codes = await accounts.finish_enrolment(
            runtime_of(request), viewer.account_id, form.get("credential"), form.get("name")
        )
    except AppError as error:
        return await _page(request, error)
    return await _show(request, codes) if codes else redirect(request, "/settings/security", said="passkey")


@post("/settings/security/passkeys/{passkey_id:str}/remove")
async def remove_passkey(request: WebRequest, passkey_id: str) -> Response[Any]:
    """Forget a passkey. Staff keeps at least one second factor."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.remove_passkey(
            runtime_of(request), viewer.account_id, form.get("current_password"), id_of(passkey_id)
        )
    except AppError as error:
        return await _page(request, error)
    return redirect(request, "/settings/security", said="saved")


async def _page(request: WebRequest, error: AppError | None = None) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    login = await rt.db.read(accounts.login_in, viewer.account_id)
    return await settings_page(
        request,
        "security",
        error=error,
        has_totp=login.totp_secret is not None,
        passkeys=await accounts.passkeys(rt, viewer.account_id),
        codes_left=await accounts.recovery_codes_left(rt, viewer.account_id),
    )


async def _enrol(request: WebRequest, secret: str, error: AppError | None = None) -> Response[Any]:
    viewer, rt = await require_viewer(request), runtime_of(request)
    view = await accounts.view(rt, viewer.account_id)
    uri = accounts.totp_uri(rt, view.username, secret)
    picture = segno.make(uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr")
    return await settings_page(
        request,
        "codes",
        error=error,
        back="/settings/security",
        secret=secret,
        uri=uri,
        picture=Markup(picture),  # noqa: S704 - drawn by us: squares, no text
    )


async def _show(request: WebRequest, codes: list[str]) -> Response[Any]:
    return await settings_page(request, "recovery", back="/settings/security", codes=codes)


ROUTES: list[HTTPRouteHandler] = [
    security_page,
    enrol_page,
    enrol,
    turn_off,
    renew,
    passkey_options,
    add_passkey,
    remove_passkey,
]
