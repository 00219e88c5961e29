"""The first-run page, the landing page, and home with a composer. All work without JavaScript."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Forbidden, Invalid
from perdure.posts import service as posts
from perdure.posts.model import Draft, PostView
from perdure.posts.service import Slice
from perdure.timelines import service as timelines
from perdure.web.cookies import refuse_foreign_forms, session_cookie
from perdure.web.home_words import CATALOGUE
from perdure.web.page import WebRequest, form_of, html, language_of, policy, rendered, runtime_of, time_text
from perdure.web.stream import Addresses, viewer_id_of

_PAGE: Final = 20
_TOP: Final = 2**63 - 1
_DRAFT: Final = {"status": "", "spoiler_text": "", "visibility": "public"}


def _page(request: WebRequest, name: str, title: str, error: AppError | None = None, **values: Any) -> Response[Any]:
    catalogue = CATALOGUE[language_of(request)]
    text = rendered(
        f"home/{name}.html",
        language=language_of(request),
        t=catalogue,
        title=catalogue[title],
        error=error.public if error else "",
        **values,
    )
    return html(text, 422 if error else 200, policy(runtime_of(request).settings))


@get("/setup")
async def setup_page(request: WebRequest) -> Response[Any]:
    """The form that makes the owner; only while there is none."""
    if await runtime_of(request).db.read(accounts.owner_id_in) is not None:
        return Redirect("/")
    return _page(request, "setup", "setup", given={"username": "", "email": ""})


@post("/setup")
async def setup(request: WebRequest) -> Response[Any]:
    """Make the owner and sign them in."""
    refuse_foreign_forms(request)
    form, rt = await form_of(request), runtime_of(request)
    if await rt.db.read(accounts.owner_id_in) is not None:
        raise Forbidden
    password = form.get("password", "")
    given = {name: form.get(name, "").strip() for name in ("username", "email")}
    try:
        await accounts.create_owner(rt, password=password, **given)
    except Invalid as error:
        return _page(request, "setup", "setup", error, given=given)
    entry = await accounts.begin(
        rt, given["username"], password, user_agent=request.headers.get("user-agent", ""), address=""
    )
    answer: Response[Any] = Redirect("/", status_code=303)
    if entry.session_token is not None:
        answer.set_cookie(session_cookie(rt, entry.session_token))
    return answer


@get("/")
async def home_page(request: WebRequest) -> Response[Any]:
    """Home for whoever is signed in, the public timeline for guests, the first-run page on a new site."""
    if await runtime_of(request).db.read(accounts.owner_id_in) is None:
        return Redirect("/setup")
    return await _home(request, _DRAFT)


async def _home(request: WebRequest, given: Mapping[str, str], error: AppError | None = None) -> Response[Any]:
    viewer_id = await viewer_id_of(request)
    rt = runtime_of(request)
    return _page(
        request,
        "home",
        "home" if viewer_id else "public_posts",
        error,
        posts=await rt.db.read_long(_posts_in, viewer_id),
        urls=Addresses.of(rt.settings),
        time_text=time_text,
        signed_in=viewer_id is not None,
        given=given,
    )


def _posts_in(tx: Tx, viewer_id: int | None) -> list[PostView]:
    part = Slice(0, _TOP, _PAGE)
    if viewer_id is not None:
        ids = timelines.home_in(tx, viewer_id, part)
    else:
        ids = posts.feed_in(tx, "public", 0, part, frozenset(), {})
    return posts.views_in(tx, viewer_id, ids)


@post("/posts")
async def write(request: WebRequest) -> Response[Any]:
    """Publish from the composer; a refused draft comes back with its text."""
    refuse_foreign_forms(request)
    viewer_id = await viewer_id_of(request)
    if viewer_id is None:
        return Redirect("/auth/sign_in", status_code=303)
    form = await form_of(request)
    given = {name: form.get(name, "") or default for name, default in _DRAFT.items()}
    draft = Draft(text=given["status"], spoiler_text=given["spoiler_text"], visibility=given["visibility"])
    try:
        await posts.publish(runtime_of(request), viewer_id, draft)
    except Invalid as error:
        return await _home(request, given, error)
    return Redirect("/", status_code=303)


ROUTES: list[HTTPRouteHandler] = [setup_page, setup, home_page, write]
