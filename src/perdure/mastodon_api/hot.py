"""The home timeline in front of the framework (house.md §5): the request every client makes all day.

Only the plain case is answered here: GET, a known bearer token that may read, page parameters and nothing else.
Everything else, every error too, goes on to the framework's route, which answers the same way and words the refusals.
"""

from typing import Any, Final

from litestar.types import ASGIApp, Receive, Send

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import AppError
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.entities.status import cache_of
from perdure.mastodon_api.paging import Page, link_of
from perdure.mastodon_api.params import Params, tree_of
from perdure.mastodon_api.timelines import home_texts_in, known_home_texts
from perdure.posts import service as posts

_PATH: Final = "/api/v1/timelines/home"
_NAMES: Final = frozenset({"limit", "max_id", "since_id", "min_id"})
_BODY: Final = frozenset({b"content-length", b"transfer-encoding", b"content-type"})
_FIRST: Final = Page(20)
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


def hot_home(app: ASGIApp, rt: Runtime) -> ASGIApp:
    """Wrap the application; belongs behind the layer that counts, limits and adds CORS."""
    cache, known = cache_of(rt), posts.page_cache(rt)

    async def hot(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _PATH or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        page = _page(scope["query_string"])
        token = _token(scope["headers"])
        who = await _viewer(rt, token) if token is not None and page is not None else None
        if who is None or page is None:
            await app(scope, receive, send)
            return
        try:
            found = known_home_texts(rt, cache, known, who.account_id, page)
            if found is None:
                found = await rt.db.read(home_texts_in, cache, known, who.account_id, page)
        except AppError:
            await app(scope, receive, send)
            return
        texts, ids = found
        link = link_of(rt.settings.base_url, scope, ids, page) if texts else None
        await _answer(send, b"[" + b",".join(texts) + b"]", link)

    return hot


async def _viewer(rt: Runtime, token: str) -> Viewer | None:
    """Who may read; None where the framework's route is to say why not."""
    try:
        found = await accounts.caller_for_token(rt, token)
        return accounts.viewer_of(found) if accounts.covers(found.scopes, "read:statuses") else None
    except AppError:
        return None


def _token(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The bearer token of a request that carries no body, or None."""
    token = None
    for name, value in headers:
        if name in _BODY:
            return None
        if name == b"authorization":
            kind, _, text = value.decode("latin-1").partition(" ")
            token = text.strip() if kind.lower() == "bearer" else None
    return token or None


def _page(query: bytes) -> Page | None:
    """The page asked for, or None for a query with anything unusual in it."""
    if not query:
        return _FIRST
    pairs = [pair.partition("=") for pair in query.decode("latin-1").split("&")]
    if not all(name in _NAMES and text.isascii() and text.isdigit() for name, _, text in pairs):
        return None
    try:
        return Page.of(Params(tree_of((name, text) for name, _, text in pairs)), 20, 40)
    except AppError:
        return None


async def _answer(send: Send, body: bytes, link: str | None) -> None:
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    if link is not None:
        headers.append((b"link", link.encode("latin-1")))
    start: Any = {"type": "http.response.start", "status": 200, "headers": headers}
    await send(start)
    done: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(done)
