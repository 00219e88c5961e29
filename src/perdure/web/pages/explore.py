"""Explore: what many read and write about just now, and people to follow."""

from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.accounts.model import AccountView
from perdure.discovery import service as discovery
from perdure.discovery.ports import RankGuard
from perdure.graph import service as graph
from perdure.graph.model import Relationship
from perdure.kernel.db import Row, Tx
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.web.links import PAGE, link_to
from perdure.web.page import redirect, render
from perdure.web.request import WebRequest, check_feed, form_of, id_of, require_viewer, runtime_of, viewer_id_of

_TAGS: Final = 10
_POSTS: Final = 20
_PEOPLE: Final = 5
_ORDERS: Final = ("active", "new")
_FAR: Final = 10_000


class Trends(msgspec.Struct, frozen=True):
    """What the explore page shows; ``people`` come with the reason why."""

    tags: list[Row]
    posts: list[PostView]
    people: list[tuple[str, AccountView]]


@get("/explore")
async def explore(request: WebRequest) -> Response[Any]:
    """Hashtags, people and posts of the last days."""
    viewer_id = await viewer_id_of(request)
    await check_feed(request, viewer_id, "live_feeds")
    rt = runtime_of(request)
    found = await rt.db.read_long(_trends_in, rt.port(RankGuard), viewer_id)
    return await render(request, "explore/explore.html", found=found, posts=found.posts)


def _trends_in(tx: Tx, guard: RankGuard, viewer_id: int | None) -> Trends:
    shown = posts.views_in(tx, viewer_id, discovery.trending_posts_in(tx, guard, viewer_id, _POSTS))
    people = discovery.suggestions_in(tx, guard, viewer_id, _PEOPLE) if viewer_id else []
    return Trends(discovery.trending_tags_in(tx, guard, _TAGS), shown, people)


@get("/explore/people")
async def people(request: WebRequest) -> Response[Any]:
    """Everybody who wants to be found: those who posted last, or came last, first."""
    viewer_id, given = await viewer_id_of(request), request.query_params
    order = given.get("order", "active")
    order = order if order in _ORDERS else "active"
    offset = given.get("offset", "")
    skip = min(int(offset), _FAR) if offset.isascii() and offset.isdecimal() and len(offset) < 9 else 0
    rt = runtime_of(request)
    found, stands = await rt.db.read_long(_people_in, rt.port(RankGuard), viewer_id, order, skip)
    kept = "" if order == "active" else order
    path = request.url.path
    older = link_to(path, order=kept, offset=skip + PAGE) if len(found) > PAGE else ""
    newest = link_to(path, order=kept) if skip else ""
    values: dict[str, Any] = {"found": found[:PAGE], "stands": stands, "order": order, "orders": _ORDERS}
    return await render(request, "explore/people.html", older=older, newest=newest, **values)


def _people_in(
    tx: Tx, guard: RankGuard, viewer_id: int | None, order: str, skip: int
) -> tuple[list[AccountView], dict[int, Relationship]]:
    found = discovery.directory_in(tx, guard, viewer_id, order, PAGE + 1, skip)
    relations = graph.relationships_in(tx, viewer_id, [one.id for one in found]) if viewer_id and found else []
    return found, {one.id: one for one in relations}


@post("/explore/dismiss/{account_id:int}")
async def dismiss(request: WebRequest, account_id: int) -> Response[Any]:
    """Do not suggest somebody again."""
    form, viewer = await form_of(request), await require_viewer(request)
    await runtime_of(request).db.write(
        "discovery.dismiss", discovery.dismiss_suggestion_in, viewer.account_id, id_of(account_id)
    )
    return redirect(request, form.get("return_to") or "/explore", said="suggestion_gone")


ROUTES: list[HTTPRouteHandler] = [explore, people, dismiss]
