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
_MOST_KEPT: Final = 10_000
_KEPT_S: Final = 10.0
Scope = Any  # the framework's types leave out what a plain ASGI layer sees


class _Asked(NamedTuple):
    account_id: int
    page: Page
    keys: tuple[int, int, int]
    """Under which the token, its person, and the token's paging are counted."""


class _Answer(NamedTuple):
    """A page as it stands until anything is committed."""

    asked: _Asked
    pieces: list[bytes]
    headers: Headers
    stamp: int | None
    until: float
    """On the monotonic clock: mutes end by the clock too, and an admin's shell changes no stamp."""


class HomeLane:
    """Wraps the whole application. Counts, limits and measures what it answers as the layers behind would."""

    def __init__(self, app: ASGIApp, rt: Runtime, counters: limits.Counters) -> None:
        self._app = app
        self._rt = rt
        self._counters = counters
        self._texts, self._known = cache_of(rt), posts.page_cache(rt)
        self._ids = RequestIds()
        self._keys: dict[int, tuple[int, int, int]] = {}
        self._kept: dict[tuple[bytes, bytes], _Answer] = {}
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
        given = dict(scope["headers"])
        authorization: bytes | None = given.get(b"authorization")
        if authorization is None or not _BODY.isdisjoint(given):
            return None
        key = (authorization, scope["query_string"])
        answer = self._kept.get(key)
        if answer is None or answer.stamp != self._rt.db.stamp() or answer.until < self._rt.clock.monotonic():
            answer = await self._made(scope, authorization)
            if answer is None:
                return None
            self._keep(key, answer)
        state = self._counted(answer.asked)
        if state.exceeded:
            return None
        return [*answer.headers, self._ids.header(), *limit_headers(state)], b"".join(answer.pieces)

    def _keep(self, key: tuple[bytes, bytes], answer: _Answer) -> None:
        if answer.stamp is None:
            return
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[key] = answer

    async def _made(self, scope: Scope, authorization: bytes) -> _Answer | None:
        rt = self._rt
        stamp, until = rt.db.stamp(), rt.clock.monotonic() + _KEPT_S
        try:
            asked = await self._asked(scope, authorization)
            if asked is None:
                return None
            found = known_home_texts(rt, self._texts, self._known, asked.account_id, asked.page)
            if found is None:
                found = await rt.db.read(home_texts_in, self._texts, self._known, asked.account_id, asked.page)
        except AppError:
            return None
        texts, ids = found
        pieces = _array(texts)
        headers = [_TYPE, (b"content-length", b"%d" % sum(map(len, pieces))), *CORS, PRIVATE]
        link = link_of(rt.settings.base_url, scope, ids, asked.page) if texts else None
        if link is not None:
            headers.append((b"link", link.encode("latin-1")))
        return _Answer(asked, pieces, headers, stamp, until)

    async def _asked(self, scope: Scope, authorization: bytes) -> _Asked | None:
        """Who asks for which page. Raises Unauthorized, Forbidden."""
        page = _page(scope["query_string"])
        kind, _, text = authorization.partition(b" ")
        if page is None or kind.lower() != b"bearer":
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


def _array(texts: list[bytes]) -> list[bytes]:
    """The pieces of a JSON array of what is JSON already: joined for each answer, since a page has some 40 KB."""
    pieces = [b"["]
    for text in texts:
        pieces += (text, b",")
    return [*(pieces[:-1] if texts else pieces), b"]"]


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
