"""The latest public posts."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.posts import service as posts
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.feeds import Stream, stream_of
from perdure.web.page import render
from perdure.web.request import WebRequest, check_feed, runtime_of, viewer_id_of


async def public_stream(request: WebRequest, viewer_id: int | None) -> Stream:
    """What everybody may read, newest first."""
    return await stream_of(
        request, viewer_id, lambda tx, part: posts.feed_in(tx, "public", viewer_id or 0, part, frozenset(), {})
    )


@get("/public")
async def public(request: WebRequest) -> Response[Any]:
    """The public posts, for members and guests."""
    viewer_id = await viewer_id_of(request)
    await check_feed(request, viewer_id, "live_feeds")
    shown = await public_stream(request, viewer_id)
    shared = sharing.of_site(Addresses.of(runtime_of(request).settings))
    return await render(request, "public/public.html", sharing=shared, **shown.as_values())


ROUTES: list[HTTPRouteHandler] = [public]
