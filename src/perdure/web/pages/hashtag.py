"""A hashtag and the public posts that carry it."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.graph import service as graph
from perdure.kernel.errors import NotFound
from perdure.kernel.text import key
from perdure.posts import service as posts
from perdure.web import sharing
from perdure.web.addresses import Addresses
from perdure.web.feeds import stream_of
from perdure.web.page import redirect, render
from perdure.web.pages.syndication import asked_format, tag_feed
from perdure.web.request import WebRequest, check_feed, form_of, require_viewer, runtime_of, viewer_id_of


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
    follows = await runtime_of(request).db.read(graph.follows_tag_in, viewer_id, key(name)) if viewer_id else False
    values: dict[str, Any] = {
        "name": name,
        "follows": follows,
        "sharing": sharing.of_tag(name, Addresses.of(runtime_of(request).settings)),
    }
    return await render(request, "hashtag/hashtag.html", **values, **shown.as_values())


@post("/tags/{name:str}/{verb:str}")
async def follow(request: WebRequest, name: str, verb: str) -> Response[Any]:
    """Follow a hashtag, or stop."""
    await form_of(request)
    viewer = await require_viewer(request)
    bodies = {"follow": graph.follow_tag_in, "unfollow": graph.unfollow_tag_in}
    if verb not in bodies:
        raise NotFound
    await runtime_of(request).db.write(f"graph.{verb}_tag", bodies[verb], viewer.account_id, name)
    return redirect(request, f"/tags/{name}", said=f"tag_{verb}")


ROUTES: list[HTTPRouteHandler] = [hashtag, follow]
