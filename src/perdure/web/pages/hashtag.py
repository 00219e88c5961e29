"""A hashtag and the public posts that carry it."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.text import key
from perdure.posts import service as posts
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.feeds import stream_of
from perdure.web.page import render
from perdure.web.pages.syndication import asked_format, tag_feed
from perdure.web.request import WebRequest, check_feed, runtime_of, viewer_id_of


@get("/tags/{name:str}")
async def hashtag(request: WebRequest, name: str) -> Response[Any]:
    """The latest public posts with a hashtag."""
    name, ending = asked_format(name)
    viewer_id = None if ending else await viewer_id_of(request)
    await check_feed(request, viewer_id, "hashtag_feeds")
    if ending:
        return await tag_feed(request, name, ending)
    wanted = {"any": [key(name)]}
    shown = await stream_of(
        request, viewer_id, lambda tx, part: posts.feed_in(tx, "tag", viewer_id or 0, part, frozenset(), wanted)
    )
    shared = sharing.of_tag(name, Addresses.of(runtime_of(request).settings))
    return await render(request, "hashtag/hashtag.html", sharing=shared, name=name, **shown.as_values())


ROUTES: list[HTTPRouteHandler] = [hashtag]
