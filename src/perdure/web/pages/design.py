"""The design system on one page: tokens, type, icons, parts. For whoever builds pages, and for screenshots."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts.errors import invalid
from perdure.accounts.model import AccountView
from perdure.posts import service as posts
from perdure.web.feeds import stream_of
from perdure.web.icons import NAMES
from perdure.web.page import render
from perdure.web.request import WebRequest


@get("/design")
async def design(request: WebRequest) -> Response[Any]:
    """Every token and part, with the site's own public posts as the example."""
    shown = await stream_of(request, None, lambda tx, part: posts.feed_in(tx, "public", 0, part, frozenset(), {})[:3])
    authors: dict[int, AccountView] = {post.author.id: post.author for post in shown.posts}
    fault = invalid({"username": [("ERR_INVALID", "must contain only letters, numbers and underscores")]})
    return await render(
        request,
        "design/design.html",
        status=200,
        error=fault,
        icons=NAMES,
        posts=shown.posts,
        accounts=list(authors.values()),
    )


ROUTES: list[HTTPRouteHandler] = [design]
