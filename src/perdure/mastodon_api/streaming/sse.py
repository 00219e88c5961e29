"""``/api/v1/streaming/…`` as Server-Sent Events, byte for byte as old clients parse them.

Written as a plain stream: the framework's own helper separates events by CRLF, which one client never recognises.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import Forbidden, NotFound, Unauthorized
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.auth import token_of, viewer
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.streaming.channels import SSE, needed_scope, open_channel
from perdure.mastodon_api.streaming.connection import Connection, Outgoing
from perdure.mastodon_api.streaming.hub import hub_of

THUMP: Final = b":thump\n"
BEAT_S: Final = 15.0
_HEADERS: Final = {"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"}


@get("/api/v1/streaming/health")
async def health() -> Response[str]:
    """Whether streaming works at all: plain ``OK``."""
    return Response("OK", media_type="text/plain; charset=utf-8")


@get("/api/v1/streaming")
async def plain() -> Response[bytes]:
    """Without an upgrade there is nothing here."""
    raise NotFound


@get("/api/v1/streaming/{path:path}")
async def events(request: ApiRequest, path: str) -> Response[Any]:
    """One stream of events for one token."""
    name = SSE.get(path.strip("/"))
    if name is None:
        return json_response({"error": "Unknown channel requested"}, 400)
    if name == "public" and request.query_params.get("only_media", "").lower() in {"true", "1"}:
        name = "public:media"
    elif name == "public:local" and request.query_params.get("only_media", "").lower() in {"true", "1"}:
        name = "public:local:media"
    who = await viewer(request, needed_scope(name))
    rt = runtime_of(request)
    query = request.query_params
    channel = await open_channel(rt, who, name, tag=query.get("tag"), list_id=query.get("list"))
    connection = Connection(who, partial(accounts.viewer_for_token, rt, token_of(request) or ""))
    connection.channels.add(channel)
    return stream_of(rt, connection)


@get("/live")
async def live(request: ApiRequest) -> Response[Any]:
    """What an open page of this site is told: that there is a new post, notice or message, and nothing of them.

    The browser's session says who it is, so it is for pages of this site alone. How to read a session is the pages'
    matter: whoever puts the application together hands it in as ``app.state.browser``.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden

    async def renew() -> Viewer:
        found: tuple[Viewer, int] | None = await request.app.state.browser(request)
        if found is None:
            raise Unauthorized
        return found[0]

    connection = Connection(await renew(), renew, bare=True)
    return stream_of(runtime_of(request), connection)


def stream_of(rt: Runtime, connection: Connection) -> Response[Any]:
    """A connection as an event stream, for as long as the other side reads it. Raises RateLimited for one too many."""
    hub_of(rt).check_room(connection.viewer.account_id)
    return Stream(_bytes(rt, connection), media_type="text/event-stream", headers=_HEADERS)


async def _bytes(rt: Runtime, connection: Connection) -> AsyncIterator[bytes]:
    """A heartbeat at once, so that the headers leave, then events as they come and a heartbeat every 15 seconds."""
    hub = hub_of(rt)
    hub.attach(connection)
    loop = asyncio.get_running_loop()
    try:
        yield THUMP
        beat = loop.time() + BEAT_S
        while True:
            try:
                outgoing = await asyncio.wait_for(connection.next(), max(0.0, beat - loop.time()))
            except TimeoutError:
                beat = loop.time() + BEAT_S
                yield THUMP
                continue
            if outgoing is None:
                return
            yield written(outgoing)
    finally:
        hub.detach(connection)


def written(outgoing: Outgoing) -> bytes:
    """One event as bytes, to go out in a single write."""
    payload = "{}" if outgoing.payload is None else outgoing.payload
    return f"event: {outgoing.event}\ndata: {payload}\n\n".encode()


ROUTES: list[HTTPRouteHandler] = [health, plain, events, live]
