"""Signing up as the site's mode allows, the way in by an invite, and the page for whoever waits."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.accounts.model import Rule, Site
from perdure.accounts.service import Application, Proof
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, NotFound
from perdure.web.cookies import SESSION, session_cookie
from perdure.web.page import redirect, render
from perdure.web.request import Form, WebRequest, client_address, form_of, runtime_of, viewer_of, words_of

_TEXTS: Final = ("username", "email", "reason", "invite_code")


class Terms(msgspec.Struct, frozen=True):
    """What the site says about signing up."""

    site: Site
    rules: list[Rule]


@get("/auth/sign_up")
async def sign_up_page(request: WebRequest) -> Response[Any]:
    """The form, or why there is none; whoever is signed in already goes on."""
    if await viewer_of(request) is not None:
        return Redirect("/")
    return await _form(request, dict.fromkeys(_TEXTS, ""))


@get("/invite/{code:str}")
async def invited_page(request: WebRequest, code: str) -> Response[Any]:
    """The form for somebody who was invited. A code that lets nobody in says so."""
    rt = runtime_of(request)
    try:
        _invite, by = await accounts.invite_of_code(rt, code)
    except NotFound:
        return await render(request, "sign_up/used_up.html", status=404)
    return await _form(request, dict.fromkeys(_TEXTS, "") | {"invite_code": code}, invited_by=by)


@post("/auth/sign_up")
async def sign_up(request: WebRequest) -> Response[Any]:
    """Make the account and sign the browser in: it sees the page that says what is still missing."""
    form, rt = await form_of(request), runtime_of(request)
    given = {name: form.get(name).strip() for name in _TEXTS}
    password = form.get("password")
    application = Application(
        **given, password=password, agreement=form.has("agreement"), locale=words_of(request).language
    )
    try:
        await accounts.sign_up(rt, application, proof_of(request, form))
    except AppError as error:
        return await _form(request, given, error=error)
    entry = await accounts.begin(
        rt, given["username"], password, user_agent=request.headers.get("user-agent", ""), address=""
    )
    answer = redirect(request, "/auth/waiting")
    answer.set_cookie(session_cookie(rt, entry.session_token or ""))
    return answer


@get("/auth/waiting")
async def waiting_page(request: WebRequest) -> Response[Any]:
    """What is still missing before somebody is let in; whoever waits for nothing goes on."""
    return await _waiting(request)


@post("/auth/waiting")
async def resend(request: WebRequest) -> Response[Any]:
    """Mail the confirmation link again, perhaps to a corrected address."""
    form, rt = await form_of(request), runtime_of(request)
    found = await accounts.waiting_for_session(rt, request.cookies.get(SESSION, ""))
    if found is None:
        return redirect(request, "/")
    try:
        await accounts.resend_confirmation(rt, found[0], form.get("email"))
    except AppError as error:
        return await _waiting(request, error, form.get("email"))
    return redirect(request, "/auth/waiting", said="sent")


def proof_of(request: WebRequest, form: Form) -> Proof:
    """What a form brought to show that no machine filled it in."""
    return Proof(form.get("altcha"), form.get("ticket"), client_address(request))


async def _form(
    request: WebRequest, given: dict[str, str], *, invited_by: str = "", error: AppError | None = None
) -> Response[Any]:
    rt = runtime_of(request)
    terms = await rt.db.read(_terms_in)
    return await render(
        request,
        "sign_up/sign_up.html",
        error=error,
        given=given,
        rules=terms.rules,
        mode="open" if given["invite_code"] and terms.site.registrations == "approval" else terms.site.registrations,
        invited_by=invited_by,
        puzzle=await accounts.new_puzzle(rt),
    )


async def _waiting(request: WebRequest, error: AppError | None = None, email: str = "") -> Response[Any]:
    rt = runtime_of(request)
    found = await accounts.waiting_for_session(rt, request.cookies.get(SESSION, ""))
    if found is None:
        return Redirect("/")
    account_id, missing = found
    login = await rt.db.read(accounts.login_in, account_id)
    return await render(request, "sign_up/waiting.html", error=error, missing=missing, email=email or login.email)


def _terms_in(tx: Tx) -> Terms:
    return Terms(accounts.site_in(tx), accounts.rules_in(tx))


ROUTES: list[HTTPRouteHandler] = [sign_up_page, invited_page, sign_up, waiting_page, resend]
