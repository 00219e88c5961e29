"""Home: the composer and what the people one follows posted. Guests see what the site is, and its public posts."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Viewer
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Unauthorized
from perdure.posts.service import Slice
from perdure.timelines import service as timelines
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.composer import Composed, composer_values
from perdure.web.feeds import TOP, Stream, stream_of
from perdure.web.page import render
from perdure.web.pages.public import public_stream
from perdure.web.request import WebRequest, id_of, require_viewer, runtime_of, viewer_of, words_of

_SUGGESTED = 3
_MOST_NEW = 40


@get("/")
async def home_page(request: WebRequest) -> Response[Any]:
    """Home for whoever is signed in, the landing page for guests, the first-run page on a new site."""
    rt = runtime_of(request)
    if not rt.settings.peer_test and await rt.db.read(accounts.owner_id_in) is None:
        return Redirect("/setup")
    viewer = await viewer_of(request)
    return await _landing(request) if viewer is None else await _home(request, viewer)


async def _landing(request: WebRequest) -> Response[Any]:
    rt, closed = runtime_of(request), False
    try:
        await rt.db.read(accounts.check_feed_in, None, "live_feeds")
    except (Unauthorized, Forbidden):
        closed = True
    shown = Stream([]) if closed else await public_stream(request, None)
    figures = await rt.db.read_long(accounts.figures_in)
    shared = sharing.of_site(Addresses.of(rt.settings))
    return await render(
        request, "home/landing.html", sharing=shared, figures=figures, closed=closed, **shown.as_values()
    )


async def _home(request: WebRequest, viewer: Viewer) -> Response[Any]:
    viewer_id, rt = viewer.account_id, runtime_of(request)
    shown = await stream_of(request, viewer_id, lambda tx, part: timelines.home_in(tx, viewer_id, part), context="home")
    me, suggested = await rt.db.read_long(_beside_in, rt.port(RankGuard), viewer_id)
    composed = Composed.blank(me, words_of(request).language)
    values = await composer_values(request, viewer_id, composed)
    return await render(request, "home/home.html", suggested=suggested, **values, **shown.as_values())


def _beside_in(tx: Tx, guard: RankGuard, viewer_id: int) -> tuple[AccountView, list[AccountView]]:
    suggested = [view for _reason, view in discovery.suggestions_in(tx, guard, viewer_id, _SUGGESTED)]
    return accounts.view_in(tx, viewer_id), suggested


@get("/home/new")
async def new(request: WebRequest) -> Response[Any]:
    """How many posts came since ``after``, with the words for it: asked now and then by an open page."""
    viewer = await require_viewer(request)
    part = Slice(id_of(request.query_params.get("after")), TOP, _MOST_NEW)
    found = await runtime_of(request).db.read(timelines.home_in, viewer.account_id, part)
    t = words_of(request)
    text = t("home.new", n=len(found)) if found else ""
    return Response({"count": len(found), "text": text}, headers={"Cache-Control": "private, no-store"})


ROUTES: list[HTTPRouteHandler] = [home_page, new]
