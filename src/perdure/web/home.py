"""The first-run page, the landing page, and home with a composer. All work without JavaScript."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Forbidden, Invalid
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.posts import service as posts
from perdure.posts.model import Draft, PostView
from perdure.posts.service import Slice
from perdure.timelines import service as timelines
from perdure.web.assets import asset
from perdure.web.cookies import browser, refuse_foreign_forms, session_cookie
from perdure.web.home_words import CATALOGUE

WebRequest = Request[Any, Any, Any]
_pages = Environment(loader=PackageLoader("perdure.web"), autoescape=True, trim_blocks=True, undefined=StrictUndefined)
_pages.globals["asset"] = asset
_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
}
_PAGE: Final = 20
_TOP: Final = 2**63 - 1
_DRAFT: Final = {"status": "", "spoiler_text": "", "visibility": "public"}


def _rt(request: WebRequest) -> Runtime:
    rt: Runtime = request.app.state.rt
    return rt


def _language(request: WebRequest) -> str:
    return "fr" if request.headers.get("accept-language", "").lower().startswith("fr") else "en"


def _page(request: WebRequest, name: str, title: str, error: AppError | None = None, **values: Any) -> Response[Any]:
    catalogue = CATALOGUE[_language(request)]
    text = _pages.get_template(f"home/{name}.html").render(
        language=_language(request),
        t=catalogue,
        title=catalogue[title],
        error=error.public if error else "",
        **values,
    )
    status = 422 if error else 200
    return Response(text, status_code=status, media_type="text/html; charset=utf-8", headers=dict(_HEADERS))


async def _form(request: WebRequest) -> dict[str, str]:
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise Invalid("Validation failed: Request is invalid") from error
    return {name: clean(value) for name, value in pairs}


@get("/setup")
async def setup_page(request: WebRequest) -> Response[Any]:
    """The form that makes the owner; only while there is none."""
    if await _rt(request).db.read(accounts.owner_id_in) is not None:
        return Redirect("/")
    return _page(request, "setup", "setup", given={"username": "", "email": ""})


@post("/setup")
async def setup(request: WebRequest) -> Response[Any]:
    """Make the owner and sign them in."""
    refuse_foreign_forms(request)
    form, rt = await _form(request), _rt(request)
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
    if await _rt(request).db.read(accounts.owner_id_in) is None:
        return Redirect("/setup")
    return await _home(request, _DRAFT)


async def _home(request: WebRequest, given: Mapping[str, str], error: AppError | None = None) -> Response[Any]:
    found = await browser(request)
    viewer_id = found[0].account_id if found else None
    shown = await _rt(request).db.read_long(_posts_in, viewer_id)
    times = {one.id: _time(one.created_at) for view in shown for one in (view, view.reblog) if one is not None}
    title = "home" if viewer_id else "public_posts"
    return _page(request, "home", title, error, posts=shown, times=times, signed_in=viewer_id is not None, given=given)


def _posts_in(tx: Tx, viewer_id: int | None) -> list[PostView]:
    part = Slice(0, _TOP, _PAGE)
    if viewer_id is not None:
        ids = timelines.home_in(tx, viewer_id, part)
    else:
        ids = posts.feed_in(tx, "public", 0, part, frozenset(), {})
    return posts.views_in(tx, viewer_id, ids)


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


@post("/posts")
async def write(request: WebRequest) -> Response[Any]:
    """Publish from the composer; a refused draft comes back with its text."""
    refuse_foreign_forms(request)
    found = await browser(request)
    if found is None:
        return Redirect("/auth/sign_in", status_code=303)
    form = await _form(request)
    given = {name: form.get(name, "") or default for name, default in _DRAFT.items()}
    draft = Draft(text=given["status"], spoiler_text=given["spoiler_text"], visibility=given["visibility"])
    try:
        await posts.publish(_rt(request), found[0].account_id, draft)
    except Invalid as error:
        return await _home(request, given, error)
    return Redirect("/", status_code=303)


ROUTES: list[HTTPRouteHandler] = [setup_page, setup, home_page, write]
