"""The home timeline in front of everything else (house.md §5): the request every client makes all day.

Only the plain case is answered here: GET, a known bearer token that may read and is within its limits, page parameters
and nothing else. Everything else, every error too, goes on to the layers behind, which answer the same way and word
the refusals.
"""

import time
from typing import Any, Final, NamedTuple

from litestar.types import ASGIApp, Receive, Send

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError
from perdure.kernel.metrics import REQUEST_SECONDS
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api import limits
from perdure.mastodon_api.entities.status import cache_of
from perdure.mastodon_api.front import CORS, PRIVATE, Headers, RequestIds, limit_headers
from perdure.mastodon_api.paging import Page, link_of
from perdure.mastodon_api.params import Params, tree_of
from perdure.mastodon_api.timelines import home_texts_in, known_home_texts
from perdure.posts import service as posts

_PATH: Final = "/api/v1/timelines/home"
_NAMES: Final = frozenset({"limit", "max_id", "since_id", "min_id"})
_BODY: Final = frozenset({b"content-length", b"transfer-encoding", b"content-type"})
_FIRST: Final = Page(20)
_TYPE: Final = (b"content-type", b"application/json; charset=utf-8")
_MOST_KEYS: Final = 50_000
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


class _Asked(NamedTuple):
    account_id: int
    page: Page
    keys: tuple[int, int, int]
    """Under which the token, its person, and the token's paging are counted."""


class HomeLane:
    """Wraps the whole application. Counts, limits and measures what it answers as the layers behind would."""

    def __init__(self, app: ASGIApp, rt: Runtime, counters: limits.Counters) -> None:
        self._app = app
        self._rt = rt
        self._counters = counters
        self._texts, self._known = cache_of(rt), posts.page_cache(rt)
        self._ids = RequestIds()
        self._keys: dict[int, tuple[int, int, int]] = {}
        self._series = REQUEST_SECONDS.labels("timelines", "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"] != _PATH or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = await self._answer(scope)
        if answer is None:
            await self._app(scope, receive, send)
            return
        headers, body = answer
        start: Any = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(start)
        done: Any = {"type": "http.response.body", "body": body, "more_body": False}
        await send(done)
        self._series.observe(time.perf_counter() - started)

    async def _answer(self, scope: Scope) -> tuple[Headers, bytes] | None:
        """Headers and body, or None where the layers behind are to answer."""
        rt = self._rt
        try:
            asked = await self._asked(scope)
            if asked is None:
                return None
            found = known_home_texts(rt, self._texts, self._known, asked.account_id, asked.page)
            if found is None:
                found = await rt.db.read(home_texts_in, self._texts, self._known, asked.account_id, asked.page)
        except AppError:
            return None
        state = self._counted(asked)
        if state.exceeded:
            return None
        texts, ids = found
        body = _array(texts)
        headers = [_TYPE, (b"content-length", b"%d" % len(body)), *CORS, self._ids.header(), *limit_headers(state)]
        headers.append(PRIVATE)
        link = link_of(rt.settings.base_url, scope, ids, asked.page) if texts else None
        if link is not None:
            headers.append((b"link", link.encode("latin-1")))
        return headers, body

    async def _asked(self, scope: Scope) -> _Asked | None:
        """Who asks for which page. Raises Unauthorized, Forbidden."""
        page = _page(scope["query_string"])
        given = dict(scope["headers"])
        authorization: bytes | None = given.get(b"authorization")
        if page is None or authorization is None or not _BODY.isdisjoint(given):
            return None
        kind, _, text = authorization.partition(b" ")
        if kind.lower() != b"bearer":
            return None
        token = text.strip().decode("latin-1")
        caller = accounts.known_caller(self._rt, token) or await accounts.caller_for_token(self._rt, token)
        if not accounts.covers(caller.scopes, "read:statuses"):
            return None
        account_id = accounts.viewer_of(caller).account_id
        return _Asked(account_id, page, self._keys_of(caller.token_id, authorization, account_id))

    def _keys_of(self, token_id: int, authorization: bytes, account_id: int) -> tuple[int, int, int]:
        found = self._keys.get(token_id)
        if found is None:
            if len(self._keys) > _MOST_KEYS:
                self._keys.clear()
            found = self._keys[token_id] = (
                limits.key_of(limits.TOKEN, authorization),
                limits.key_of(limits.PERSON, b"%d" % account_id),
                limits.key_of(limits.PAGING, authorization),
            )
        return found

    def _counted(self, asked: _Asked) -> limits.State:
        """Count under every rule that applies; the state closest to its end."""
        token, person, paging = asked.keys
        state = self._counters.count(limits.TOKEN, token)
        together = self._counters.count(limits.PERSON, person)
        if together.exceeded or together.remaining < state.remaining:
            state = together
        if asked.page.turned:
            state = min(state, self._counters.count(limits.PAGING, paging), key=lambda one: one.remaining)
        return state


def _array(texts: list[bytes]) -> bytes:
    """A JSON array of what is JSON already, copied once: a page has some 40 KB."""
    if not texts:
        return b"[]"
    texts[0] = b"[" + texts[0]
    texts[-1] += b"]"
    return b",".join(texts)


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
