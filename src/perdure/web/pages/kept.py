"""What somebody kept: bookmarks, favourites, followed hashtags."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.graph import service as graph
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import AppError
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.web.links import PAGE, TOP, link_to
from perdure.web.page import redirect, render
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of

_MOST_TAGS: Final = 200


async def _kept(request: WebRequest, name: str) -> Response[Any]:
    viewer = await require_viewer(request)
    upper = id_of(request.query_params.get("max_id"), TOP)
    shown, last_id = await runtime_of(request).db.read_long(_kept_in, name, viewer.account_id, upper)
    path = request.url.path
    older = link_to(path, max_id=last_id) if last_id else ""
    newest = path if upper != TOP else ""
    return await render(request, "kept/posts.html", kind=name, posts=shown, older=older, newest=newest, back="/you")


def _kept_in(tx: Tx, name: str, owner: int, upper: int) -> tuple[list[PostView], int]:
    """A page in the order in which things were kept; what may not be seen any more is left out."""
    rows = posts.own_page_in(tx, name, owner, lower=0, upper=upper, most=PAGE, ascending=False)
    return posts.views_in(tx, owner, [row.post_id for row in rows]), rows[-1].id if len(rows) == PAGE else 0


@get("/bookmarks")
async def bookmarks(request: WebRequest) -> Response[Any]:
    """Posts kept for later; nobody else knows."""
    return await _kept(request, "bookmarks")


@get("/favourites")
async def favourites(request: WebRequest) -> Response[Any]:
    """Posts one voted up."""
    return await _kept(request, "favourites")


@get("/tags")
async def tags(request: WebRequest) -> Response[Any]:
    """The hashtags one follows."""
    viewer = await require_viewer(request)
    return await _tags(request, viewer.account_id)


async def _tags(request: WebRequest, owner: int, given: str = "", error: AppError | None = None) -> Response[Any]:
    def read(tx: Tx) -> list[Row]:
        return graph.followed_tags_in(tx, owner, lower=0, upper=TOP, most=_MOST_TAGS)

    found = await runtime_of(request).db.read(read)
    return await render(request, "kept/tags.html", error=error, tags=found, given=given, back="/you")


@post("/tags")
async def change_tag(request: WebRequest) -> Response[Any]:
    """Follow a hashtag, or with ``stop`` follow it no longer."""
    form, viewer = await form_of(request), await require_viewer(request)
    rt, name = runtime_of(request), form.get("name").strip().lstrip("#")
    if form.has("stop"):
        await rt.db.write("graph.unfollow_tag", graph.unfollow_tag_in, viewer.account_id, form.get("stop"))
        return redirect(request, "/tags", said="tag_left")
    try:
        await rt.db.write("graph.follow_tag", graph.follow_named_tag_in, viewer.account_id, name)
    except AppError as error:
        return await _tags(request, viewer.account_id, form.get("name"), error)
    return redirect(request, "/tags", said="tag_followed")


ROUTES: list[HTTPRouteHandler] = [bookmarks, favourites, tags, change_tag]
