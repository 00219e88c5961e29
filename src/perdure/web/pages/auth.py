"""Signing in and out, consent for apps, links from mails: plain pages that need no JavaScript (api.md §3.9, §6.5)."""

from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service
from perdure.kernel.errors import AppError
from perdure.kernel.runtime import Runtime
from perdure.web.cookies import SESSION, refuse_foreign_forms, session_cookie
from perdure.web.page import policy, redirect, render
from perdure.web.pages.sign_up import proof_of
from perdure.web.request import WebRequest, client_address, form_of, local_path, runtime_of, viewer_of, words_of
from perdure.web.scopes import scope_words

_ASKED: Final = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_HEADERS: Final = {"Cache-Control": "no-store"}


@get("/auth/sign_in")
async def sign_in_page(request: WebRequest) -> Response[Any]:
    """The sign-in form; whoever is signed in already goes on."""
    return_to = local_path(request.query_params.get("return_to"))
    if await viewer_of(request) is not None and not request.query_params.get("again"):
        return Redirect(return_to)
    return await render(request, "auth/sign_in.html", return_to=return_to, email="")


@post("/auth/sign_in")
async def sign_in(request: WebRequest) -> Response[Any]:
    """Check password, then the second factor if the account has one."""
    form = await form_of(request)
    rt = runtime_of(request)
    return_to = local_path(form.get("return_to"))
    agent = request.headers.get("user-agent", "")
    address = client_address(request)
    factor_token = form.get("factor_token")
    email = form.get("user[email]") or form.get("user_email")
    try:
        if factor_token:
            code = form.get("user[otp_attempt]")
            entry = await service.finish(rt, factor_token, code, user_agent=agent, address=address)
        else:
            password = form.get("user[password]") or form.get("user_password")
            entry = await service.begin(rt, email, password, user_agent=agent, address=address)
    except AppError as error:
        if factor_token:
            by_code = form.get("by_code") == "1"
            values: dict[str, Any] = {"return_to": return_to, "factor_token": factor_token, "by_code": by_code}
            return await render(request, "auth/factor.html", error=error, **values)
        return await render(request, "auth/sign_in.html", error=error, return_to=return_to, email=email)
    if entry.session_token is None:
        return await render(
            request,
            "auth/factor.html",
            return_to=return_to,
            factor_token=entry.factor_token,
            by_code=entry.has_totp,
        )
    return await _signed_in(rt, entry, return_to)


@post("/auth/passkey/options")
async def passkey_options(request: WebRequest) -> Response[Any]:
    """What the browser needs to ask for a passkey."""
    refuse_foreign_forms(request)
    options = await service.begin_passkey_sign_in(runtime_of(request))
    return Response(options.encode(), status_code=200, media_type="application/json", headers=dict(_HEADERS))


@post("/auth/passkey")
async def passkey(request: WebRequest) -> Response[Any]:
    """Sign in with what the browser's passkey answered."""
    refuse_foreign_forms(request)
    rt = runtime_of(request)
    agent = request.headers.get("user-agent", "")
    address = client_address(request)
    credential = (await request.body()).decode("utf-8", "replace")
    entry = await service.finish_passkey_sign_in(rt, credential, user_agent=agent, address=address)
    answer: Response[Any] = Response(b"{}", status_code=200, media_type="application/json", headers=dict(_HEADERS))
    answer.set_cookie(session_cookie(rt, entry.session_token or ""))
    return answer


@post("/auth/sign_out")
async def sign_out(request: WebRequest) -> Response[Any]:
    """End this browser's session."""
    refuse_foreign_forms(request)
    rt = runtime_of(request)
    if token := request.cookies.get(SESSION):
        await service.sign_out(rt, token)
    answer = redirect(request, "/auth/sign_in", said="signed_out")
    answer.set_cookie(session_cookie(rt, ""))
    return answer


@get("/oauth/authorize")
async def authorize_page(request: WebRequest) -> Response[Any]:
    """Ask the person whether an app may act for them."""
    asked = dict(request.query_params)
    try:
        wanted = await _wanted(request, asked)
    except AppError as error:
        return await _message(request, "message_title", error=error)
    known = await viewer_of(request)
    forced = str(asked.pop("force_login", "")).lower() in {"1", "true"}
    if known is None or forced:
        here = f"/oauth/authorize?{urlencode(asked)}"
        query = {"return_to": here, **({"again": "1"} if forced else {}), **_lang(request)}
        return Redirect(f"/auth/sign_in?{urlencode(query)}", status_code=302)
    return await render(
        request,
        "auth/consent.html",
        headers=policy(runtime_of(request).settings, wanted.redirect_uri),
        app_name=wanted.app.name,
        host="" if service.is_oob(wanted) else urlsplit(wanted.redirect_uri).netloc or wanted.redirect_uri,
        lines=scope_words(wanted.scope, words_of(request)),
        asked=[(key, asked[key]) for key in _ASKED if asked.get(key)],
    )


@post("/oauth/authorize")
async def authorize(request: WebRequest) -> Response[Any]:
    """The person decided."""
    form = await form_of(request)
    known = await viewer_of(request)
    if known is None:
        here = urlencode([(key, form.get(key)) for key in _ASKED if form.has(key)])
        return Redirect(f"/auth/sign_in?{urlencode({'return_to': f'/oauth/authorize?{here}'})}", status_code=302)
    rt = runtime_of(request)
    try:
        wanted = await _wanted(request, form.as_dict())
    except AppError as error:
        return await _message(request, "message_title", error=error)
    if form.get("decision") == "deny":
        if service.is_oob(wanted):
            return Redirect("/", status_code=302)
        answer = {
            "error": "access_denied",
            "error_description": "The resource owner or authorization server denied the request.",
        }
        return Redirect(service.redirect_with(wanted, **answer), status_code=302)
    code = await service.consent(rt, wanted, known.account_id)
    if service.is_oob(wanted):
        return Redirect(f"/oauth/authorize/native?{urlencode({'code': code})}", status_code=302)
    return Redirect(service.redirect_with(wanted, code=code), status_code=302)


@get("/oauth/authorize/native")
async def code_page(request: WebRequest) -> Response[Any]:
    """Show the code to whoever must carry it to the app by hand."""
    return await render(request, "auth/code.html", code=request.query_params.get("code", ""))


@get("/auth/confirmation")
async def confirmation_page(request: WebRequest) -> Response[Any]:
    """The link of a confirmation mail: a button, because mail scanners follow links."""
    token = request.query_params.get("confirmation_token", "")
    return await _confirm(request, token)


@post("/auth/confirmation")
async def confirmation(request: WebRequest) -> Response[Any]:
    """Confirm the address."""
    form, rt = await form_of(request), runtime_of(request)
    token = form.get("confirmation_token")
    try:
        account_id = await service.confirm(rt, token, proof_of(request, form))
    except AppError as error:
        return await _confirm(request, token, error)
    waits = (await rt.db.read(service.view_in, account_id)).state == "pending"
    return await _message(request, "confirmed_title", notice="confirmed_waits" if waits else "confirmed")


@get("/auth/password/new")
async def reset_page(request: WebRequest) -> Response[Any]:
    """Ask for a link to set a new password."""
    return await _reset(request)


@post("/auth/password/new")
async def reset(request: WebRequest) -> Response[Any]:
    """Mail the link, if there is such an account; the answer does not tell."""
    form = await form_of(request)
    try:
        await service.ask_reset(runtime_of(request), form.get("user[email]"), proof_of(request, form))
    except AppError as error:
        return await _reset(request, error, form.get("user[email]"))
    return await _message(request, "reset_title", notice="reset_sent")


@get("/auth/password/edit")
async def new_password_page(request: WebRequest) -> Response[Any]:
    """The link of a reset mail."""
    token = request.query_params.get("reset_password_token", "")
    return await render(request, "auth/new_password.html", token=token)


@post("/auth/password/edit")
async def new_password(request: WebRequest) -> Response[Any]:
    """Set the new password."""
    form = await form_of(request)
    token = form.get("reset_password_token")
    try:
        await service.reset_password(runtime_of(request), token, form.get("user[password]"))
    except AppError as error:
        return await render(request, "auth/new_password.html", error=error, token=token)
    return await _message(request, "reset_title", notice="reset_done")


async def _wanted(request: WebRequest, given: dict[str, Any]) -> service.AuthorizeRequest:
    return await service.authorize_request(
        runtime_of(request),
        client_id=given.get("client_id", ""),
        redirect_uri=given.get("redirect_uri", ""),
        response_type=given.get("response_type", ""),
        scope=given.get("scope", ""),
        state=given.get("state"),
        code_challenge=given.get("code_challenge", ""),
        code_challenge_method=given.get("code_challenge_method", ""),
    )


async def _signed_in(rt: Runtime, entry: service.Entry, return_to: str) -> Response[Any]:
    """On to where the person wanted; staff without a second factor is led to set one up, whoever waits to what for."""
    token = entry.session_token or ""
    if await service.waiting_for_session(rt, token):
        return_to = "/auth/waiting"
    elif await service.restricted_for_session(rt, token):
        return_to = "/auth/restricted"
    elif return_to == "/" and (await rt.db.read(service.standing_in, entry.account_id)).must_enrol:
        return_to = "/settings/security"
    answer: Response[Any] = Redirect(return_to, status_code=302)
    answer.set_cookie(session_cookie(rt, token))
    return answer


def _lang(request: WebRequest) -> dict[str, str]:
    return {"lang": request.query_params["lang"]} if request.query_params.get("lang") else {}


async def _confirm(request: WebRequest, token: str, error: AppError | None = None) -> Response[Any]:
    rt = runtime_of(request)
    puzzle = await service.new_puzzle(rt) if await service.confirmation_needs_proof(rt, token) else None
    return await render(request, "auth/confirm.html", error=error, token=token, puzzle=puzzle)


async def _reset(request: WebRequest, error: AppError | None = None, email: str = "") -> Response[Any]:
    puzzle = await service.new_puzzle(runtime_of(request))
    return await render(request, "auth/reset.html", error=error, email=email, puzzle=puzzle)


async def _message(
    request: WebRequest, subject: str, *, notice: str = "", error: AppError | None = None
) -> Response[Any]:
    return await render(request, "auth/message.html", error=error, subject=subject, notice=notice)


ROUTES: list[HTTPRouteHandler] = [
    sign_in_page,
    sign_in,
    passkey_options,
    passkey,
    sign_out,
    authorize_page,
    authorize,
    code_page,
    confirmation_page,
    confirmation,
    reset_page,
    reset,
    new_password_page,
    new_password,
]
