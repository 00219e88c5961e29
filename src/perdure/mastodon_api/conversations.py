"""Direct conversations (api.md §3.15)."""

from litestar import Response, delete, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.conversation import render_conversations
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.notifications import bounds, path_id
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.messages import service

_WRITE = "write:conversations"


@get("/api/v1/conversations")
async def index(request: ApiRequest) -> Response[bytes]:
    """A page of conversations, latest change first."""
    who, rt = await viewer(request, "read:statuses"), runtime_of(request)
    page = Page.of(await read_params(request), 20, 40)
    found = await rt.db.read(lambda tx: service.page_in(tx, who.account_id, **bounds(page)))
    return paged(request, await render_conversations(rt, who, found), [each.last_post_id for each in found], page)


@delete("/api/v1/conversations/{conversation_id:str}", status_code=200)
async def hide(request: ApiRequest, conversation_id: str) -> Response[bytes]:
    """Take a conversation out of one's own list."""
    who = await viewer(request, _WRITE)
    await runtime_of(request).db.write("messages.hide", service.hide_in, who.account_id, path_id(conversation_id))
    return empty()


async def _mark(request: ApiRequest, conversation_id: str, *, unread: bool) -> Response[bytes]:
    who, rt = await viewer(request, _WRITE), runtime_of(request)
    one = path_id(conversation_id)
    found = await rt.db.write("messages.read", lambda tx: service.read_in(tx, who.account_id, one, unread=unread))
    return json_response((await render_conversations(rt, who, [found]))[0])


@post("/api/v1/conversations/{conversation_id:str}/read", status_code=200)
async def read(request: ApiRequest, conversation_id: str) -> Response[bytes]:
    """Mark as read."""
    return await _mark(request, conversation_id, unread=False)


@post("/api/v1/conversations/{conversation_id:str}/unread", status_code=200)
async def unread(request: ApiRequest, conversation_id: str) -> Response[bytes]:
    """Mark as unread."""
    return await _mark(request, conversation_id, unread=True)


ROUTES: list[HTTPRouteHandler] = [index, hide, read, unread]
