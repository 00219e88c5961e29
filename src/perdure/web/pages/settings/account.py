"""The account itself: address, name, password, language; pausing it, leaving."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError, Invalid
from perdure.web.cookies import session_cookie
from perdure.web.page import redirect
from perdure.web.pages.settings.menu import settings_page
from perdure.web.request import Form, WebRequest, form_of, require_viewer, runtime_of, session_id_of
from perdure.web.words import LANGUAGES


@get("/settings/account")
async def account_page(request: WebRequest) -> Response[Any]:
    """What is set now, and a way to each change."""
    viewer, rt = await require_viewer(request), runtime_of(request)
    login = await rt.db.read(accounts.login_in, viewer.account_id)
    return await settings_page(request, "account", login=login, role=viewer.role)


@post("/settings/account/language")
async def change_language(request: WebRequest) -> Response[Any]:
    """Set the language of pages and mails."""
    viewer, form = await require_viewer(request), await form_of(request)
    language = form.get("locale")
    if language in LANGUAGES:
        await accounts.change_locale(runtime_of(request), viewer.account_id, language)
    return redirect(request, "/settings/account", said="saved")


@get("/settings/account/email")
async def email_page(request: WebRequest) -> Response[Any]:
    """The form for another address."""
    return await _page(request, "email")


@post("/settings/account/email")
async def change_email(request: WebRequest) -> Response[Any]:
    """Ask for another address: it counts once the link sent there is followed, and the old one is told."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.change_email(
            runtime_of(request), viewer.account_id, form.get("current_password"), form.get("email")
        )
    except AppError as error:
        return await _page(request, "email", error, form)
    return redirect(request, "/settings/account", said="email")


@get("/settings/account/name")
async def name_page(request: WebRequest) -> Response[Any]:
    """The form for another user name."""
    return await _page(request, "name")


@post("/settings/account/name")
async def change_name(request: WebRequest) -> Response[Any]:
    """Take another user name."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.change_name(
            runtime_of(request), viewer.account_id, form.get("current_password"), form.get("username")
        )
    except AppError as error:
        return await _page(request, "name", error, form)
    return redirect(request, "/settings/account", said="renamed")


@get("/settings/account/password")
async def password_page(request: WebRequest) -> Response[Any]:
    """The form for another password."""
    return await _page(request, "password")


@post("/settings/account/password")
async def change_password(request: WebRequest) -> Response[Any]:
    """Set another password; every other browser and app is signed out."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.change_password(
            runtime_of(request),
            viewer.account_id,
            form.get("current_password"),
            form.get("password"),
            session_id=await session_id_of(request),
        )
    except AppError as error:
        return await _page(request, "password", error, form)
    return redirect(request, "/settings/account", said="password")


@get("/settings/account/deactivate")
async def deactivate_page(request: WebRequest) -> Response[Any]:
    """What pausing an account means, and the form."""
    return await _page(request, "deactivate")


@post("/settings/account/deactivate")
async def deactivate(request: WebRequest) -> Response[Any]:
    """Hide the account until its owner signs in again."""
    viewer, form = await require_viewer(request), await form_of(request)
    try:
        await accounts.deactivate(runtime_of(request), viewer.account_id, form.get("current_password"))
    except AppError as error:
        return await _page(request, "deactivate", error, form)
    return _gone(request, "deactivated")


@get("/settings/account/delete")
async def delete_page(request: WebRequest) -> Response[Any]:
    """What deleting an account means, and the form."""
    return await _page(request, "delete")


@post("/settings/account/delete")
async def delete(request: WebRequest) -> Response[Any]:
    """Begin the grace period after which the account is erased; the user name is asked for, so that nobody slips."""
    viewer, form, rt = await require_viewer(request), await form_of(request), runtime_of(request)
    view = await accounts.view(rt, viewer.account_id)
    try:
        if form.get("username").strip().lstrip("@").lower() != view.username.lower():
            raise Invalid("Validation failed: Username is not yours", {"username": [("ERR_INVALID", "is not yours")]})
        await accounts.delete(rt, viewer.account_id, form.get("current_password"))
    except AppError as error:
        return await _page(request, "delete", error, form)
    return _gone(request, "account_deleted")


def _gone(request: WebRequest, said: str) -> Response[Any]:
    answer = redirect(request, "/auth/sign_in", said=said)
    answer.set_cookie(session_cookie(runtime_of(request), ""))
    return answer


async def _page(
    request: WebRequest, name: str, error: AppError | None = None, form: Form | None = None
) -> Response[Any]:
    given = {"email": "", "username": ""} | (form or Form()).as_dict()
    return await settings_page(request, name, error=error, back="/settings/account", given=given)


ROUTES: list[HTTPRouteHandler] = [
    account_page,
    change_language,
    email_page,
    change_email,
    name_page,
    change_name,
    password_page,
    change_password,
    deactivate_page,
    deactivate,
    delete_page,
    delete,
]
