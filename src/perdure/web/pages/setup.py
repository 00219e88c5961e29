"""The first-run page: makes the owner, once."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.kernel.errors import Forbidden, Invalid
from perdure.web.cookies import session_cookie
from perdure.web.page import redirect, render
from perdure.web.request import WebRequest, form_of, runtime_of, words_of


@get("/setup")
async def setup_page(request: WebRequest) -> Response[Any]:
    """The form that makes the owner; only while there is none."""
    if await runtime_of(request).db.read(accounts.owner_id_in) is not None:
        return Redirect("/")
    return await render(request, "setup/setup.html", given={"username": "", "email": ""})


@post("/setup")
async def setup(request: WebRequest) -> Response[Any]:
    """Make the owner, sign them in, and lead them to a second factor: without one, the site cannot be run."""
    form, rt = await form_of(request), runtime_of(request)
    if await rt.db.read(accounts.owner_id_in) is not None:
        raise Forbidden
    password = form.get("password")
    given = {name: form.get(name).strip() for name in ("username", "email")}
    try:
        owner_id = await accounts.create_owner(rt, password=password, **given)
    except Invalid as error:
        return await render(request, "setup/setup.html", error=error, given=given)
    await accounts.change_locale(rt, owner_id, words_of(request).language)
    agent = request.headers.get("user-agent", "")
    entry = await accounts.begin(rt, given["username"], password, user_agent=agent, address="")
    answer = redirect(request, "/settings/security", said="owner")
    if entry.session_token is not None:
        answer.set_cookie(session_cookie(rt, entry.session_token))
    return answer


ROUTES: list[HTTPRouteHandler] = [setup_page, setup]
