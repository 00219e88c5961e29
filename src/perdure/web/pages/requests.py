"""Requests to follow: who asks, accept or refuse."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.web.links import PAGE, TOP, link_to
from perdure.web.page import redirect, render
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of


@get("/follow_requests")
async def requests(request: WebRequest) -> Response[Any]:
    """Everybody who waits, the latest first."""
    viewer = await require_viewer(request)
    upper = id_of(request.query_params.get("max_id"), TOP)
    found, last_id = await runtime_of(request).db.read_long(related_in, "follow_requests", viewer.account_id, upper)
    older = link_to(request.url.path, max_id=last_id)
    newest = request.url.path if upper != TOP else ""
    values: dict[str, Any] = {"found": found, "older": older if last_id else "", "newest": newest, "back": "/you"}
    return await render(request, "people/requests.html", **values)


def related_in(tx: Tx, name: str, owner: int, upper: int) -> tuple[list[AccountView], int]:
    """A page of accounts by a relation, and the id to go on from, 0 at the end."""
    pairs = graph.relation_page_in(tx, name, owner, lower=0, upper=upper, most=PAGE, ascending=False)
    views = accounts.views_in(tx, [other for _relation, other in pairs])
    shown = [views[other] for _relation, other in pairs if other in views and not views[other].hidden]
    return shown, pairs[-1][0] if len(pairs) == PAGE else 0


@post("/follow_requests/{account_id:int}/{verb:str}")
async def answer(request: WebRequest, account_id: int, verb: str) -> Response[Any]:
    """Let somebody follow, or not."""
    form, viewer = await form_of(request), await require_viewer(request)
    bodies = {"accept": graph.authorize_in, "reject": graph.reject_in}
    if verb not in bodies:
        raise NotFound
    await runtime_of(request).db.write(f"graph.{verb}", bodies[verb], viewer.account_id, id_of(account_id))
    return redirect(request, form.get("return_to") or "/follow_requests", said=f"follow_{verb}")


ROUTES: list[HTTPRouteHandler] = [requests, answer]
