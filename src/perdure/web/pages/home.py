"""Home with its composer for members; guests see the public posts. Works without JavaScript."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError, Invalid
from perdure.posts import service as posts
from perdure.posts.model import Draft
from perdure.timelines import service as timelines
from perdure.web.feeds import stream_of
from perdure.web.page import redirect, render
from perdure.web.pages.public import public_page
from perdure.web.request import WebRequest, form_of, require_viewer, runtime_of, viewer_id_of

_DRAFT: Final = {"status": "", "spoiler_text": "", "visibility": "public"}


@get("/")
async def home_page(request: WebRequest) -> Response[Any]:
    """Home for whoever is signed in, the public posts for guests, the first-run page on a new site."""
    rt = runtime_of(request)
    if not rt.settings.peer_test and await rt.db.read(accounts.owner_id_in) is None:
        return Redirect("/setup")
    viewer_id = await viewer_id_of(request)
    return await public_page(request) if viewer_id is None else await _home(request, viewer_id, _DRAFT)


async def _home(
    request: WebRequest, viewer_id: int, given: Mapping[str, str], error: AppError | None = None
) -> Response[Any]:
    shown = await stream_of(request, viewer_id, lambda tx, part: timelines.home_in(tx, viewer_id, part))
    return await render(request, "home/home.html", error=error, given=given, **shown.as_values())


@post("/posts")
async def write(request: WebRequest) -> Response[Any]:
    """Publish from the composer; a refused draft comes back with its text."""
    form, viewer = await form_of(request), await require_viewer(request)
    given = {name: form.get(name) or default for name, default in _DRAFT.items()}
    draft = Draft(text=given["status"], spoiler_text=given["spoiler_text"], visibility=given["visibility"])
    try:
        await posts.publish(runtime_of(request), viewer.account_id, draft)
    except Invalid as error:
        return await _home(request, viewer.account_id, given, error)
    return redirect(request, "/", said="posted")


ROUTES: list[HTTPRouteHandler] = [home_page, write]
